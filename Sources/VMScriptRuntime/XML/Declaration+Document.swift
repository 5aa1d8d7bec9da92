import VMScript
import VMScriptSyntax

extension Declaration {
  /// The root of a document that the host has, or shall have, for the declaration.
  ///
  /// - Throws: a diagnostic for text that is no document of the declaration's kind.
  func document(_ text: String) throws(Diagnostic) -> XMLElement {
    do { return try .parse(text, root: kind == .net ? "network" : "domain") } catch {
      throw XMLMessages.malformed(self, error)
    }
  }
}
