import Foundation
import Libvirt
import Synchronization
import VMScript
import VMScriptPlan
import VMScriptSyntax

/// The conditions of `wait` on one domain.
struct DomainCondition: Sendable {
  let targets: DomainTargets
  let name: String
  let span: Span
  /// The declared address.
  var fixed: FixedAddress?
  /// The leases of machines from before they booted.
  let notes: LeaseNotes
  /// The console's output during the wait.
  let watch: ConsoleWatch
  /// The transcripts of the consoles, which occupy them; nil if the run keeps none.
  var transcripts: ConsoleTranscripts?

  /// Follows the console of the guest, unless the guest has none or another session uses it.
  func followConsole() async {
    guard !watch.isFollowing else { return }
    try? await follow(for: "")
  }

  /// Follows the console, through its transcript if the run keeps one.
  private func follow(for text: String) async throws {
    if let output = await transcripts?.output(of: name) {
      watch.follow(output, for: text)
    } else {
      let console = try await ofRunning { try $0.openConsole() }
      watch.follow(console.output, of: console, for: text)
    }
  }

  /// Checks that the domain is off.
  func stopped() -> Awaiting.Look {
    { try await isActive() ? "" : nil }
  }

  /// Checks that the domain has its fixed address, or any address if none is declared.
  func address() -> Awaiting.Look {
    guard let fixed else { return { try await firstAddress().obstacle } }
    return {
      try await ofRunning { [name, notes] domain -> Obstacle? in
        let mac = try fixed.mac(on: domain)
        // Before the addresses, so that a lease renewed in between counts at the next check.
        let unrenewed = try notes.unrenewed(of: domain)
        let found = try LiveAddresses.shown(of: domain, mac: mac, except: unrenewed)
        // The test driver invents addresses.
        if domain.connection.isTestDriver, !found.isEmpty { return nil }
        if found.contains(fixed.ip) { return nil }
        return Self.obstacle(
          to: fixed.ip, of: name, having: found.first, earlier: unrenewed.obstacle(of: mac),
          holder: try Self.holder(of: fixed, mac, domain.connection))
      }
    }
  }

  /// Returns the reason why a domain does not have its fixed address.
  ///
  /// - Parameters:
  ///   - found: the other address that it has, which it keeps until it renews its lease.
  ///   - earlier: the reason in words if there is only a lease from before it booted.
  ///   - holder: the interface that has the fixed address, in words.
  static func obstacle(
    to fixed: IPAddress, of domain: String, having found: IPAddress?, earlier: String? = nil,
    holder: String?
  ) -> Obstacle {
    let nothing = earlier.map { Obstacle($0) } ?? noAddress
    let other = found.map { "it has \($0) instead of \(fixed)" }
    if let holder {
      return Obstacle(
        [other ?? nothing.reason, holder].joined(separator: "; "),
        remedy: PlanMessages.freeingTheAddress)
    }
    return other.map { Obstacle($0, remedy: PlanMessages.renewal(domain)) } ?? nothing
  }

  /// Returns another interface that has the address, and the end of its lease.
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
    let holder = name.map { "`\($0)`" } ?? "\(lease.mac), which belongs to no domain of the host"
    return "\(fixed.ip) is leased to \(holder); that lease \(lease.end)"
  }

  /// Checks that the guest agent answers.
  ///
  /// - Throws: a diagnostic for a domain without a channel to an agent.
  func agent() async throws -> Awaiting.Look {
    try await requireAgent(for: "agent")
    return { try await agentAnswers() ? nil : Self.noAgent }
  }

  /// Checks that an SSH server answers.
  func ssh() -> Awaiting.Look {
    {
      let (found, obstacle) = try await firstAddress()
      guard let address = found else { return obstacle }
      return try await PortProbe.obstacle(at: address, port: 22, greets: true).map { Obstacle($0) }
    }
  }

  /// Checks that cloud-init has finished, through the guest agent.
  ///
  /// - Throws: a diagnostic for a domain without a channel to an agent.
  func cloudInit() async throws -> Awaiting.Look {
    try await requireAgent(for: "cloud_init")
    let probe = CloudInitProbe(agent: GuestAgent(pool: targets.pool, name: name), span: span)
    return {
      try await agentAnswers() ? try await probe.obstacle().map { Obstacle($0) } : Self.noAgent
    }
  }

  /// Checks that a shell command succeeds in the guest.
  func ready(_ command: String, user: String?) -> Awaiting.Look {
    {
      let route: GuestRoute
      do { route = try await GuestRoute.to(name, user: user, targets.pool, at: span) } catch {
        guard let error = error as? Diagnostic, error.code == .reach.noWayIn else { throw error }
        return Obstacle(error.notes.joined(separator: ", and "))
      }
      let result = try await ShellCommand(text: command, route: route).run()
      guard result.status != 0 else { return nil }
      let last = result.errors.split(separator: "\n").last.map { ": \($0)" } ?? ""
      return Obstacle("the command exits with status \(result.status)\(last)")
    }
  }

  /// Checks that a TCP server accepts connections.
  func port(_ number: UInt16) -> Awaiting.Look {
    {
      let (found, obstacle) = try await firstAddress()
      guard let address = found else { return obstacle }
      return try await PortProbe.obstacle(at: address, port: number).map { Obstacle($0) }
    }
  }

  /// Checks that the console has shown a text since this call.
  ///
  /// - Throws: a diagnostic for a guest that is off or has no console.
  func console(shows text: String) async throws -> Awaiting.Look {
    try await ofRunning { _ in }
    try await follow(for: text)
    return { [watch] in watch.hasShown ? nil : "the console has not shown it yet" }
  }

  private static let noAddress: Obstacle =
    "no lease, guest agent or ARP entry has an address"
  private static let noAgent: Obstacle = "no agent answers inside the guest"

  private func isActive() async throws -> Bool {
    try await targets.with(name, span) { try $0.isActive() }
  }

  /// Returns the fixed address if the guest has it, else its first address; the obstacle if it has none.
  private func firstAddress() async throws -> (address: IPAddress?, obstacle: Obstacle?) {
    try await ofRunning { [fixed, notes] domain in
      let unrenewed = try notes.unrenewed(of: domain)
      let found = try LiveAddresses.shown(of: domain, except: unrenewed)
      let address = found.first { $0 == fixed?.ip } ?? found.first
      guard address == nil else { return (address, nil) }
      return (nil, unrenewed.obstacle().map { Obstacle($0) } ?? Self.noAddress)
    }
  }

  private func agentAnswers() async throws -> Bool {
    try await ofRunning { try $0.isAgentConnected() }
  }

  /// Queries a running guest.
  ///
  /// - Throws: a diagnostic if the guest is off, because it would never meet the condition.
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
