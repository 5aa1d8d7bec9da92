import VMScript

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
