import Libvirt
import Synchronization
import VMScript
import VMScriptPlan
import VMScriptSyntax

/// A snapshot of a domain, for the verbs; its calls block.
struct DomainSnapshot {
  private let domain: Domain
  private let snapshot: Snapshot
  private let span: Span

  /// Finds a snapshot.
  ///
  /// - Throws: a diagnostic that lists the snapshots if there is none of this name.
  init(of domain: Domain, named name: String, at span: Span) throws {
    guard let found = try domain.snapshot(named: name) else {
      throw HostMessages.noSnapshot(
        name, of: domain.name, known: try domain.snapshots(), at: span)
    }
    (self.domain, snapshot, self.span) = (domain, found, span)
  }

  /// Reverts the domain. A guest that was suspended only for its snapshot runs again.
  func revert() throws {
    let root = try XMLElement.parse(snapshot.xml(), root: "domainsnapshot")
    let wasRunning = root.text(at: "description") == Self.suspended
    try snapshot.revert(running: wasRunning && root.text(at: "state") == "paused")
  }

  /// Removes the snapshot; the ones that were made after it stay.
  func delete() throws { try snapshot.delete() }

  /// Makes a snapshot.
  ///
  /// - Parameter wasRunning: whether the guest was suspended only for the snapshot.
  /// - Throws: a diagnostic if the domain does not support snapshots, and libvirt's errors.
  static func make(
    _ name: String, of domain: Domain, wasRunning: Bool, at span: Span
  ) throws {
    let root = XMLElement(name: "domainsnapshot")
    root.add("name", text: name)
    if wasRunning { root.add("description", text: suspended) }
    do throws(LibvirtError) { try domain.createSnapshot(xml: root.xmlString) } catch {
      guard error.code == .configurationUnsupported else { throw error }
      throw HostMessages.snapshotRefused(domain.name, error.message, at: span)
    }
  }

  /// The description of a snapshot whose guest was suspended only for it.
  private static let suspended = "suspended for this snapshot"
}

extension VerbRunner {
  /// Makes a snapshot of each domain. The running guests of several domains are suspended before the
  /// first snapshot and resumed after the last one, so that all have the state of one moment.
  func snapshot(_ names: [String], _ request: VerbRequest) async throws {
    let span = request.targetSpan
    guard names.count > 1 else {
      return try await each(of: names, request) { name in
        try await targets.with(name, span) {
          try DomainSnapshot.make(request.name, of: $0, wasRunning: false, at: span)
        }
      }
    }
    let suspended = Mutex<Set<String>>([])
    var failures: [Diagnostic] = []
    do throws(Diagnostic) {
      try await each(of: names, request) { name in
        // A call that fails may have suspended the guest.
        let isRunning = try await targets.with(name, span) {
          [.running, .blocked].contains(try $0.state())
        }
        guard isRunning else { return }
        suspended.withLock { _ = $0.insert(name) }
        try await targets.with(name, span) { try $0.suspend() }
      }
      if Task.isCancelled { throw HostMessages.cancelled(request.verb.row.doing, at: span) }
      try await each(of: names, request) { name in
        let wasRunning = suspended.withLock { $0.contains(name) }
        try await targets.with(name, span) {
          try DomainSnapshot.make(request.name, of: $0, wasRunning: wasRunning, at: span)
        }
      }
    } catch { failures.append(error) }
    // The task may be cancelled; the guests are resumed anyway.
    let paused = names.filter { name in suspended.withLock { $0.contains(name) } }
    let resumption = Task {
      try await each(of: paused, request) { name in
        try await targets.with(name, span) { domain in
          if try domain.state() == .paused { try domain.resume() }
        }
      }
    }
    do { try await resumption.value } catch {
      failures.append(HostMessages.diagnostic(error, "resuming the guests", at: span))
    }
    if let first = failures.first { throw HostMessages.joined(first, failures.dropFirst()) }
  }
}
