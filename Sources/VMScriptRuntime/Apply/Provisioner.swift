import Libvirt
import VMScript
import VMScriptSyntax

/// Applies one change. Each is idempotent: what a killed run left half done is brought to its end.
struct Provisioner: Sendable {
  let pool: ConnectionPool
  let set: DeclarationSet
  let hypervisor: String

  func apply(_ change: Change) async throws(Diagnostic) {
    let doing = "to \(change.action.rawValue) the \(change.kind.rawValue) `\(change.name)`"
    do {
      switch (change.action, change.kind) {
      case (.delete, .net): try await deleteNetwork(change.name)
      case (.delete, .domain): try await deleteDomain(change.name)
      case (.create, .net), (.update, .net): try await bring(network: change)
      case (.create, .domain): try await create(domain: change)
      case (.update, .domain): try await update(domain: change)
      case (_, .image), (.replace, _):
        throw HostMessages.notProvisioned(change.kind.rawValue, at: change.span)
      }
    } catch { throw HostMessages.diagnostic(error, doing, at: change.span) }
  }

  func declaration(of change: Change) throws -> Declaration {
    guard
      let found = set.declarations.first(where: {
        $0.kind == change.kind && $0.name == change.name
      })
    else { throw HostMessages.notProvisioned(change.kind.rawValue, at: change.span) }
    return found
  }
}
