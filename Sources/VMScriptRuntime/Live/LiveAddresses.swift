import Libvirt
import Synchronization
import VMScript
import VMScriptPlan
import VMScriptSyntax

/// The addresses of a running guest.
enum LiveAddresses {
  /// Returns the IPv4 addresses from the leases, else from the guest agent, else from the host's ARP
  /// table; empty if the guest is off.
  ///
  /// - Parameters:
  ///   - mac: the interface to look at; nil for all.
  ///   - unrenewed: leases from before the guest booted, whose addresses are left out.
  /// - Throws: libvirt's error if no source has an address and the leases could not be read.
  static func of(
    _ domain: Domain, mac: MACAddress? = nil, except unrenewed: UnrenewedLeases = .init()
  ) throws(LibvirtError) -> [IPAddress] {
    guard try domain.isActive() else { return [] }
    var failure: LibvirtError?
    for source in [Domain.AddressSource.lease, .agent, .arp] {
      do throws(LibvirtError) {
        let found = try domain.interfaceAddresses(source: source)
          .map { (mac: $0.mac.flatMap(MACAddress.init), addresses: $0.addresses) }
          .filter { mac == nil || $0.mac == mac }
          .flatMap { interface in
            interface.addresses.filter { !$0.isIPv6 }.compactMap { IPAddress($0.address) }
              .filter { unrenewed.believe($0, of: interface.mac, from: source) }
          }
          .filter { $0.value >> 24 != 127 }
        if !found.isEmpty { return found }
      } catch {
        guard !error.isConnectionLost else { throw error }
        // An agent that does not answer or a missing ARP table loses nothing; an unread lease might
        // hide an address.
        if source == .lease, !error.isOfADriverWithoutIt { failure = error }
      }
    }
    if let failure { throw failure }
    return []
  }

  /// Returns the same addresses, but none instead of an error; for lists and for repeated checks.
  static func shown(
    of domain: Domain, mac: MACAddress? = nil, except unrenewed: UnrenewedLeases = .init()
  ) throws(LibvirtError) -> [IPAddress] {
    do throws(LibvirtError) { return try of(domain, mac: mac, except: unrenewed) } catch {
      guard !error.isConnectionLost, error.code != .noDomain else { throw error }
      return []
    }
  }
}

extension LibvirtError {
  /// Whether the driver does not support the call, so that there is nothing to read.
  var isOfADriverWithoutIt: Bool {
    [.noSupport, .operationUnsupported, .configurationUnsupported, .argumentUnsupported]
      .contains(code)
  }
}

extension FixedAddress {
  /// Returns the MAC address of the interface on the host.
  func mac(on domain: Domain) throws -> MACAddress {
    try DomainFacts(xml: domain.xml()).devices?.mac(ofInterface: interface) ?? mac
  }
}

/// The DHCP leases that a machine has right before it boots.
///
/// The server reports them until they expire, even if the guest is off. A guest that boots requests
/// its address again, which changes the expiry of its lease. Clocks are not compared, because the
/// host's clock may differ.
struct EarlierLeases: Sendable, Equatable {
  /// The leases of the machine's interfaces, by network. A lease without an expiry is left out, because
  /// its renewal is not visible.
  private let leases: [String: [GivenLease]]
  /// Whether the guest from before the boot may still answer, as after a request to reboot.
  private let lingers: Bool

  /// Picks the leases of a machine.
  ///
  /// - Parameters:
  ///   - macs: the addresses of its interfaces.
  ///   - reported: all leases of its networks, by network.
  init(of macs: [MACAddress], among reported: [String: [GivenLease]], lingers: Bool = false) {
    leases = reported.mapValues { leases in
      leases.filter { $0.expires != 0 && macs.contains($0.mac) }
    }.filter { !$0.value.isEmpty }
    self.lingers = lingers
  }

  /// The networks whose leases show a renewal.
  var networks: [String] { leases.keys.sorted() }

  /// Returns the leases that the guest has not renewed.
  ///
  /// - Parameter reported: the current leases by network. If a network is missing, its leases count as
  ///   not renewed.
  func unrenewed(_ reported: [String: [GivenLease]]) -> UnrenewedLeases {
    let left = leases.flatMap { network, leases in
      guard let present = reported[network] else { return leases }
      return leases.filter(present.contains)
    }
    return UnrenewedLeases(leases: Set(left), lingers: lingers)
  }
}

/// The leases of a machine from before its last boot, which its guest has not renewed.
struct UnrenewedLeases: Sendable {
  fileprivate(set) var leases: Set<GivenLease> = []
  fileprivate(set) var lingers = false

  /// Whether an address is one that the guest has had since it booted.
  ///
  /// - Parameters:
  ///   - mac: the interface of the address; nil if it is unknown.
  ///   - source: the source of the address. An agent inside the guest knows the guest's addresses.
  func believe(
    _ address: IPAddress, of mac: MACAddress?, from source: Domain.AddressSource
  ) -> Bool {
    switch source {
    case .lease: !leases.contains { $0.ip == address && (mac == nil || $0.mac == mac) }
    case .agent where !lingers: true
    case .agent, .arp: !leases.contains { $0.ip == address }
    }
  }

