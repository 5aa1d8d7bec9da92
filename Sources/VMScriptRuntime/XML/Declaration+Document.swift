import VMScript
import VMScriptSyntax

extension Declaration {
  /// The root of a document that the host has, or shall have, for the declaration.
  ///
  /// - Throws: a diagnostic for text that is no document of the declaration's kind.
  func document(_ text: String) throws(Diagnostic) -> XMLElement {
    do { return try .parse(text, root: rootName) } catch {
      throw XMLMessages.malformed(self, error)
    }
  }

  /// The root that the declaration is written to: of an earlier document, or of a new one.
  ///
  /// - Throws: a diagnostic for text that is no document of the declaration's kind.
  func document(onto base: String?) throws(Diagnostic) -> XMLElement {
    guard let base else { return XMLElement(name: rootName) }
    return try document(base)
  }

  private var rootName: String { kind == .net ? "network" : "domain" }
}
