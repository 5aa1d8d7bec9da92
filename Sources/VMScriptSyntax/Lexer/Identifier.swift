/// Texts that the lexer takes for a name.
public enum Identifier {
  /// Whether a text is one identifier; a reserved word has the form of one too.
  public static func hasForm(_ text: String) -> Bool {
    guard let first = text.unicodeScalars.first else { return false }
    return (first == "_" || first.properties.isXIDStart)
      && text.unicodeScalars.allSatisfy(\.isOfIdentifier)
  }

  /// Whether a text can be declared as a name.
  public static func isName(_ text: String) -> Bool {
    hasForm(text) && !Keyword.all.contains { $0.text == text }
  }

  /// The identifier that is most like a text: what cannot stand in one is `_`.
  public static func resembling(_ text: String) -> String {
    var name = ""
    for scalar in text.unicodeScalars {
      name.unicodeScalars.append(scalar.isOfIdentifier ? scalar : "_")
    }
    return isName(name) ? name : "_" + name
  }
}

extension Unicode.Scalar {
  /// The ASCII ones, and beyond ASCII those above the C1 controls.
  fileprivate var isOfIdentifier: Bool {
    (isASCII || value >= 0xA0) && properties.isXIDContinue
  }
}