  /// Returns the obstacle to an address if only these leases exist; nil without leases.
  ///
  /// - Parameter mac: the awaited interface; nil for all.
  func obstacle(of mac: MACAddress? = nil) -> String? {
    let lease = leases.filter { mac == nil || $0.mac == mac }.min { $0.ip < $1.ip }
    return lease.map { "its lease of \($0.ip) is from before it started and has not been renewed" }
  }
}

/// The leases of machines from before a run, or a session, booted them.
final class LeaseNotes: Sendable {
  private let machines = Mutex<[String: EarlierLeases]>([:])

  /// The leases of the machine with a UUID; nil if it was not booted.
  subscript(uuid: String) -> EarlierLeases? {
    get { machines.withLock { $0[uuid] } }
    set { machines.withLock { $0[uuid] = newValue } }
  }

  /// Returns the leases that a guest has not renewed since its boot; blocks.
  func unrenewed(of domain: Domain) throws -> UnrenewedLeases {
    guard let earlier = self[domain.uuid], !earlier.networks.isEmpty else { return .init() }
    var reported: [String: [GivenLease]] = [:]
    for network in earlier.networks {
      reported[network] = try GivenLease.reported(by: network, domain.connection)
    }
    return earlier.unrenewed(reported)
  }
}

/// The leases of networks, read once per network for machines that boot together.
actor LeaseReads {
  private var reads: [String: Task<[GivenLease]?, any Error>] = [:]

  /// Returns the leases of networks, without networks that report none.
  ///
  /// - Parameter isAnew: reads them again even if they were read before.
  func leases(
    of networks: Set<String>, isAnew: Bool, _ pool: ConnectionPool
  ) async throws -> [String: [GivenLease]] {
    var leases: [String: [GivenLease]] = [:]
    for network in networks {
      let read =
        (isAnew ? nil : reads[network])
        ?? Task { try await pool.run { try GivenLease.reported(by: network, $0) } }
      reads[network] = read
      leases[network] = try await read.value
    }
    return leases
  }
}

/// A joint boot of machines, which records their leases from before.
struct GuestBoot: Sendable {
  let notes: LeaseNotes
  /// The interfaces of running guests, which may renew their leases between two boots.
  private let held: Set<MACAddress>
  private let reads = LeaseReads()

  init(notes: LeaseNotes, held: Set<MACAddress> = []) {
    self.notes = notes
    self.held = held
  }

  /// Performs a verb on a machine, whether or not the verb boots it.
  ///
  /// - Throws: the errors of `PowerVerb.perform`, with an explanation by the state of the host if
  ///   there is one, and a diagnostic if there is no such machine.
  func perform(
    _ verb: PowerVerb, on name: String, of targets: DomainTargets, at span: Span
  ) async throws {
    try await StartFailure.explaining(.domain(name), on: targets.pool) {
      try await act(verb, on: name, of: targets, at: span)
    }
  }

  private func act(
    _ verb: PowerVerb, on name: String, of targets: DomainTargets, at span: Span
  ) async throws {
    let machine = try await targets.with(name, span) { domain -> Machine? in
      if let machine = try Machine(domain, before: verb) { return machine }
      try verb.perform(on: domain, at: span)
      return nil
    }
    guard let machine else { return }
    let earlier = try await earlierLeases(
      of: machine.macs, on: machine.networks, lingers: machine.lingers, targets.pool)
    try await targets.with(name, span) { try verb.perform(on: $0, at: span) }
    notes[machine.uuid] = earlier
  }

  /// Returns the leases of a machine that is about to boot; nil without an interface on a network.
  func earlierLeases(
    of macs: [MACAddress], on networks: Set<String>, lingers: Bool = false, _ pool: ConnectionPool
  ) async throws -> EarlierLeases? {
    guard !networks.isEmpty else { return nil }
    let reported = try await reads.leases(
      of: networks, isAnew: !held.isDisjoint(with: macs), pool)
    return EarlierLeases(of: macs, among: reported, lingers: lingers)
  }

  /// A machine that is about to boot.
  private struct Machine: Sendable {
    let uuid: String
    let macs: [MACAddress]
    let networks: Set<String>
    let lingers: Bool

    /// Returns nil if the verb continues or restores the guest, or if the machine can have no lease.
    init?(_ domain: Domain, before verb: PowerVerb) throws {
      // The test driver invents leases.
      guard verb == .start || verb == .reboot, !domain.connection.isTestDriver else { return nil }
      let isActive = try domain.isActive()
      guard let steps = verb.steps(from: try domain.state(), isActive: isActive) else { return nil }
      let isStarted = steps.contains(.start)
      guard isStarted || steps.contains(.reboot) else { return nil }
      guard try isActive || !domain.hasSavedState() else { return nil }
      guard let facts = try? DomainFacts(xml: try domain.xml(inactive: isStarted)),
        !facts.networks.isEmpty
      else { return nil }
      (uuid, macs, networks) = (domain.uuid, facts.macs, facts.networks)
      lingers = !isStarted
    }
  }
}
