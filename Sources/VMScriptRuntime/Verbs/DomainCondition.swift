import Libvirt
import VMScript
import VMScriptSyntax

/// What `wait` waits for on one domain.
struct DomainCondition: Sendable {
  let targets: DomainTargets
  let name: String
  let span: Span

  /// It is off.
  func stopped() -> Awaiting.Look {
    { try await isActive() ? "" : nil }
  }

  /// It has an address.
  func address() -> Awaiting.Look {
    { try await firstAddress() == nil ? Self.noAddress : nil }
  }

  /// The agent inside it answers.
  ///
  /// - Throws: a diagnostic for a domain without a channel to one.
  func agent() async throws -> Awaiting.Look {
    try await requireAgent(for: "agent")
    return { try await agentAnswers() ? nil : Self.noAgent }
  }

  /// An SSH server of its answers.
  func ssh() -> Awaiting.Look {
    {
      guard let address = try await firstAddress() else { return Self.noAddress }
      return try await SSHProbe.obstacle(at: address)
    }
  }

  /// cloud-init is through with its first start, as the agent inside tells.
  ///
  /// - Throws: a diagnostic for a domain without a channel to an agent.
  func cloudInit() async throws -> Awaiting.Look {
    try await requireAgent(for: "cloud_init")
    let probe = CloudInitProbe(targets: targets, name: name, span: span)
    return { try await agentAnswers() ? try await probe.obstacle() : Self.noAgent }
  }

  private static let noAddress = "neither lease, agent nor ARP tells of an address"
  private static let noAgent = "no agent answers inside of it"

  private func isActive() async throws -> Bool {
    try await targets.with(name, span) { try $0.isActive() }
  }

  private func firstAddress() async throws -> IPAddress? {
    try await ofRunning { try LiveAddresses.shown(of: $0).first }
  }

  private func agentAnswers() async throws -> Bool {
    try await ofRunning { try $0.isAgentConnected() }
  }

  /// Asks the guest for something that one that is off never comes to.
  private func ofRunning<T: Sendable>(
    _ ask: @escaping @Sendable (Domain) throws -> T
  ) async throws -> T {
    let answer: T? = try await targets.with(name, span) { try $0.isActive() ? ask($0) : nil }
    guard let answer else { throw ReachMessages.notRunning(name, at: span) }
    return answer
  }

  private func requireAgent(for condition: String) async throws {
    let hasChannel = try await targets.with(name, span) { domain in
      try DomainFacts(xml: domain.xml()).hasAgentChannel
    }
    guard hasChannel else { throw HostMessages.noAgent(name, for: condition, at: span) }
  }
}
