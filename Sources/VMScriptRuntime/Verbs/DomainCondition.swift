import Libvirt
import VMScript
import VMScriptSyntax

/// What `wait` waits for on one domain.
struct DomainCondition: Sendable {
  let targets: DomainTargets
  let name: String
  let span: Span
  /// The address that is declared for it.
  var fixed: FixedAddress?

  /// It is off.
  func stopped() -> Awaiting.Look {
    { try await isActive() ? "" : nil }
  }

  /// It has its fixed address, or any where none is declared.
  func address() -> Awaiting.Look {
    guard let fixed else { return { try await firstAddress() == nil ? Self.noAddress : nil } }
    return {
      let reasons = try await ofRunning { domain -> [String] in
        let mac = try fixed.mac(on: domain)
        let found = try LiveAddresses.shown(of: domain, mac: mac)
        // The test driver makes addresses up.
        if domain.connection.isTestDriver, !found.isEmpty { return [] }
        if found.contains(fixed.ip) { return [] }
        let other = found.first.map { "it has \($0) instead of \(fixed.ip)" } ?? Self.noAddress
        return [other, try Self.holder(of: fixed, mac, domain.connection)].compactMap(\.self)
      }
      return reasons.isEmpty ? nil : reasons.joined(separator: "; ")
    }
  }

  /// Another interface that has the address, and how long.
  private static func holder(
    of fixed: FixedAddress, _ mac: MACAddress, _ connection: Connection
  ) throws -> String? {
    guard let network = try fixed.network.flatMap({ try connection.network(named: $0) }),
      let lease = try GivenLease.all(of: network)?
        .first(where: { $0.ip == fixed.ip && $0.mac != mac })
    else { return nil }
    let name = try connection.domains().first { domain in
      try LiveReader.unlessGone(.noDomain) {
        try DomainFacts(xml: domain.xml()).macs.contains(lease.mac)
      } ?? false
    }?.name
    let holder = name.map { "`\($0)`" } ?? "\(lease.mac), which no domain of the host has now"
    return "\(fixed.ip) is leased to \(holder); that lease \(lease.end)"
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

  /// The fixed address where the guest has it, else the first that it has.
  private func firstAddress() async throws -> IPAddress? {
    try await ofRunning { [fixed] domain in
      let found = try LiveAddresses.shown(of: domain)
      return found.first { $0 == fixed?.ip } ?? found.first
    }
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
