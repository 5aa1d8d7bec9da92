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
  /// The transcripts of the consoles, which occupy them; nil if the run keeps none.
  var transcripts: ConsoleTranscripts?

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
    let watch: ConsoleWatch
    if let output = await transcripts?.output(of: name) {
      watch = ConsoleWatch(output, for: text)
    } else {
      let console = try await ofRunning { try $0.openConsole() }
      watch = ConsoleWatch(console.output, for: text, of: console)
    }
    return { watch.hasShown ? nil : "the console has not shown it yet" }
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

/// A check for the end of cloud-init inside a guest, through the guest agent.
///
/// `cloud-init status --wait` runs in the guest until cloud-init has finished; the probe checks
/// whether that process has ended.
final class CloudInitProbe: Sendable {
  private let agent: GuestAgent
  private let span: Span
  /// The process in the guest; nil before it starts.
  private let process = Mutex<Int?>(nil)

  init(agent: GuestAgent, span: Span) {
    self.agent = agent
    self.span = span
  }

  /// Returns nil once cloud-init has finished, else the obstacle in words.
  ///
  /// - Throws: a diagnostic if cloud-init failed or cannot be queried.
  func obstacle() async throws -> String? {
    guard let process = process.withLock(\.self) else {
      let begun: Int
      do {
        begun = try await agent.start("cloud-init", ["status", "--wait"], capturesOutput: true)
      } catch let error as LibvirtError where !error.isConnectionLost {
        throw HostMessages.cloudInitUnreachable(agent.name, error.message, at: span)
      }
      process.withLock { $0 = begun }
      return Self.runs
    }
    let status: GuestAgent.Status
    do {
      status = try await agent.status(of: process)
    } catch let error as LibvirtError where !error.isConnectionLost {
      // A guest that rebooted in between has no such process: start it again.
      self.process.withLock { $0 = nil }
      return Self.runs
    }
    guard let code = status.code else { return Self.runs }
    // 2 means that cloud-init recovered from errors.
    guard code == 0 || code == 2 else {
      throw HostMessages.cloudInitFailed(
        agent.name, says: status.output, errors: await errors(), at: span)
    }
    return nil
  }

  private static let runs = "cloud-init has not finished yet"

  /// Returns the first lines of the errors that cloud-init recorded in the guest.
  private func errors() async -> [String] {
    guard let file = try? await agent.open("/run/cloud-init/result.json", mode: "r"),
      let read = try? await agent.read(file)
    else { return [] }
    try? await agent.close(file)
    let result = try? JSONDecoder().decode(Result.self, from: Data(read.bytes))
    return (result?.v1.errors ?? []).prefix(5).map { error in
      String(error.prefix { !$0.isNewline }.prefix(200))
    }
  }

  /// The content of cloud-init's `result.json`.
  private struct Result: Decodable {
    struct Version: Decodable { let errors: [String] }
    let v1: Version
  }
}

/// The output of a guest's console while its watch lives.
final class ConsoleWatch: Sendable {
  private let console: Console?
  private let recent = Mutex<[UInt8]>([])
  private let isFound = Mutex(false)

  /// Watches for a text.
  ///
  /// - Parameter console: the console to close at the end; nil if others use it.
  init(_ output: AsyncStream<[UInt8]>, for text: String, of console: Console? = nil) {
    self.console = console
    let wanted = Array(text.utf8)
    Task { [weak self] in
      for await bytes in output {
        guard let self else { return }
        recent.withLock { recent in
          // A text may arrive in pieces.
          recent = (recent + bytes).suffix(max(4096, wanted.count + bytes.count))
          if recent.contains(wanted) { isFound.withLock { $0 = true } }
        }
      }
    }
  }

  deinit { console?.close() }

  /// Whether the text was printed.
  var hasShown: Bool { isFound.withLock(\.self) }
}
