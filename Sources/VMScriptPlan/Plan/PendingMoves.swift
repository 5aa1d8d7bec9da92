import VMScript
import VMScriptSyntax

extension LiveState {
  /// Returns the host with each moved domain under its new name, as if it was renamed already, and the
  /// errors of moves that the host does not allow.
  ///
  /// A run that died after libvirt renamed a domain left the earlier name in the mark. Then the move
  /// is still to be completed.
  ///
  /// - Parameter adopt: whether domains of other owners are taken over.
  func moved(
    by set: DeclarationSet, adopt: Bool
  ) -> (live: LiveState, diagnostics: [Diagnostic]) {
    let ownership = Ownership(set)
    var (state, diagnostics) = (self, [Diagnostic]())
    state.renamedUUIDs = Set(
      domains.values.filter { $0.facts.owner?.earlierNames.isEmpty == false }.map(\.uuid))
    guard !set.moves.isEmpty else { return (state, []) }
    let destinations = set.destinations
    for first in set.moves {
      guard let last = destinations[first.old] else { continue }
      let (old, new) = (first.old, last.new)
      if let object = unreadable.first(of: .domain, old, stack: set.stack) {
        diagnostics.append(
          PlanMessages.unreadable(object, cannot: "be renamed", at: first.span))
        continue
      }
      guard let domain = state.domains[old] else { continue }
      let other =
        state.domains.values.first { $0.name == new && $0.uuid != domain.uuid }
        ?? state.domains[new]
      if let other {
        let isDone =
          ownership.owns(other)
          && (other.facts.owner?.earlierNames.contains(old) == true || !ownership.owns(domain))
        if !isDone { diagnostics.append(MovePlanMessages.bothExist(first, old, new)) }
        continue
      }
      guard ownership.owns(domain) || adopt else {
        diagnostics.append(MovePlanMessages.notOwned(first, old, stack: set.stack))
        continue
      }
      if domain.name != new, domain.running != nil || domain.hasSavedState {
        diagnostics.append(MovePlanMessages.running(first, domain, new))
        continue
      }
      state.domains[old] = nil
      state.domains[new] = domain
      if state.overlaidDomains.contains(old) || state.overlaidDomains.contains(domain.name) {
        state.overlaidDomains.insert(new)
      }
      if let unreadable = state.possiblyOverlaidDomains[domain.name] {
        state.possiblyOverlaidDomains[new] = unreadable
      }
    }
    return (state, diagnostics)
  }

  /// Returns the UUID of a new domain if a domain that was renamed has the one that derives from the
  /// name; nil otherwise.
  func uuid(ofNew declaration: Declaration, in stack: String) -> String? {
    guard declaration.kind == .domain, domains[declaration.name] == nil,
      declaration.body["uuid"] == nil
    else { return nil }
    let name = declaration.name
    func derived(_ name: String) -> String {
      Identity.uuid(stack: stack, kind: .domain, name: name)
    }
    guard renamedUUIDs.contains(derived(name)) else { return nil }
    // A name contains no null character.
    return (1...(renamedUUIDs.count + 1)).lazy.map { derived("\(name)\0\($0)") }
      .first { !renamedUUIDs.contains($0) }
  }
}

/// The messages about `moved` on a host: VM0523 to VM0525.
enum MovePlanMessages {
  static func bothExist(_ move: Move, _ old: String, _ new: String) -> Diagnostic {
    Diagnostic(
      code: .moves.bothExist, "`\(old)` cannot be renamed to `\(new)`: both domains exist",
      at: .init(move.span), notes: ["neither was changed"],
      helps: [
        .init("delete or rename one of them"),
        .init("or remove this statement: `\(old)` is then no longer declared"),
      ])
  }

  static func running(_ move: Move, _ domain: LiveDomain, _ new: String) -> Diagnostic {
    let (isSaved, name) = (domain.running == nil, domain.name)
    let stop = StatementForm.verb("stop", name)
    return Diagnostic(
      code: .moves.running,
      "`\(name)` is \(isSaved ? "saved" : domain.state.rawValue) and cannot be renamed to `\(new)`",
      at: .init(move.span), notes: ["libvirt renames only domains that are shut off"],
      helps: [
        .init(
          isSaved
            ? "shut it down first: `\(StatementForm.verb("start", name))`, then `\(stop)`"
            : "stop it first: `vmscript -e '\(stop)'`; the run then renames and starts it")
      ])
  }

  static func notOwned(_ move: Move, _ old: String, stack: String) -> Diagnostic {
    Diagnostic(
      code: .moves.notOwned, "the stack `\(stack)` does not own the domain `\(old)`",
      at: .init(move.span), notes: ["it was not changed"],
      helps: [.init("take it over with `--adopt`, or remove this statement")])
  }
}

/// The codes of `moved` on a host.
package struct MovePlanCodes: DiagnosticTable {
  package init() {}

  let bothExist = DiagnosticCode.ofHost(
    523, "both names of a move exist",
    """
    `moved "old" => "new"` renames a domain. The host has a domain of each name, so none of them can \
    take the name of the other one.
    """)
  let running = DiagnosticCode.ofHost(
    524, "move of a running domain",
    """
    libvirt renames only domains that are shut off and have no saved state. The run stops before it \
    changes anything. Stop the domain, then run again: the domain keeps its disks, its UUID and its \
    MAC addresses, and starts under its new name.
    """)
  let notOwned = DiagnosticCode.ofHost(
    525, "move of a foreign domain",
    """
    A stack renames only the domains that it made. `--adopt` takes a domain over.
    """)
}

extension DiagnosticCode {
  /// The codes of `moved` on a host.
  static let moves = MovePlanCodes()
}
