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
      return try await SSHProbe.obstacle(at: address).map { Obstacle($0) }
    }
  }

  /// Checks that cloud-init has finished, through the guest agent.
  ///
  /// - Throws: a diagnostic for a domain without a channel to an agent.
  func cloudInit() async throws -> Awaiting.Look {
    try await requireAgent(for: "cloud_init")
    let probe = CloudInitProbe(targets: targets, name: name, span: span)
    return {
      try await agentAnswers() ? try await probe.obstacle().map { Obstacle($0) } : Self.noAgent
    }
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
  private let targets: DomainTargets
  private let name: String
  private let span: Span
  /// The process in the guest; nil before it starts.
  private let process = Mutex<Int?>(nil)

  init(targets: DomainTargets, name: String, span: Span) {
    self.targets = targets
    self.name = name
    self.span = span
  }

  /// Returns nil once cloud-init has finished, else the obstacle in words.
  ///
  /// - Throws: a diagnostic if cloud-init failed or cannot be queried.
  func obstacle() async throws -> String? {
    guard let process = process.withLock(\.self) else {
      let begun: Answer<Begun> = try await ask(
        Command(
          execute: "guest-exec",
          arguments: Arguments(
            path: "cloud-init", arg: ["status", "--wait"], capturesOutput: true)))
      process.withLock { $0 = begun.value.pid }
      return Self.runs
    }
    let status: Answer<Status>
    do {
      status = try await ask(
        Command(execute: "guest-exec-status", arguments: Arguments(pid: process)))
    } catch let error as LibvirtError where !error.isConnectionLost {
      // A guest that rebooted in between has no such process: start it again.
      self.process.withLock { $0 = nil }
      return Self.runs
    }
    guard status.value.exited else { return Self.runs }
    // 2 means that cloud-init recovered from errors.
    guard let code = status.value.exitcode, code == 0 || code == 2 else {
      throw HostMessages.cloudInitFailed(name, says: status.value.output, at: span)
    }
    return nil
  }

  private static let runs = "cloud-init has not finished yet"

  private func ask<Value: Decodable & Sendable>(_ command: Command) async throws -> Answer<Value> {
    let text = String(decoding: try JSONEncoder().encode(command), as: UTF8.self)
    let (name, span) = (name, span)
    let answer = try await targets.with(name, span) { domain in
      do throws(LibvirtError) {
        return try domain.agentCommand(text)
      } catch {
        guard !error.isConnectionLost, command.execute == "guest-exec" else { throw error }
        throw HostMessages.cloudInitUnreachable(name, error.message, at: span)
      }
    }
    return try JSONDecoder().decode(Answer<Value>.self, from: Data(answer.utf8))
  }
}

/// The part of the agent's protocol that the probe needs.
extension CloudInitProbe {
  fileprivate struct Command: Encodable, Sendable {
    let execute: String
    let arguments: Arguments
  }

  fileprivate struct Arguments: Encodable, Sendable {
    var path: String?
    var arg: [String]?
    var capturesOutput: Bool?
    var pid: Int?

    enum CodingKeys: String, CodingKey {
      case path, arg, pid
      case capturesOutput = "capture-output"
    }
  }

  fileprivate struct Answer<Value: Decodable & Sendable>: Decodable, Sendable {
    let value: Value
    enum CodingKeys: String, CodingKey { case value = "return" }
  }

  fileprivate struct Begun: Decodable, Sendable { let pid: Int }

  fileprivate struct Status: Decodable, Sendable {
    let exited: Bool
    let exitcode: Int?
    let outData: String?
    let errData: String?

    enum CodingKeys: String, CodingKey {
      case exited, exitcode
      case outData = "out-data"
      case errData = "err-data"
    }

    /// The output of the process, trimmed.
    var output: String {
      [outData, errData].compactMap { $0.flatMap { Data(base64Encoded: $0) } }
        .map { String(decoding: $0, as: UTF8.self) }.joined()
        .trimmingCharacters(in: .whitespacesAndNewlines)
    }
  }
}
