import VMScript
import VMScriptPlan
import VMScriptSyntax

/// Messages of `doctor` about storage: VM0737 to VM0740.
extension DoctorMessages {
  static func missingPool(
    _ name: String?, _ demands: HostDemands, _ commands: HostCommands
  ) -> Diagnostic {
    let shown = name ?? "default"
    return Diagnostic(
      code: .doctor.unfitPool, "there is no storage pool `\(shown)`",
      notes: demands.note(.pool(name)),
      helps: [
        .init(
          "define it: "
            + commands.virsh(
              "pool-define-as", shown, "dir", "--target", commands.poolFolder(of: shown))),
        .init("create its folder: \(commands.virsh("pool-build", shown))"),
        .init("start it: \(commands.virsh("pool-start", shown))"),
        .init("start it when the host boots: \(commands.virsh("pool-autostart", shown))"),
      ])
  }

  static func inactivePool(
    _ pool: HostFacts.Pool, _ demands: HostDemands, _ demand: HostDemands.Demand,
    _ commands: HostCommands
  ) -> Diagnostic {
    Diagnostic(
      code: .doctor.unfitPool, "the storage pool `\(pool.name)` is not active",
      notes: demands.note(demand),
      helps: [
        .init("start it: \(commands.virsh("pool-start", pool.name))"),
        .init("start it when the host boots: \(commands.virsh("pool-autostart", pool.name))"),
      ])
  }

  static func fullPool(_ pool: HostFacts.Pool, _ available: Int64) -> Diagnostic {
    Diagnostic(
      code: .doctor.littleSpace,
      "the storage pool `\(pool.name)` has only \(ReadableSize.text(available)) of free space",
      helps: [.init("free space in `\(pool.path)`, or delete volumes that nothing uses")])
  }

  static func littleSpace(
    _ pool: HostFacts.Pool, _ available: Int64, needed: Int64
  ) -> Diagnostic {
    Diagnostic(
      .warning, code: .doctor.littleSpace,
      "the disks in the storage pool `\(pool.name)` can outgrow its free space",
      notes: [
        "they can take \(ReadableSize.text(needed)), and \(ReadableSize.text(available)) are free"
      ],
      helps: [.init("free space in `\(pool.path)`, or declare smaller disks")])
  }

  static func closedFolder(
    _ folder: String, _ rights: FileRights, onTheWayTo path: String, isDemanded: Bool,
    _ user: Account, _ commands: HostCommands
  ) -> Diagnostic {
    let shown = QuotedText.shellWord(folder)
    let helps: [String]
    if user.user == rights.owner {
      helps = ["let the owner enter: \(commands.root("chmod u+x \(shown)"))"]
    } else if user.groups.contains(rights.group) {
      helps = ["let the group enter: \(commands.root("chmod g+x \(shown)"))"]
    } else {
      helps = [
        "let only this user enter: \(commands.root("setfacl --modify user:\(user.name):x \(shown)"))",
        "or let everyone enter: \(commands.root("chmod o+x \(shown)"))",
      ]
    }
    return Diagnostic(
      isDemanded ? .error : .warning, code: .doctor.closedFolder,
      "QEMU's user `\(user.name)` cannot enter the folder `\(folder)`",
      notes: [description(rights)] + (folder == path ? [] : ["it is on the way to `\(path)`"]),
      helps: helps.map { .init($0) })
  }

  static func unfitLabel(_ folder: String, _ label: String, _ commands: HostCommands) -> Diagnostic
  {
    let shown = QuotedText.shellWord(folder)
    return Diagnostic(
      .warning, code: .doctor.unfitLabel, "SELinux may keep guests from the folder `\(folder)`",
      notes: ["its label is `\(label)`"],
      helps: [
        .init(
          "record the label of images: "
            + commands.root(
              "semanage fcontext --add --type virt_image_t "
                + QuotedText.shellWord("\(folder)(/.*)?"))),
        .init("apply it: \(commands.root("restorecon -R \(shown)"))"),
      ])
  }

  static func confinedPasst(_ version: HostVersion, _ demands: HostDemands) -> Diagnostic {
    Diagnostic(
      demands.severity(of: .program(.passt)), code: .doctor.unfitLabel,
      "AppArmor keeps libvirt \(version) from starting `passt`",
      notes: ["libvirt 9.2 and later allow it"] + demands.note(.program(.passt)),
      helps: [.init("connect the machine to a network instead, or upgrade libvirt")])
  }
}

/// Messages of `doctor` about networks: VM0741 to VM0744.
extension DoctorMessages {
  static func missingNetwork(
    _ name: String, _ demands: HostDemands, _ commands: HostCommands
  ) -> Diagnostic {
    let file = "/usr/share/libvirt/networks/default.xml"
    let define =
      name == "default"
      ? [
        Diagnostic.Help("define it: \(commands.virsh("net-define", file))"),
        .init("start it: \(commands.virsh("net-start", name))"),
        .init("or declare a network of the script: `net lab { subnet = 10.10.0.0/24 }`"),
      ] : [.init("declare it in the script: `net \(QuotedText.literal(name)) { … }`")]
    return Diagnostic(
      code: .doctor.unfitNetwork, "there is no network `\(name)`",
      notes: demands.note(.network(name)), helps: define)
  }

