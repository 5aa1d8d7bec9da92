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

  var handle: Handle<Self> { get }

  init(handle: Handle<Self>)
}

extension HostObject {
  /// Valid as long as the object is: a method's object outlives the method's calls.
  var pointer: OpaquePointer { handle.pointer }
}

extension Connection {
  /// The object that a call made; a failure where it made none.
  func object<Object: HostObject>(_ pointer: OpaquePointer?) throws(LibvirtError) -> Object {
    guard let pointer else { throw .last() }
    return Object(handle: Handle(pointer, connection: self))
  }

  /// The object that a call found; nil where libvirt says that there is none.
  func lookup<Object: HostObject>(_ pointer: OpaquePointer?) throws(LibvirtError) -> Object? {
    if let pointer { return Object(handle: Handle(pointer, connection: self)) }
    let error = LibvirtError.last()
    guard error.code == Object.missing else { throw error }
    return nil
  }

  /// All objects that one of libvirt's `ListAll` calls names.
  func list<Object: HostObject>(
    _ call: (UnsafeMutablePointer<UnsafeMutablePointer<OpaquePointer?>?>) -> Int32
  ) throws(LibvirtError) -> [Object] {
    try Call.list(call, taking: { Object(handle: Handle($0, connection: self)) })
  }
}
