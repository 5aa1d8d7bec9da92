import VMScriptSyntax

extension DeclarationSet {
  /// A script that declares the same, its values worked out, in the style of `vmscript fmt`.
  ///
  /// Each secret is a parameter of it, so that none is written down. A clone of a domain that is
  /// declared no longer is written as the domain that it is.
  public var script: String {
    let text = ScriptWriter(self).text
    switch Formatter.format(SourceText(name: "", text: text)) {
    case .success(let formatted): return formatted
    case .failure: return text
    }
  }
}
