/// Which file of a program a span points into: an index into ``SourceMap``.
public struct SourceID: Hashable, Sendable {
  /// The place in ``SourceMap/sources``.
  public let index: UInt32
  /// The file at a place in ``SourceMap/sources``.
  public init(index: UInt32) { self.index = index }
}

/// A run of bytes in one source file; everything that can be wrong carries one.
public struct Span: Hashable, Sendable {
  /// The file.
  public var source: SourceID
  /// Byte offset of the first byte.
  public var start: UInt32
  /// Length in bytes; zero marks a place between two bytes, such as the end of the file.
  public var length: UInt32

  /// The `length` bytes from byte offset `start`.
  public init(source: SourceID, start: UInt32, length: UInt32) {
    self.source = source
    self.start = start
    self.length = length
  }

  /// Byte offset one past the last byte.
  public var end: UInt32 { start + length }

  /// The smallest span that holds both; `other` must lie in the same file.
  public func union(_ other: Span) -> Span {
    let low = min(start, other.start)
    return Span(source: source, start: low, length: max(end, other.end) - low)
  }
}
