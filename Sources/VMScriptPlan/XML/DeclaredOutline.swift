import VMScript
import VMScriptSyntax

extension DeclarationSet {
  /// The path that stands for every volume in the outline of a domain.
  package static let placeholderPath = "/vmscript-placeholder"

  /// Returns the definition of a network or domain as far as the script alone determines it; nil for
  /// other resources. The paths of its volumes are placeholders.
  ///
  /// The outline of a clone of a host's domain has only the clone's own entries, and no `xml` blocks,
  /// which may match elements of the source.
  ///
  /// - Parameter hypervisor: the domain type that stands for `auto`.
  /// - Throws: a diagnostic for text that XML cannot hold and for an `xml` block that does not match.
  package func outline(
    of declaration: Declaration, hypervisor: String
  ) throws(Diagnostic) -> XMLElement? {
    var declaration = declaration
    if case .host = declaration.source { declaration = declaration.withoutBlocks("xml") }
    var context = context(for: declaration, uuid: nil, hypervisor: hypervisor)
    switch declaration.kind {
    case .image, .custom: return nil
    case .net:
      let text = try NetworkXML.render(declaration, context: context, onto: nil)
      return try? XMLElement.parse(text, root: "network")
    case .domain:
      let storage = XMLContext.Storage(path: Self.placeholderPath, format: "qcow2")
      context.seed = declaration.body.block("cloud_init").map { _ in storage.path }
      for drive in DeclaredDrive.all(of: declaration) where !drive.isEmptied {
        context.disks[drive.place.key] = storage
      }
      let root = declaration.root(onto: nil)
      try DomainXML.write(declaration, context: context, to: root, isNew: true)
      return root
    }
  }
}
