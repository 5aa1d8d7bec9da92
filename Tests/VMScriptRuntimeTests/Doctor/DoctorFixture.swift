import TestSupport
import VMScript
import VMScriptSyntax

@testable import VMScriptPlan
@testable import VMScriptRuntime

/// Facts about hosts, and the results of the checks on them.
enum DoctorFixture {
  static let guest = Account(name: "libvirt-qemu", user: 64055, groups: [64055, 108])

  /// A folder or device with permissions, owned by root unless another group is given.
  static func rights(_ mode: UInt32, group: UInt32 = 0, owner: UInt32 = 0) -> FileRights {
    FileRights(owner: owner, group: group, mode: 0o040000 | mode)
  }

  /// A host that lacks nothing: a Debian machine of an ordinary user.
  static var facts: HostFacts {
    var libvirt = HostFacts.Libvirt(version: HostVersion(9, 0))
    libvirt.hypervisor = HostVersion(7, 2, 22)
    libvirt.name = "lab"
    libvirt.architecture = "x86_64"
    libvirt.types = ["x86_64": ["kvm", "qemu"]]
    libvirt.confinements = ["apparmor", "dac"]
    libvirt.networks = [
      HostFacts.Network(
        name: "default", bridge: "virbr0", subnets: [Subnet("192.168.122.0/24")].compactMap(\.self))
    ]
    libvirt.pools = [
      HostFacts.Pool(name: "default", path: "/var/lib/libvirt/images", available: 100 << 30)
    ]
    libvirt.firmware = [GuestKind(): .known(true)]
    var machine = MachineFacts(
      user: Account(name: "me", user: 1000, groups: [1000, 27]), emulatorUser: guest)
    machine.distribution = .debian
    machine.kvm.device = .usable
    machine.kvm.rights = rights(0o660, group: 108)
    machine.folders["/var/lib/libvirt/images"] = [
      MachineFacts.Folder(path: "/", rights: rights(0o755)),
      MachineFacts.Folder(path: "/var", rights: rights(0o755)),
      MachineFacts.Folder(path: "/var/lib/libvirt/images", rights: rights(0o711)),
    ]
    for program in HostProgram.allCases {
      machine.programs[program] = "/usr/bin/\(program.rawValue)"
    }
    machine.firewalls = ["iptables"]
    machine.interfaces = ["lo", "eth0", "virbr0"]
    machine.routes = [
      MachineFacts.Route(
        interface: "virbr0", destination: .ipv4(Subnet("192.168.122.0/24") ?? everything))
    ]
    for address in ["0000:00:00.0", "0000:01:00.0"].compactMap({ PCIAddress($0) }) {
      machine.pci.devices[address] = PCIDevices.Device(
        group: address.description.hasPrefix("0000:01") ? 1 : 0)
    }
    return HostFacts(uri: "qemu:///system", libvirt: libvirt, machine: machine)
  }

  static let everything = Subnet(address: IPAddress(value: 0), prefix: 0)

  static var general: HostDemands { .general(isSession: false) }

  /// The demands of a script.
  static func demands(_ script: String) throws -> HostDemands {
    let program = try Script.program(script)
    let set = try program.evaluate().get().declarations
    return try HostDemands(set, sources: program.sources)
  }

  /// The entries of one check on a host that a test has changed.
  static func entries(
    _ check: String, _ demands: HostDemands = general, isConnected: Bool = true,
    _ change: (inout HostFacts, inout HostFacts.Libvirt, inout MachineFacts) -> Void = { _, _, _ in
    }
  ) -> [DoctorReport.Entry] {
    var facts = facts
    guard var libvirt = facts.libvirt, var machine = facts.machine else { return [] }
    change(&facts, &libvirt, &machine)
    (facts.libvirt, facts.machine) = (isConnected ? libvirt : nil, machine)
    return DoctorReport(facts, demands).entries.filter { $0.check == check }
  }
}
