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
      entry.0.warnings(cancellation: cancellation)
    }
  }

  /// Returns a warning for each patch with new violations, by adding one patch at a time. A patch
  /// that violates the schema is left out then, because libxml2 reports only the first violations.
  private func warnings(cancellation: BlockingWork.Cancellation) -> [Diagnostic] {
    func violations(_ kept: Set<Int>) -> [String]? {
      guard let root = try? document(declaration.keepingPatches(kept)) else { return nil }
      return try? DocumentSchema.violations(
        in: [root], root: root.name, cancellation: cancellation
      ).first
    }
    var kept: Set<Int> = []
    let known = Set(violations(kept) ?? [])
    return declaration.body.blocks("xml").enumerated().compactMap { position, block in
      // A patch of the result of one that was left out matches nothing.
      guard let found = violations(kept.union([position])) else { return nil }
      let new = found.filter { !known.contains($0) }
      if new.isEmpty { kept.insert(position) }
      return new.isEmpty ? nil : XMLMessages.violation(new, block, of: declaration)
    }
  }
}

extension Declaration {
  /// Returns the declaration with those `xml` blocks only that are at some positions.
  fileprivate func keepingPatches(_ positions: Set<Int>) -> Declaration {
    var position = -1
    return keepingBlocks { block in
      guard block.schema.name == "xml" else { return true }
      position += 1
      return positions.contains(position)
    }
  }
}
