import VMScript

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

/// A text with a NUL at its end that C may look at as long as this lives.
final class OwnedText: @unchecked Sendable {
  // SAFETY: written before the object is shared, and never again.
  private let start: UnsafeMutablePointer<CChar>
  private let length: Int

  init(_ text: String) {
    let bytes = text.utf8
    length = bytes.count
    start = .allocate(capacity: length + 1)
    for (offset, byte) in bytes.enumerated() { start[offset] = CChar(bitPattern: byte) }
    start[length] = 0
  }

  deinit { start.deallocate() }

  /// Where the text begins; its length goes where the caller wants it.
  func give(_ length: UnsafeMutablePointer<Int>?) -> UnsafePointer<CChar> {
    length?.pointee = self.length
    return UnsafePointer(start)
  }
}

/// The texts of a handle, each made when it is first asked for and kept as long as the handle.
final class OwnedTexts: Sendable {
  /// Which text of the handle.
  enum Key: Hashable {
    case outputs, resources, printed
    case output(String)
    case diagnostics(DiagnosticForm)
  }

  private let texts = Locked<[Key: OwnedText]>([:])

  func text(_ key: Key, _ make: () -> String) -> OwnedText {
    texts.withLock { texts in
      if let text = texts[key] { return text }
      let text = OwnedText(make())
      texts[key] = text
      return text
    }
  }
}
