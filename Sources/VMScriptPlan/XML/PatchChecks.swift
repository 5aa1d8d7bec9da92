import VMScript
import VMScriptSyntax

/// The checks of `xml` blocks without a host.
///
/// The paths of storage and the content of a clone's source are unknown then.
package enum PatchChecks {
  /// The domain type of the documents, whatever the host has.
  private static let hypervisor = "qemu"

  /// Returns an error for each `xml` block of a new resource that matches nothing, as far as scripts
  /// show, and a warning for each that violates libvirt's schema. Blocks.
  package static func diagnostics(of set: DeclarationSet) -> [Diagnostic] {
    var diagnostics: [Diagnostic] = []
    var validations: [PatchValidation] = []
    for resource in set.declarations where resource.body.block("xml") != nil {
      if case .host = resource.source { continue }
      do throws(Diagnostic) {
        let bare = resource.withoutBlocks("xml")
        guard let root = try set.outline(of: bare, hypervisor: hypervisor) else { continue }
        let unmatched = try XMLPatches.unmatched(resource, in: root)
        diagnostics += unmatched
        guard unmatched.isEmpty else { continue }
        validations.append(
          PatchValidation(declaration: resource) { declaration throws(Diagnostic) in
            try set.outline(of: declaration, hypervisor: hypervisor)
              ?? XMLElement(name: declaration.kind.rootName)
          })
      } catch { diagnostics.append(error) }
    }
    return diagnostics
      + PatchValidation.warnings(of: validations, cancellation: BlockingWork.Cancellation())
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
