/// A text up to a cursor, parsed as if the word at the cursor were a name.
///
/// Completion derives the valid continuations from the nodes that contain the cursor, from the root
/// down.
public struct CursorParse: Sendable {
  /// The kind of text at the cursor, as far as the lexer knows.
  public enum Place: Sendable {
    /// A word, possibly an empty one.
    case word
    /// The text of a string.
    case string
    /// A comment or a number, where nothing can be completed.
    case nothing
  }

  /// The kind of text at the cursor.
  public let place: Place
  /// The part of the word or string before the cursor.
  public let typed: Range<Int>
  /// The text up to the cursor as the parser read it.
  public let tree: Tree
  /// The names of the tree.
  public let names: NameTable
  /// The nodes that contain the cursor, the file first, each a child of the previous one.
  public let path: [NodeID]

  /// Parses the bytes before the cursor, in linear time.
  public init(_ bytes: [UInt8]) {
    var lexed = Lexer.run(bytes)
    (place, typed) = lexed.markCursor()
    let parser = Parser(lexed, source: SourceID(index: 0), names: NameTable())
    parser.parseFile()
    names = parser.names
    tree = parser.tree
    path = tree.path(to: typed)
  }
}

extension Lexer {
  /// Makes the word at the end of the text a name, or inserts an empty name there.
  fileprivate mutating func markCursor() -> (CursorParse.Place, typed: Range<Int>) {
    let end = bytes.count
    if let comment = comments.last, Int(comment.end) == end { return (.nothing, end..<end) }
    // After the last token follow those that the lexer inserted to close open strings.
    let place = tokens.lastIndex { $0.length > 0 }.map { $0 + 1 } ?? 0
    if place > 0 {
      let last = tokens[place - 1]
      let isOpen = last.flags.contains(.synthetic)
      switch last.kind {
      case .string where isOpen && last.end == end:
        return (.string, last.range.lowerBound + quotes(at: last.range.lowerBound)..<end)
      case .stringText where last.end == end && tokens[place].kind == .stringClose:
        return (.string, last.range)
      case .interpolationClose where last.end == end && tokens[place].kind == .stringClose:
        return (.string, end..<end)
      case .identifier where last.end == end, _ where last.kind.isKeyword && last.end == end:
        tokens[place - 1].kind = .identifier
        tokens[place].flags.remove(.newlineBefore)
        return (.word, last.range)
      case .integer, .float, .size, .duration, .address, .subnet, .invalid:
        if last.end == end { return (.nothing, end..<end) }
      default: break
      }
    }
    let flags = tokens[place].flags.subtracting(.synthetic)
    tokens.insert(
      Token(kind: .identifier, flags: flags, start: UInt32(end), length: 0), at: place)
    tokens[place + 1].flags.subtract([.newlineBefore, .spaceBefore])
    return (.word, end..<end)
  }

  /// Returns the length of the quotes that open a string.
  private func quotes(at start: Int) -> Int {
    start + 2 < bytes.count && bytes[start + 1] == bytes[start] && bytes[start + 2] == bytes[start]
      ? 3 : 1
  }
}

extension Tree {
  /// Returns the nodes that contain a place at the end of the text, from the root down.
  fileprivate func path(to place: Range<Int>) -> [NodeID] {
    var path: [NodeID] = []
    var next: NodeID? = root
    while let id = next {
      path.append(id)
      next = children(of: id).last { child in
        !child.isAbsent && holds(child, place)
      }
    }
    return path
  }

  private func holds(_ id: NodeID, _ place: Range<Int>) -> Bool {
    let node = self[id]
    let isGap = node.kind == .error && node.childCount == 0
    return !isGap && Int(node.start) <= place.lowerBound
      && Int(node.start + node.length) >= place.upperBound
  }
}
