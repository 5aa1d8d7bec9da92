import CLibvirt
import Foundation

/// Turns what libvirt's C calls return into values and typed errors.
enum Call {
  /// A status below zero is a failure.
  @discardableResult
  static func succeed(_ status: Int32) throws(LibvirtError) -> Int32 {
    guard status >= 0 else { throw .last() }
    return status
  }

  /// 1 is true, 0 false, anything below a failure.
  static func flag(_ status: Int32) throws(LibvirtError) -> Bool {
    try succeed(status) > 0
  }

  /// The same where the call writes its answer through a pointer.
  static func flag(_ call: (UnsafeMutablePointer<Int32>) -> Int32) throws(LibvirtError) -> Bool {
    var value: Int32 = 0
    try succeed(call(&value))
    return value != 0
  }

  /// A string that the caller has to free.
  static func ownedString(_ text: UnsafeMutablePointer<CChar>?) throws(LibvirtError) -> String {
    guard let text else { throw .last() }
    // SAFETY: libvirt hands over a NUL-terminated string from malloc; it is copied, then freed once.
    defer { free(text) }
    return String(cString: text)
  }

  /// A string that stays libvirt's.
  static func borrowedString(_ text: UnsafePointer<CChar>?) -> String {
    text.map { String(cString: $0) } ?? ""
  }

  /// The objects that a call lists behind an array that it allocates.
  ///
  /// - Parameter take: given each entry once, to keep or to free.
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

  /// A UUID in its usual spelling, read by one of libvirt's `GetUUIDString` calls.
  static func uuid(_ call: (UnsafeMutablePointer<CChar>) -> Int32) -> String {
    // SAFETY: VIR_UUID_STRING_BUFLEN, 37 bytes with the NUL, is what libvirt writes at most.
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

/// The one reference that libvirt gave to an object: freed once, before the connection can close.
final class Handle<Object: HostObject>: @unchecked Sendable {
  let pointer: OpaquePointer
  let connection: Connection

  /// Takes the reference over.
  init(_ pointer: OpaquePointer, connection: Connection) {
    self.pointer = pointer
    self.connection = connection
  }

  deinit {
    // SAFETY: the reference was given to this handle alone, and this is its last use.
    _ = Object.release(pointer)
  }
}

/// A kind of object that a connection knows: what is special about its handles.
protocol HostObject: Sendable {
  /// libvirt's call that gives a reference back.
  static func release(_ pointer: OpaquePointer) -> Int32

  /// The error by which libvirt says that there is no such object.
  static var missing: LibvirtError.Code { get }

  /// The kind of object, in words.
  static var kind: String { get }

  /// Unique among the objects of its kind, or of its owner's.
  var name: String { get }

  var handle: Handle<Self> { get }

  init(handle: Handle<Self>)
}

extension HostObject {
  /// Valid as long as the object is: a method's object outlives the method's calls.
  var pointer: OpaquePointer { handle.pointer }

  /// Calls on this object.
  var call: ObjectCall<Self> { ObjectCall(object: self) }
}

/// Calls on one object, whose failures name it.
struct ObjectCall<Object: HostObject> {
  let object: Object

  /// Names the object in what a call throws.
  func named<T>(_ call: () throws(LibvirtError) -> T) throws(LibvirtError) -> T {
    do throws(LibvirtError) { return try call() } catch {
      // Only now: reading the name is a call, which forgets the error of the one before.
      throw error.about(.init(kind: Object.kind, name: object.name))
    }
  }

  /// A status below zero is a failure.
  @discardableResult
  func succeed(_ status: Int32) throws(LibvirtError) -> Int32 {
    try named { () throws(LibvirtError) in try Call.succeed(status) }
  }

  /// 1 is true, 0 false, anything below a failure.
  func flag(_ status: Int32) throws(LibvirtError) -> Bool {
    try named { () throws(LibvirtError) in try Call.flag(status) }
  }

  /// The same where the call writes its answer through a pointer.
  func flag(_ call: (UnsafeMutablePointer<Int32>) -> Int32) throws(LibvirtError) -> Bool {
    try named { () throws(LibvirtError) in try Call.flag(call) }
  }

  /// A string that the caller has to free.
  func ownedString(_ text: UnsafeMutablePointer<CChar>?) throws(LibvirtError) -> String {
    try named { () throws(LibvirtError) in try Call.ownedString(text) }
  }

  /// The objects that a call lists behind an array that it allocates.
  func list<Entry, Element>(
    _ call: (UnsafeMutablePointer<UnsafeMutablePointer<Entry?>?>) -> Int32,
    taking take: (Entry) -> Element
  ) throws(LibvirtError) -> [Element] {
    try named { () throws(LibvirtError) in try Call.list(call, taking: take) }
  }
}

extension Connection {
  /// The object that a call made; a failure where it made none.
  func object<Object: HostObject>(_ pointer: OpaquePointer?) throws(LibvirtError) -> Object {
    guard let pointer else { throw .last() }
    return Object(handle: Handle(pointer, connection: self))
  }

  /// The object that a call found; nil where libvirt says that there is none.
  ///
  /// - Parameter name: what was looked for.
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

  /// All objects that one of libvirt's `ListAll` calls names.
  func list<Object: HostObject>(
    _ call: (UnsafeMutablePointer<UnsafeMutablePointer<OpaquePointer?>?>) -> Int32
  ) throws(LibvirtError) -> [Object] {
    try Call.list(call, taking: { Object(handle: Handle($0, connection: self)) })
  }
}
