/// One source file: its display name and its bytes, as they were read.
public struct SourceText: Sendable {
  /// The name in diagnostics: the path as the user wrote it, or a placeholder such as `<stdin>`.
  public let name: String
  /// The content; it need not be valid UTF-8.
  public let bytes: [UInt8]

  /// Creates a source from bytes.
  public init(name: String, bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
  }

  /// Creates a source from text, such as a line of the shell.
  public init(name: String, text: String) {
    self.init(name: name, bytes: Array(text.utf8))
  }
}

/// All sources of a program, so that every span can be shown.
public struct SourceMap: Sendable {
  /// The sources in the order in which they were added.
  public private(set) var sources: [SourceText] = []

  /// Creates a map without sources.
  public init() {}

  /// Adds a source and returns the identifier for its spans.
  public mutating func add(_ source: SourceText) -> SourceID {
    sources.append(source)
    return SourceID(index: UInt32(sources.count - 1))
  }

  /// The source with an identifier that ``add(_:)`` returned.
  public subscript(id: SourceID) -> SourceText { sources[Int(id.index)] }
}

/// The file of a program that a span points into: an index into ``SourceMap``.
public struct SourceID: Hashable, Sendable {
  /// The place in ``SourceMap/sources``.
  public let index: UInt32
  /// The file at a place in ``SourceMap/sources``.
  public init(index: UInt32) { self.index = index }
}

/// A range of bytes in one source file; every diagnostic about a script has one.
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

  /// Returns the smallest span that contains both; `other` must be in the same file.
  public func union(_ other: Span) -> Span {
    let low = min(start, other.start)
    return Span(source: source, start: low, length: max(end, other.end) - low)
  }
}

/// A place in human terms: lines and columns from 1, a column being a Unicode scalar.
public struct SourceLocation: Hashable, Sendable {
  /// The line, from 1.
  public var line: Int
  /// The column, from 1.
  public var column: Int
}

extension SourceText {
  /// Returns line and column of a byte offset, in time proportional to the offset.
  public func location(of offset: UInt32) -> SourceLocation {
    let end = min(Int(offset), bytes.count)
    var line = 1
    var lineStart = 0
    for position in 0..<end where bytes[position] == Byte.newline {
      line += 1
      lineStart = position + 1
    }
    let column = bytes[lineStart..<end].count { $0 & 0xC0 != 0x80 } + 1
    return SourceLocation(line: line, column: column)
  }

  /// Returns the bytes of the line that contains `offset`, without its line end.
  func line(around offset: Int) -> Range<Int> {
    var start = min(offset, bytes.count)
    while start > 0, bytes[start - 1] != Byte.newline { start -= 1 }
    var end = min(offset, bytes.count)
    while end < bytes.count, bytes[end] != Byte.newline { end += 1 }
    if end > start, bytes[end - 1] == Byte.carriageReturn { end -= 1 }
    return start..<end
  }
}
