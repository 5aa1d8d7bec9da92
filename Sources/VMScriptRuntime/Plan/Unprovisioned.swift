import VMScript
import VMScriptSyntax

/// What declarations ask for that cannot be brought to a host, found before anything is changed.
enum Unprovisioned {
  /// The blocks that need storage.
  private static let blocks = ["disk", "cdrom", "floppy", "cloud_init"]

  static func diagnostics(_ set: DeclarationSet) -> [Diagnostic] {
    set.declarations.flatMap { declaration in
      if declaration.kind == .image {
        return [HostMessages.notProvisioned("image", at: declaration.span)]
      }
      if declaration.source != nil {
        return [HostMessages.notProvisioned("clone", at: declaration.span)]
      }
      return declaration.body.blocks.filter { blocks.contains($0.schema.name) }.map {
        HostMessages.notProvisioned($0.schema.name, at: $0.span)
      }
    }
  }
}
