import VMScriptSyntax

/// How a name is used.
enum NameUse {
  case plain
  /// In a difference without white space, as a name with a hyphen is written.
  case hyphenated
  /// As what a verb acts on.
  case target

  /// The helps for an unknown name that no known one is close to.
  func helps(_ name: String, at span: Span) -> [Diagnostic.Help] {
    switch self {
    case .plain: []
    case .hyphenated:
      [.init("a name with a hyphen is a string: put it in quotes, as in `domain(\"web-1\")`")]
    case .target:
      [
        .init(
          "name a domain that the script does not declare by a string: "
            + "`\(QuotedText.literal(name))`",
          span: span, replacement: QuotedText.literal(name))
      ]
    }
  }
}
