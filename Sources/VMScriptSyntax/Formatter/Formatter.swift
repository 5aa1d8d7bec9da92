/// Why a text was not formatted: its syntax errors.
public struct FormatRefusal: Error, Sendable {
  /// Every syntax error of the text; their spans carry the source identifier 0.
  public let diagnostics: [Diagnostic]
}

/// Brings a script into the one style of `vmscript fmt`.
///
/// Two spaces of indentation, one space around operators, at most one empty line, two spaces
/// before a comment behind code. Line breaks stay where the author set them; a block on one line
/// is opened up if the line is longer than 100 columns. Comments and meaning stay as they are, and
/// formatting twice changes nothing more.
public enum Formatter {
  static let maximumColumns = 100

  /// The formatted text, or the errors for which it was refused.
  public static func format(_ source: SourceText) -> Result<String, FormatRefusal> {
    var names = NameTable()
    let parsed = parse(source, id: SourceID(index: 0), names: &names)
    if parsed.diagnostics.contains(where: { $0.severity == .error }) {
      return .failure(FormatRefusal(diagnostics: parsed.diagnostics))
    }
    let lexed = Lexer.run(source.bytes)
    let facts = LayoutFacts(parsed.tree)
    var opened: Set<Int> = []
    // Opening a block up may leave an inner one that is too long still: once per level of nesting.
    while true {
      var writer = LayoutWriter(lexed, facts, opened: opened)
      writer.run()
      if writer.tooLong.isSubset(of: opened) {
        return .success(String(decoding: writer.output, as: UTF8.self))
      }
      opened.formUnion(writer.tooLong)
    }
  }
}
