/// An object behind one of the library's opaque pointers.
///
/// A pointer that C holds is one strong reference; freeing it gives that up, and what still runs
/// with the object keeps it.
protocol Handle: AnyObject, Sendable {
  /// What messages call it, such as `engine`.
  static var noun: String { get }
}

extension Handle {
  /// The pointer that C holds from now on.
  func retained() -> OpaquePointer { OpaquePointer(Unmanaged.passRetained(self).toOpaque()) }

  /// The object behind a pointer.
  ///
  /// - Throws: where the pointer is NULL.
  static func at(_ pointer: OpaquePointer?) throws(Misuse) -> Self {
    guard let object = find(pointer) else { throw .missing(noun) }
    return object
  }

  /// The object behind a pointer; nil for NULL.
  static func find(_ pointer: OpaquePointer?) -> Self? {
    guard let pointer else { return nil }
    // SAFETY: the header's types let C pass only what `retained()` gave, and it must not be freed yet.
    return Unmanaged<Self>.fromOpaque(UnsafeRawPointer(pointer)).takeUnretainedValue()
  }

  /// Gives up the reference that C held; nothing for NULL.
  static func free(_ pointer: OpaquePointer?) {
    guard let pointer else { return }
    // SAFETY: as above; the caller gives the pointer up with this call.
    Unmanaged<Self>.fromOpaque(UnsafeRawPointer(pointer)).release()
  }
}
