import VMScript
import VMScriptSyntax

/// A declaration that took effect: the resource, and the statement that says how it shall be.
///
/// The same resource declared by another statement is another declaration, which takes effect anew.
struct SettledDeclaration: Hashable, Sendable {
  let reference: ResourceReference
  let span: Span

  init(reference: ResourceReference, span: Span) {
    self.reference = reference
    self.span = span
  }

  init(_ declaration: Declaration) {
    self.init(reference: declaration.reference, span: declaration.span)
  }
}
