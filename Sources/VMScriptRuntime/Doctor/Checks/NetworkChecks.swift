import VMScript
import VMScriptPlan
import VMScriptSyntax

/// The checks of networks, routes, bridges and packet filters.
extension DoctorCheck {
  /// The version from which libvirt can use nftables.
  private static let firstWithNftables = HostVersion(10, 4)

  static let networkChecks: [DoctorCheck] = [
    DoctorCheck(
      name: "network", group: .networks, signs: ["is not active"], appliesToTestDriver: true,
      judgement: .libvirt { libvirt, facts, demands in
        demands.networkNames.map { name in
          let commands = HostCommands(facts)
          guard let network = libvirt.network(name) else {
            return .problem(DoctorMessages.missingNetwork(name, demands, commands))
          }
          guard network.isActive else {
            return .problem(DoctorMessages.inactiveNetwork(name, demands, commands))
          }
          return .fine("`\(name)` is active")
        }
      }),
    DoctorCheck(
      name: "interface", group: .networks, signs: ["No such device", "Cannot get interface"],
      judgement: .machine { machine, _, demands in
        demands.interfaces.map { name in
          machine.interfaces.contains(name)
            ? .fine("`\(name)` exists")
            : .problem(DoctorMessages.missingInterface(name, demands))
        }
      }),
    DoctorCheck(
      name: "subnets", group: .networks, signs: ["already in use by interface"],
      judgement: .machine { machine, facts, demands in
        let planned = plannedNetworks(facts.libvirt, demands)
        let needed = Set(demands.networkNames + demands.networks.map(\.name))
        let found = planned.flatMap {
          clashes(of: $0, machine, facts.libvirt, isDemanded: needed.contains($0.name))
        }
        guard found.isEmpty, !planned.isEmpty else { return found }
        let names = planned.map { "`\($0.name)`" }.joined(separator: ", ")
        return [.fine("no route of the host overlaps \(names)")]
      }),
    DoctorCheck(
      name: "bridges", group: .networks,
      signs: ["already in use by interface", "File exists", "error creating bridge"],
      judgement: .machine { machine, facts, demands in
        guard let libvirt = facts.libvirt, !facts.isSession else { return [] }
        let left = leftBridges(machine, libvirt, demands, HostCommands(facts))
        guard left.isEmpty else { return left }
        return [.fine("each bridge of libvirt belongs to an active network")]
      }),
    DoctorCheck(
      name: "packet filter", group: .networks, signs: ["iptables", "nft", "firewall"],
      judgement: .machine { machine, facts, demands in
        guard !facts.isSession else { return [] }
        let version = facts.libvirt?.version ?? oldestLibvirt
        let fit = version < firstWithNftables ? ["iptables"] : ["nft", "iptables"]
        guard let tool = fit.first(where: machine.firewalls.contains) else {
          return [.problem(DoctorMessages.noFirewall(fit, demands, HostCommands(facts)))]
        }
        return [.fine("`\(tool)` is installed")]
      }),
  ]

  /// Returns the networks that are about to start, and the inactive ones of the host.
  private static func plannedNetworks(
    _ libvirt: HostFacts.Libvirt?, _ demands: HostDemands
  ) -> [HostDemands.Network] {
    let declared = Set(demands.networks.map(\.name))
    let inactive = (libvirt?.networks ?? []).filter {
      !$0.isActive && $0.bridge != nil && !declared.contains($0.name)
    }
    return demands.networks
      + inactive.map {
        HostDemands.Network(name: $0.name, subnets: $0.subnets, ipv6Subnets: $0.ipv6Subnets)
      }
  }

  /// Returns the routes that overlap the subnets of a network, except those to the network itself.
  private static func clashes(
    of network: HostDemands.Network, _ machine: MachineFacts, _ libvirt: HostFacts.Libvirt?,
    isDemanded: Bool
  ) -> [DoctorFinding] {
    let own = libvirt?.network(network.name).flatMap(\.bridge)
    return machine.routes.filter { $0.interface != own }.flatMap { route in
      let found: [(subnet: String, isBlocking: Bool)]
      switch route.destination {
      case .ipv4(let other):
        found = network.subnets.filter(other.overlaps).map {
          ($0.description, other == $0)
        }
      case .ipv6(let other):
        found = network.ipv6Subnets.filter(other.overlaps).map {
          ($0.description, other == $0)
        }
      }
      return found.map {
        DoctorFinding.problem(
          DoctorMessages.clashingRoute(
            $0.subnet, of: network.name, route, isError: $0.isBlocking && isDemanded))
      }
    }
  }

  /// Returns the bridges in libvirt's naming, or of inactive networks, that no active network has.
  private static func leftBridges(
    _ machine: MachineFacts, _ libvirt: HostFacts.Libvirt, _ demands: HostDemands,
    _ commands: HostCommands
  ) -> [DoctorFinding] {
    let active = Set(libvirt.networks.filter(\.isActive).compactMap(\.bridge))
    let inactive = libvirt.networks.filter { !$0.isActive && $0.bridge != nil }
    let owned = Dictionary(inactive.map { ($0.bridge ?? "", $0.name) }) { first, _ in first }
    let needed = Set(demands.networkNames + demands.networks.map(\.name))
    return machine.interfaces.sorted().compactMap { name in
      // Old versions of libvirt plug a tap `virbr0-nic` into the bridge.
      let isLibvirts = name.hasPrefix("virbr") && !name.hasSuffix("-nic")
      guard isLibvirts || owned[name] != nil, !active.contains(name) else { return nil }
      let network = owned[name]
      let severity: Severity = network.map(needed.contains) ?? false ? .error : .warning
      return .problem(
        DoctorMessages.leftBridge(name, of: network, severity, commands))
    }
  }
}
