import CLibvirt
import Foundation

/// Turns the results of libvirt's C calls into values and typed errors.
enum Call {
  /// Returns a status; throws if it is negative.
  @discardableResult
  static func succeed(_ status: Int32) throws(LibvirtError) -> Int32 {
    guard status >= 0 else { throw .last() }
    return status
  }

  /// Returns true for 1 and false for 0; throws if it is negative.
  static func flag(_ status: Int32) throws(LibvirtError) -> Bool {
    try succeed(status) > 0
  }

  /// Returns a Boolean that the call writes through a pointer.
  static func flag(_ call: (UnsafeMutablePointer<Int32>) -> Int32) throws(LibvirtError) -> Bool {
    var value: Int32 = 0
    try succeed(call(&value))
    return value != 0
  }

  /// Copies a string that the caller must free, and frees it.
  static func ownedString(_ text: UnsafeMutablePointer<CChar>?) throws(LibvirtError) -> String {
    guard let text else { throw .last() }
    // SAFETY: libvirt passes ownership of a NUL-terminated string from malloc; it is copied, then
    // freed once.
    defer { free(text) }
    return String(cString: text)
  }

  /// Copies a string that libvirt keeps.
  static func borrowedString(_ text: UnsafePointer<CChar>?) -> String {
    text.map { String(cString: $0) } ?? ""
  }

  /// The objects in an array that a call allocates.
  ///
  /// - Parameter take: receives each entry once, to keep or to free.
  static func list<Entry, Element>(
    _ call: (UnsafeMutablePointer<UnsafeMutablePointer<Entry?>?>) -> Int32,
    taking take: (Entry) -> Element
  ) throws(LibvirtError) -> [Element] {
    var array: UnsafeMutablePointer<Entry?>?
    let count = try succeed(call(&array))
    // SAFETY: libvirt allocated `count` entries; the array is freed here, its entries by `take`.
    defer { free(array) }
    return (0..<Int(count)).compactMap { array?[$0].map(take) }
  }

  /// A UUID as text, read by one of libvirt's `GetUUIDString` calls.
  static func uuid(_ call: (UnsafeMutablePointer<CChar>) -> Int32) -> String {
    // SAFETY: libvirt writes at most VIR_UUID_STRING_BUFLEN bytes: 37 with the NUL.
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(VIR_UUID_STRING_BUFLEN)) { buffer in
      guard let base = buffer.baseAddress, call(base) == 0 else { return "" }
      return String(cString: base)
    }
  }

  /// libvirt's flags for a change to the running machine, its stored definition, or both.
  static func impact(live: Bool, config: Bool) -> UInt32 {
    (live ? VIR_DOMAIN_AFFECT_LIVE.rawValue : 0)
      | (config ? VIR_DOMAIN_AFFECT_CONFIG.rawValue : 0)
  }
}

// @unchecked: the pointer never changes, and libvirt's handles may be used from any thread.

/// Owns the reference to a libvirt object, and frees it once, before the connection can close.
final class Handle<Object: HostObject>: @unchecked Sendable {
  let pointer: OpaquePointer
  let connection: Connection

  /// Takes ownership of the reference.
  init(_ pointer: OpaquePointer, connection: Connection) {
    self.pointer = pointer
    self.connection = connection
  }

  deinit {
    // SAFETY: this handle alone owns the reference, and this is its last use.
    _ = Object.release(pointer)
  }
}

/// A kind of object of a connection, with what differs between kinds.
protocol HostObject: Sendable {
  /// Releases a reference.
  static func release(_ pointer: OpaquePointer) -> Int32

  /// libvirt's error for an object that does not exist.
  static var missing: LibvirtError.Code { get }

  /// The kind of object, in words.
  static var kind: String { get }

  /// The name, unique among the objects of its kind on the host or in its parent.
  var name: String { get }

  var handle: Handle<Self> { get }

  init(handle: Handle<Self>)
}

extension HostObject {
  /// Valid as long as the object: the object of a method outlives the method's calls.
  var pointer: OpaquePointer { handle.pointer }

  /// Calls on this object.
  var call: ObjectCall<Self> { ObjectCall(object: self) }
}

/// Calls on one object, whose errors name it.
struct ObjectCall<Object: HostObject> {
  let object: Object

  /// Adds the object's name to errors that a call throws.
  func named<T>(_ call: () throws(LibvirtError) -> T) throws(LibvirtError) -> T {
    do throws(LibvirtError) { return try call() } catch {
      // Not earlier: reading the name is a call, and it discards the previous error.
      throw error.about(.init(kind: Object.kind, name: object.name))
    }
  }

  /// Returns a status; throws if it is negative.
  @discardableResult
  func succeed(_ status: Int32) throws(LibvirtError) -> Int32 {
    try named { () throws(LibvirtError) in try Call.succeed(status) }
  }

  /// Returns true for 1 and false for 0; throws if it is negative.
  func flag(_ status: Int32) throws(LibvirtError) -> Bool {
    try named { () throws(LibvirtError) in try Call.flag(status) }
  }

  /// Returns a Boolean that the call writes through a pointer.
  func flag(_ call: (UnsafeMutablePointer<Int32>) -> Int32) throws(LibvirtError) -> Bool {
    try named { () throws(LibvirtError) in try Call.flag(call) }
  }

  /// Copies a string that the caller must free, and frees it.
  func ownedString(_ text: UnsafeMutablePointer<CChar>?) throws(LibvirtError) -> String {
    try named { () throws(LibvirtError) in try Call.ownedString(text) }
  }

  /// The objects in an array that a call allocates.
  func list<Entry, Element>(
    _ call: (UnsafeMutablePointer<UnsafeMutablePointer<Entry?>?>) -> Int32,
    taking take: (Entry) -> Element
  ) throws(LibvirtError) -> [Element] {
    try named { () throws(LibvirtError) in try Call.list(call, taking: take) }
  }
}

extension Connection {
  /// The object that a call created; throws if there is none.
  func object<Object: HostObject>(_ pointer: OpaquePointer?) throws(LibvirtError) -> Object {
    guard let pointer else { throw .last() }
    return Object(handle: Handle(pointer, connection: self))
  }

  /// The object that a call found; nil if libvirt reports that there is none.
  ///
  /// - Parameter name: the name that was looked up.
  func lookup<Object: HostObject>(
    _ pointer: OpaquePointer?, called name: String
  ) throws(LibvirtError) -> Object? {
    if let pointer { return Object(handle: Handle(pointer, connection: self)) }
    let error = LibvirtError.last()
    guard error.code == Object.missing else {
      throw error.about(.init(kind: Object.kind, name: name))
    }
    return nil
  }

  /// All objects of one of libvirt's `ListAll` calls.
  func list<Object: HostObject>(
    _ call: (UnsafeMutablePointer<UnsafeMutablePointer<OpaquePointer?>?>) -> Int32
  ) throws(LibvirtError) -> [Object] {
    try Call.list(call, taking: { Object(handle: Handle($0, connection: self)) })
  }
}
