import Libvirt
import VMScript
import VMScriptPlan

/// The addresses that a running guest has.
enum LiveAddresses {
  /// IPv4 addresses by lease, else by guest agent, else by the host's ARP table; empty if off.
  ///
  /// - Parameters:
  ///   - mac: the interface that is meant; nil for all.
  ///   - unrenewed: leases from before the guest booted, whose addresses are left out.
  /// - Throws: libvirt's error where no source has one and the leases could not be read.
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
        // An agent that does not answer and an ARP table that is not there are no knowledge lost; a
        // lease that exists and is not read would be.
        if source == .lease, !error.isOfADriverWithoutIt { failure = error }
      }
    }
    if let failure { throw failure }
    return []
  }

  /// The same for a list that shows what is known, and for a look that is repeated.
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
  /// Whether the driver does not have what was asked for, so that there is none of it.
  var isOfADriverWithoutIt: Bool {
    [.noSupport, .operationUnsupported, .configurationUnsupported, .argumentUnsupported]
      .contains(code)
  }
}

extension FixedAddress {
  /// The MAC that the interface has on the host.
  func mac(on domain: Domain) throws -> MACAddress {
    try DomainFacts(xml: domain.xml()).devices?.mac(ofInterface: interface) ?? mac
  }
}
