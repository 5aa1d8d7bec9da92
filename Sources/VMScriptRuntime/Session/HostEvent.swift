import Libvirt
import VMScriptSyntax

/// Something that happened on a session's host, whoever did it.
public struct HostEvent: Sendable, Hashable {
  /// The domain's name.
  public let domain: String
  /// What happened, in a word or two: `started`, `crashed`.
  public let words: String
  /// Whether the guest went down by a failure.
  public let isCrash: Bool

  init(_ event: LifecycleEvent) {
    domain = event.domain
    // VIR_DOMAIN_EVENT_STOPPED_CRASHED and VIR_DOMAIN_EVENT_STOPPED_FAILED.
    isCrash = event.kind == .crashed || (event.kind == .stopped && [2, 5].contains(event.detail))
    words =
      if isCrash { "crashed" } else {
        switch event.kind {
        case .defined: "was defined"
        case .undefined: "was removed"
        case .started: "started"
        case .suspended: "was suspended"
        case .resumed: "resumed"
        case .stopped: "stopped"
        case .shutdown: "is shutting down"
        case .pmSuspended: "went to sleep"
        case .crashed: "crashed"
        }
      }
  }
}

extension LiveSession {
  /// What happens to the host's domains from now on; ends when the connection is lost.
  public func events() async throws(Diagnostic) -> AsyncStream<HostEvent> {
    let source = try await onHost("listening to events") { pool in
      try await pool.run { try $0.lifecycleEvents() }
    }
    let (events, continuation) = AsyncStream.makeStream(of: HostEvent.self)
    let task = Task {
      for await event in source { continuation.yield(HostEvent(event)) }
      continuation.finish()
    }
    continuation.onTermination = { _ in task.cancel() }
    return events
  }

  /// The XML of a domain or network of the host as libvirt has it, without secrets.
  ///
  /// - Throws: VM0790 if nothing bears the name.
  public func xml(of name: String) async throws(Diagnostic) -> String {
    try await onHost("reading the XML of `\(name)`") { pool in
      let found = try await pool.run { connection in
        try connection.domain(named: name)?.xml() ?? connection.network(named: name)?.xml()
      }
      guard let found else { throw InspectionMessages.nothingNamed(name, closest: nil) }
      return found
    }
  }
}
