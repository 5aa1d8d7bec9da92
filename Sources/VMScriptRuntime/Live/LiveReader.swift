import Libvirt
import VMScript

/// Reads what exists on the host: one listing of each kind, no refresh, nothing changed.
struct LiveReader: Sendable {
  let pool: ConnectionPool

  /// Everything that a plan looks at.
  ///
  /// - Throws: `LibvirtError`, or `MalformedXML` for a definition that is none.
  func read() async throws -> LiveState {
    async let domains = pool.run { try Self.read($0.domains()) }
    async let networks = pool.run { connection in
      try connection.networks().compactMap { network in
        try Self.unlessGone(.noNetwork) {
          let isActive = try network.isActive()
          return try LiveNetwork(
            name: network.name, uuid: network.uuid, isActive: isActive,
            autostart: network.isPersistent() && network.autostart(),
            xml: network.xml(inactive: network.isPersistent()),
            running: isActive ? network.xml() : nil,
            ports: isActive ? GuestPlug.ports(of: network) : nil)
        }
      }
    }
    async let pools = readPools()
    let (found, storage) = try await (domains, pools)
    return try await LiveState(
      domains: found, networks: networks,
      storage: LiveStorage(
        pools: storage.active, inactivePools: storage.inactive, domains: found))
  }

  /// What the domains of a listing are now, without those that went since.
  static func read(_ domains: [Domain]) throws -> [LiveDomain] {
    try domains.compactMap { domain in
      try unlessGone(.noDomain) { try LiveDomain(domain) }
    }
  }

  /// Others may remove an object between its finding and its reading: it is then just not there.
  static func unlessGone<T>(_ code: LibvirtError.Code, _ read: () throws -> T) throws -> T? {
    do {
      return try read()
    } catch let error as LibvirtError where error.code == code {
      return nil
    }
  }
}

extension LiveDomain {
  /// What a domain of the host is now.
  init(_ domain: Domain) throws {
    try self.init(
      name: domain.name, uuid: domain.uuid, state: State(domain.state()),
      autostart: domain.isPersistent() && domain.autostart(),
      // With passwords, which are compared too.
      xml: domain.xml(inactive: domain.isPersistent(), secure: true),
      running: domain.isActive() ? domain.xml() : nil)
  }
}

extension LiveDomain.State {
  /// libvirt's state in the language's words; a guest on its way down still runs.
  init(_ state: Domain.State) {
    self =
      switch state {
      case .noState, .running, .blocked, .shuttingDown: .running
      case .paused: .paused
      case .shutOff: .stopped
      case .crashed: .crashed
      case .pmSuspended: .suspended
      }
  }
}
