/// What the lexer knows of parts of words, for grammars of editors.
public enum LexicalWords {
  /// The units that may stand behind a number.
  public static var units: [String] { Unit.all.map(\.text) }

  /// The characters that mean something behind a backslash, as an expression's set has them; `u`
  /// with its digits is another one.
  public static let escapes = #"ntr0"\\"#
}
