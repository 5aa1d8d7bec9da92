import Libvirt
import VMScript
import VMScriptPlan
import VMScriptSyntax

/// Something that happened on a session's host, whoever did it.
public struct HostEvent: Sendable, Hashable {
  /// What it happened to: a domain or a network.
  public let kind: ResourceKind
  /// Its name.
  public let name: String
  /// What happened, in a word or two: `started`, `crashed`.
  public let words: String
  /// Whether a guest went down by a failure.
  public let isCrash: Bool

  init(_ event: LifecycleEvent) {
    kind = .domain
    name = event.domain
    // VIR_DOMAIN_EVENT_STOPPED_CRASHED and VIR_DOMAIN_EVENT_STOPPED_FAILED.
    let hasFailed = event.kind == .stopped && [2, 5].contains(event.detail)
    isCrash = event.kind == .crashed || hasFailed
    words =
      switch event.kind {
      case .defined: "was defined"
      case .undefined: "was removed"
      case .started: "started"
      case .suspended: "was suspended"
      case .resumed: "resumed"
      case .stopped: hasFailed ? "crashed" : "stopped"
      case .shutdown: "is shutting down"
      case .pmSuspended: "went to sleep"
      case .crashed: "panicked"
      }
  }

  init(_ event: NetworkEvent) {
    kind = .net
    name = event.network
    isCrash = false
    words =
      switch event.kind {
      case .defined: "was defined"
      case .undefined: "was removed"
      case .started: "started"
      case .stopped: "stopped"
      }
  }
}

extension LiveSession {
  /// What happens to the host's domains and networks from now on; ends when the connection is lost.
  public func events() async throws(Diagnostic) -> AsyncStream<HostEvent> {
    let (domains, networks) = try await onHost("listening to events") { pool in
      try await pool.run { connection in
        // A driver need not have events of networks.
        (try connection.lifecycleEvents(), try? connection.networkEvents())
      }
    }
    let (events, continuation) = AsyncStream.makeStream(of: HostEvent.self)
    let task = Task {
      await withTaskGroup(of: Void.self) { group in
        group.addTask { for await event in domains { continuation.yield(HostEvent(event)) } }
        guard let networks else { return }
        group.addTask { for await event in networks { continuation.yield(HostEvent(event)) } }
      }
      continuation.finish()
    }
    continuation.onTermination = { _ in task.cancel() }
    return events
  }
}
