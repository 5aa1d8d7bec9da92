import VMScript
import VMScriptSyntax

/// Grammars for editors, made from the tables of the language; they stand in `grammar/`.
public enum EditorGrammars {
  /// The files by their paths below `grammar/`, with their texts.
  public static var files: [(path: String, text: String)] {
    [("vmscript.tmLanguage.json", TextMateGrammar.text)] + VimGrammar.files
  }
}

/// The words that editors colour, from the language's own tables.
enum GrammarTables {
  static let constants = ["true", "false", "none"]
  static let keywords = StatementStarts.reserved.filter { !constants.contains($0) }
  static let statements = StatementStarts.all
  static let functions = Builtin.functions.map(\.name)
  static let properties = names { $0.properties.map(\.name) }
  static let blocks = names { $0.blocks.map(\.name) }

  /// Longer words first, for an expression takes the first that fits.
  static func byLength(_ words: [String]) -> [String] {
    words.sorted { ($1.utf8.count, $0) < ($0.utf8.count, $1) }
  }

  /// Names that any block of any resource gives, each once, in alphabetical order.
  private static func names(_ list: (BlockSchema) -> [String]) -> [String] {
    func all(_ block: BlockSchema) -> [String] { list(block) + block.blocks.flatMap(all) }
    let kinds: [ResourceKind] = [.image, .net, .domain]
    return Set(kinds.map(Schema.resource).flatMap(all)).sorted()
  }
}
