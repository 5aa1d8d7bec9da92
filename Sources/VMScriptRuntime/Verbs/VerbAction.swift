import Libvirt
import VMScript
import VMScriptPlan
import VMScriptSyntax

/// The work of a verb on a libvirt host.
struct VerbAction: Sendable {
  enum Work: Sendable {
    /// Acts on one target; all targets are acted on at once.
    case each(@Sendable (VerbRunner, String, DomainNews?) async throws -> Void)
    /// Acts on all targets in an order of its own.
    case all(@Sendable (VerbRunner, [String]) async throws -> Void)
  }

  let work: Work
  /// A guest that writes to a disk, or a snapshot put back onto it, ruins the overlays on it: bases
  /// are refused.
  var writesToDisks = false
  /// It waits for what libvirt tells of the targets.
  var awaitsNews = false

  /// The action of a request.
  static func of(_ request: VerbRequest) -> VerbAction {
    let span = request.targetSpan
    switch request.verb {
    case .start: return VerbAction(work: change(.start, span), writesToDisks: true)
    case .stop where request.isForced:
      return onDomain(span) { if try $0.isActive() { try $0.destroy() } }
    case .stop:
      let work = Work.each { runner, name, news in
        runner.progress(.waiting("shutdown of \(name)"))
        try await Shutdown(targets: runner.targets, name: name, span: span).perform(news)
      }
      return VerbAction(work: work, awaitsNews: true)
    case .reboot: return VerbAction(work: change(.reboot, span))
    case .suspend: return VerbAction(work: change(.suspend, span))
    case .resume: return VerbAction(work: change(.resume, span))
    case .snapshot:
      return onDomain(span) { domain in
        do throws(LibvirtError) { try domain.createSnapshot(xml: document(request.name)) } catch {
          guard error.code == .configurationUnsupported else { throw error }
          throw HostMessages.snapshotRefused(domain.name, error.message, at: span)
        }
      }
    case .revert:
      var action = onDomain(span) { domain in
        guard let found = try domain.snapshot(named: request.name) else {
          throw HostMessages.noSnapshot(request.name, of: domain.name, at: span)
        }
        try found.revert()
      }
      action.writesToDisks = true
      return action
    case .wait:
      let work = Work.each { runner, name, news in
        guard let news, let condition = request.condition else { return }
        let limit = request.limit ?? VerbRunner.standardLimit
        try await runner.wait(name, for: condition, span, limit: limit, news)
      }
      return VerbAction(work: work, awaitsNews: true)
    case .delete: return VerbAction(work: .all { try await $0.delete($1, request) })
    }
  }

  private static func onDomain(
    _ span: Span, _ body: @escaping @Sendable (Domain) throws -> Void
  ) -> VerbAction {
    VerbAction(work: .each { runner, name, _ in try await runner.targets.with(name, span, body) })
  }

  private static func change(_ verb: PowerVerb, _ span: Span) -> Work {
    .each { runner, name, _ in
      try await runner.boot.perform(verb, on: name, of: runner.targets, at: span)
    }
  }

  /// The document of a new snapshot.
  private static func document(_ name: String) -> String {
    let root = XMLElement(name: "domainsnapshot")
    root.add("name", text: name)
    return root.xmlString
  }
}
