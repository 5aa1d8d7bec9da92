/// Bounds that hold while something is read or made, so that nothing is larger or takes longer than
/// the limits of an evaluation allow.
public struct ReadBounds: Sendable {
  /// Bytes that the result may have.
  public var maximumBytes: Int
  /// Whether the evaluation has ended meanwhile: it was cancelled, or its time is over.
  public var isInterrupted: @Sendable () -> Bool

  /// Bounds of a read.
  public init(
    maximumBytes: Int = GuardedFile.maximumSize,
    isInterrupted: @escaping @Sendable () -> Bool = { false }
  ) {
    self.maximumBytes = maximumBytes
    self.isInterrupted = isInterrupted
  }
}

/// Thrown where a read, or what is made of it, is larger than its bounds or takes longer.
public struct OutOfBounds: Error, Sendable {}

/// Counts what a reader makes, before it is made.
struct ReadingBudget {
  private let bounds: ReadBounds
  private var used = 0
  private var count = 0

  init(_ bounds: ReadBounds) { self.bounds = bounds }

  /// Takes the room of one value.
  mutating func take(_ bytes: Int) throws(OutOfBounds) {
    used += bytes
    count += 1
    if used > bounds.maximumBytes || (count & 0x3FF == 0 && bounds.isInterrupted()) {
      throw OutOfBounds()
    }
  }

  /// Takes the room of an element of a list, or of a list's or map's own.
  mutating func takeElement() throws(OutOfBounds) { try take(2 * MemoryLayout<Value>.stride) }

  /// Takes the room of a map's entry.
  mutating func takeEntry(_ key: String) throws(OutOfBounds) {
    try take(6 * MemoryLayout<Value>.stride + key.utf8.count)
  }
}
