/// One source file: its display name and its bytes, as they were read.
public struct SourceText: Sendable {
  /// The name that diagnostics show: the path as the user gave it, or a word such as `<stdin>`.
  public let name: String
  /// The content; it need not be valid UTF-8.
  public let bytes: [UInt8]

  /// A source as it was read.
  public init(name: String, bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
  }

  /// A source from text, such as a line of the shell.
  public init(name: String, text: String) {
    self.init(name: name, bytes: Array(text.utf8))
  }
}

/// All sources of a program, so that a span can be shown wherever it points.
public struct SourceMap: Sendable {
  /// In the order in which they were added.
  public private(set) var sources: [SourceText] = []

  /// A map without sources.
  public init() {}

  /// Adds a source and gives the identifier that its spans carry.
  public mutating func add(_ source: SourceText) -> SourceID {
    sources.append(source)
    return SourceID(index: UInt32(sources.count - 1))
  }

  /// The source that was given this identifier by ``add(_:)``.
  public subscript(id: SourceID) -> SourceText { sources[Int(id.index)] }
}
