import Libvirt
import VMScript

/// The addresses that a running guest has.
enum LiveAddresses {
  /// IPv4 addresses by lease, else by guest agent, else by the host's ARP table; empty if off.
  static func of(_ domain: Domain) throws(LibvirtError) -> [IPAddress] {
    guard try domain.isActive() else { return [] }
    for source in [Domain.AddressSource.lease, .agent, .arp] {
      let found = try reported(by: source, domain).flatMap(\.addresses)
        .filter { !$0.isIPv6 }.compactMap { IPAddress($0.address) }
        .filter { $0.value >> 24 != 127 }
      if !found.isEmpty { return found }
    }
    return []
  }

  /// A source that this guest or driver does not have reports nothing.
  private static func reported(
    by source: Domain.AddressSource, _ domain: Domain
  ) throws(LibvirtError) -> [Libvirt.DomainInterface] {
    do throws(LibvirtError) {
      return try domain.interfaceAddresses(source: source)
    } catch {
      guard !error.isConnectionLost else { throw error }
      return []
    }
  }
}