  static func inactiveNetwork(
    _ name: String, _ demands: HostDemands, _ commands: HostCommands
  ) -> Diagnostic {
    Diagnostic(
      code: .doctor.unfitNetwork, "the network `\(name)` is not active",
      notes: demands.note(.network(name)),
      helps: [
        .init("start it: \(commands.virsh("net-start", name))"),
        .init("start it when the host boots: \(commands.virsh("net-autostart", name))"),
      ])
  }

  static func missingInterface(_ name: String, _ demands: HostDemands) -> Diagnostic {
    Diagnostic(
      code: .doctor.unfitNetwork, "the host has no interface or bridge `\(name)`",
      notes: demands.note(.interface(name)),
      helps: [.init("create it in the network configuration of the host, or name another one")])
  }

  static func clashingRoute(
    _ subnet: String, of network: String, _ route: MachineFacts.Route, isError: Bool
  ) -> Diagnostic {
    Diagnostic(
      isError ? .error : .warning, code: .doctor.clashingRoute,
      "the subnet \(subnet) of the network `\(network)` overlaps a route of the host",
      notes: ["the host reaches \(route.destination) through `\(route.interface)`"],
      helps: [.init("choose another subnet, or remove the route: `ip route`")])
  }

  static func leftBridge(
    _ bridge: String, of network: String?, _ severity: Severity, _ commands: HostCommands
  ) -> Diagnostic {
    Diagnostic(
      severity, code: .doctor.leftBridge, "the bridge `\(bridge)` belongs to no active network",
      notes: [
        network.map { "the network `\($0)`, which is inactive, cannot start while it exists" }
          ?? "a killed libvirtd may have left it"
      ],
      helps: [
        .init("remove it: \(commands.root("ip link delete \(QuotedText.shellWord(bridge))"))")
      ])
  }

  static func noFirewall(
    _ needed: [String], _ demands: HostDemands, _ commands: HostCommands
  ) -> Diagnostic {
    let package =
      needed == ["iptables"]
      ? PackageNames(debian: "iptables", fedora: "iptables-nft", suse: "iptables", arch: "iptables")
      : PackageNames(debian: "nftables", fedora: "nftables")
    return Diagnostic(
      demands.severity(of: .firewall), code: .doctor.noFirewall,
      needed.count == 1
        ? "`\(needed[0])` is not installed" : "neither `nft` nor `iptables` is installed",
      notes: ["virtual networks need it"] + demands.note(.firewall),
      helps: [commands.install(package)])
  }
}

/// Messages of `doctor` about programs and devices: VM0745 and VM0746.
extension DoctorMessages {
  static func noProgram(
    _ program: HostProgram, _ demands: HostDemands, _ commands: HostCommands
  ) -> Diagnostic {
    Diagnostic(
      demands.severity(of: .program(program)), code: .doctor.noProgram,
      "`\(program.rawValue)` is not installed",
      notes: ["it is needed for \(program.row.purpose)"] + demands.note(.program(program)),
      helps: [commands.install(program.row.packages)])
  }

  static func noGroups(_ demands: HostDemands) -> Diagnostic {
    Diagnostic(
      demands.devices.isEmpty ? .warning : .error, code: .doctor.unfitDevice,
      "the host has no IOMMU groups, so it cannot pass devices through",
      notes: demands.devices.first.map { demands.note(.device($0)) } ?? [],
      helps: [
        .init(
          "turn on VT-d or AMD-Vi in the firmware settings, and boot with `intel_iommu=on` or `amd_iommu=on`"
        )
      ])
  }

  static func noDevice(_ address: PCIAddress, _ demands: HostDemands) -> Diagnostic {
    Diagnostic(
      code: .doctor.unfitDevice, "the host has no PCI device \(address)",
      notes: demands.note(.device(address)), helps: [.init("list the devices: `lspci -D`")])
  }

  static func ungroupedDevice(_ address: PCIAddress, _ demands: HostDemands) -> Diagnostic {
    Diagnostic(
      code: .doctor.unfitDevice, "the PCI device \(address) is in no IOMMU group",
      notes: demands.note(.device(address)),
      helps: [.init("pass another device through, or move the card to another slot")])
  }

  static func sharedGroup(
    _ address: PCIAddress, _ group: Int, with others: [PCIAddress], _ demands: HostDemands
  ) -> Diagnostic {
    Diagnostic(
      code: .doctor.unfitDevice,
      "the PCI device \(address) shares its IOMMU group \(group) with devices of the host",
      notes: ["they are \(others.map(\.description).joined(separator: ", "))"]
        + demands.note(.device(address)),
      helps: [
        .init("pass all of them to the same machine, or move the card to another slot")
      ])
  }
}

extension MachineFacts.Route.Destination: CustomStringConvertible {
  var description: String {
    switch self {
    case .ipv4(let subnet): subnet.description
    case .ipv6(let subnet): subnet.description
    }
  }
}

/// Sizes as people read them, rounded to a tenth of their unit.
enum ReadableSize {
  /// Returns a size in the largest unit that it reaches, such as `58.3GiB`.
  static func text(_ bytes: Int64) -> String {
    let units: [(name: String, shift: Int64)] = [("TiB", 40), ("GiB", 30), ("MiB", 20)]
    guard let unit = units.first(where: { bytes >> $0.shift > 0 }) else {
      return "\(bytes >> 10)KiB"
    }
    let whole = bytes >> unit.shift
    let tenth = ((bytes - (whole << unit.shift)) * 10) >> unit.shift
    return tenth == 0 ? "\(whole)\(unit.name)" : "\(whole).\(tenth)\(unit.name)"
  }
}
