import VMScript
import VMScriptSyntax

/// The checks of `xml` blocks without a host.
///
/// The paths of storage and the content of a clone's source are unknown then.
package enum PatchChecks {
  /// Returns an error for each `xml` block of a new resource that matches nothing, as far as scripts
  /// show, and a warning for each that violates libvirt's schema. Blocks.
  package static func diagnostics(of set: DeclarationSet) -> [Diagnostic] {
    var diagnostics: [Diagnostic] = []
    var validations: [PatchValidation] = []
    for resource in set.declarations where resource.body.block("xml") != nil {
      if case .host = resource.source { continue }
      let stack = set.stack
      do throws(Diagnostic) {
        let root = try document(resource.withoutBlocks("xml"), stack: stack)
        let unmatched = try XMLPatches.unmatched(resource, in: root)
        diagnostics += unmatched
        guard unmatched.isEmpty else { continue }
        validations.append(
          PatchValidation(declaration: resource) { declaration throws(Diagnostic) in
            try document(declaration, stack: stack)
          })
      } catch { diagnostics.append(error) }
    }
    return diagnostics
      + PatchValidation.warnings(of: validations, cancellation: BlockingWork.Cancellation())
  }

  /// Returns the document of a new resource, with placeholders for the parts that only a host
  /// knows.
  private static func document(
    _ resource: Declaration, stack: String
  ) throws(Diagnostic) -> XMLElement {
    let storage = XMLContext.Storage(path: "/storage", format: "qcow2")
    var context = XMLContext(
      stack: stack, uuid: Identity.uuid(stack: stack, kind: resource.kind, name: resource.name))
    let root = resource.root(onto: nil)
    guard resource.kind == .domain else {
      try NetworkXML.write(resource, context, to: root, isNew: true)
      return root
    }
    context.seed = resource.body.block("cloud_init").map { _ in storage.path }
    for drive in DeclaredDrive.all(of: resource) where !drive.isEmptied {
      context.disks[drive.place.key] = storage
    }
    try DomainXML.write(resource, context: context, to: root, isNew: true)
    return root
  }
}

extension Plan {
  /// Returns a warning for each new or changed `xml` block that violates libvirt's schema.
  func patchWarnings() async throws -> [Diagnostic] {
    let validations = changes.flatMap { change -> [PatchValidation] in
      guard change.action == .create || change.properties.contains(where: \.isOfPatch) else {
        return []
      }
      return change.steps.compactMap { step in
        guard case .define(let definition) = step,
          definition.declaration.body.block("xml") != nil
        else { return nil }
        return PatchValidation(declaration: definition.declaration) {
          declaration throws(Diagnostic) in
          try definition.with(declaration).element()
        }
      }
    }
    guard !validations.isEmpty else { return [] }
    return try await BlockingWork.run {
      PatchValidation.warnings(of: validations, cancellation: $0)
    }
  }
}

extension PropertyDifference {
  /// Whether an `xml` block makes it.
  fileprivate var isOfPatch: Bool { block.hasPrefix("xml ") }
}
