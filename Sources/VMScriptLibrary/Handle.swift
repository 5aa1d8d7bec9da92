import VMScript

/// An object behind one of the library's opaque pointers.
///
/// A pointer in C is one strong reference, which freeing it releases. Running work keeps its own
/// reference.
protocol Handle: AnyObject, Sendable {
  /// The name in messages, such as `engine`.
  static var noun: String { get }
}

extension Handle {
  /// A retained pointer for C.
  func retained() -> OpaquePointer { OpaquePointer(Unmanaged.passRetained(self).toOpaque()) }

  /// The object behind a pointer.
  ///
  /// - Throws: if the pointer is NULL.
  static func at(_ pointer: OpaquePointer?) throws(Misuse) -> Self {
    guard let object = find(pointer) else { throw .missing(noun) }
    return object
  }

  /// The object behind a pointer; nil for NULL.
  static func find(_ pointer: OpaquePointer?) -> Self? {
    guard let pointer else { return nil }
    // SAFETY: the header's types let C pass only what `retained()` gave, and it must not be freed
    // yet.
    return Unmanaged<Self>.fromOpaque(UnsafeRawPointer(pointer)).takeUnretainedValue()
  }

  /// Releases C's reference; ignores NULL.
  static func free(_ pointer: OpaquePointer?) {
    guard let pointer else { return }
    // SAFETY: as above; the caller must not use the pointer after this call.
    Unmanaged<Self>.fromOpaque(UnsafeRawPointer(pointer)).release()
  }
}

/// A NUL-terminated text that C may read during the lifetime of the object.
final class OwnedText: @unchecked Sendable {
  // SAFETY: written only before the object is shared.
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

  /// Returns the text, and stores its length if the caller asks for it.
  func pointer(storing length: UnsafeMutablePointer<Int>?) -> UnsafePointer<CChar> {
    length?.pointee = self.length
    return UnsafePointer(start)
  }
}

/// The texts of a handle, each created on first use and kept as long as the handle.
final class OwnedTexts: Sendable {
  /// Identifies a text of the handle.
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
