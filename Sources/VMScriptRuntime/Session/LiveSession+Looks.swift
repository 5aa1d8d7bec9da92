import Libvirt
import VMScript
import VMScriptPlan
import VMScriptSyntax

// Looks at the host that no entry asks for; nothing is changed.
extension LiveSession {
  /// What is there and whose it is; see ``Inspector``.
  public func inventory() async throws(Diagnostic) -> HostInventory {
    try await onHost("listing what is there") {
      try await InventoryReader(pool: $0, stack: nil).read()
    }
  }

  /// All that can be said of what bears a name; see ``Inspector``.
  public func details(of name: String) async throws(Diagnostic) -> [Value] {
    try await onHost("looking at `\(name)`") { try await Inspector.details(of: name, in: $0) }
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

  /// The IPv4 addresses that networks have given out, by hardware address: one call for each network.
  public func leases(
    of networks: Set<String>
  ) async throws(Diagnostic) -> [MACAddress: [IPAddress]] {
    try await onHost("reading leases") { pool in
      try await pool.run { connection in
        var found: [MACAddress: [IPAddress]] = [:]
        for name in networks.sorted() {
          for lease in try connection.network(named: name)?.leases() ?? [] where !lease.isIPv6 {
            guard let mac = lease.mac.flatMap(MACAddress.init),
              let address = IPAddress(lease.address)
            else { continue }
            found[mac, default: []].append(address)
          }
        }
        return found
      }
    }
  }
}
