/// Whether the text ended where it could end.
public enum Completeness: Sendable {
  /// Nothing is missing; errors may still be among the diagnostics.
  case complete
  /// The text ends inside a block, bracket or string, or after an operator: more lines may finish it.
  case incomplete
}

/// What parsing gives: always a tree, never a throw.
public struct ParseResult: Sendable {
  /// What was understood; `error` nodes stand for the rest.
  public var tree: Tree
  /// Every syntax error of the file in the order of their places, up to a limit.
  public var diagnostics: [Diagnostic]
  /// Whether more lines could make the text whole.
  public var completeness: Completeness
}

/// Parses one file.
///
/// Takes time and memory in proportion to the length of the text, whatever it holds, and stack
/// for 128 levels of nesting at most.
///
/// - Parameters:
///   - source: the text as it was read; a byte order mark and CRLF line ends are fine.
///   - id: what the spans of the tree and of the diagnostics carry.
///   - names: takes the identifiers of the file; shared by all files of a program.
public func parse(_ source: SourceText, id: SourceID, names: inout NameTable) -> ParseResult {
  guard source.bytes.count < Int(Int32.max) else {
    return ParseResult(
      tree: .empty(source: id), diagnostics: [SyntaxMessages.fileTooLarge(id)],
      completeness: .complete)
  }
  let lexed = Lexer.run(source.bytes)
  // The table moves into the parser and back, so that it is never copied.
  let table = names
  names = NameTable()
  let parser = Parser(lexed, source: id, names: table)
  parser.parseFile()
  names = parser.names
  return parser.result()
}
