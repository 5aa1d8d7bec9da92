import VMScript
import VMScriptSyntax

/// The validation of documents with patches by libvirt's schema.
///
/// It reports what a patch breaks: a violation that the document without the patch does not have.
struct PatchValidation: Sendable {
  /// The declaration with the patches.
  let declaration: Declaration
  /// Returns the document of the declaration with some of its patches.
  let document: @Sendable (Declaration) throws(Diagnostic) -> XMLElement

  /// Returns a warning for each patch that violates the schema; none if the schema is not
  /// installed. Blocks.
  static func warnings(
    of validations: [PatchValidation], cancellation: BlockingWork.Cancellation
  ) -> [Diagnostic] {
    Dictionary(grouping: validations, by: \.declaration.kind.rootName)
      .filter { DocumentSchema.isInstalled(for: $0.key) }
      .flatMap { root, validations in
        warnings(of: validations, root: root, cancellation: cancellation)
      }
  }

  private static func warnings(
    of validations: [PatchValidation], root: String, cancellation: BlockingWork.Cancellation
  ) -> [Diagnostic] {
    // A document that cannot be made has errors of its own.
    let known = validations.compactMap { validation in
      (try? validation.document(validation.declaration)).map { (validation, $0) }
    }
    let found = try? DocumentSchema.violations(
      in: known.map(\.1), root: root, cancellation: cancellation)
    return zip(known, found ?? []).filter { !$1.isEmpty }.flatMap { entry, _ in
      entry.0.warnings(root: root, cancellation: cancellation)
    }
  }

  /// Returns a warning for each patch with new violations, by adding one patch at a time.
  private func warnings(
    root: String, cancellation: BlockingWork.Cancellation
  ) -> [Diagnostic] {
    let blocks = declaration.body.blocks("xml")
    let documents = (0...blocks.count).compactMap { count in
      try? document(declaration.keepingPatches(count))
    }
    guard documents.count == blocks.count + 1,
      let found = try? DocumentSchema.violations(
        in: documents, root: root, cancellation: cancellation)
    else { return [] }
    return blocks.enumerated().compactMap { position, block in
      var new = found[position + 1]
      for known in found[position] {
        if let index = new.firstIndex(of: known) { new.remove(at: index) }
      }
      return new.isEmpty ? nil : XMLMessages.violation(new, block, of: declaration)
    }
  }
}

extension Declaration {
  /// Returns the declaration with its first `xml` blocks only.
  fileprivate func keepingPatches(_ count: Int) -> Declaration {
    var seen = 0
    return keepingBlocks { block in
      guard block.schema.name == "xml" else { return true }
      seen += 1
      return seen <= count
    }
  }
}
