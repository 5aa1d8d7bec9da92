import Foundation
import VMScript
import VMScriptPlan

/// Reads the facts of this machine from its files; blocks.
struct MachineFactsReader: Sendable {
  /// The facts that libvirt reports.
  let facts: HostFacts
  let demands: HostDemands

  func read() -> MachineFacts {
    let path = DaemonSocket.path(facts.uri, environment: ProcessInfo.processInfo.environment)
    let peer = SocketPeer.of(path)
    var process: Int32?
    var socket = MachineFacts.Socket(path: path, rights: FileRights(at: path))
    switch peer {
    case .process(let number): process = number
    case .refused(let obstacle): socket.obstacle = obstacle
    }
    return read(DaemonView(of: process), socket)
  }

  /// Reads the facts as libvirtd sees them.
  func read(_ view: DaemonView, _ socket: MachineFacts.Socket) -> MachineFacts {
    let user = Account.current
    let configuration = EmulatorConfiguration(view.text(at: "/etc/libvirt/qemu.conf") ?? "")
    var machine = MachineFacts(
      user: user, emulatorUser: facts.isSession ? user : configuration.account)
    machine.socket = socket
    machine.distribution = Distribution(release: view.text(at: "/etc/os-release") ?? "")
    machine.kvm = kvm(view)
    let pools = (facts.libvirt?.pools ?? []).filter { !$0.holdsDevices }.map(\.path)
    for path in Set(pools + demands.paths) where path.hasPrefix("/") {
      machine.folders[path] = view.folders(to: path)
    }
    for program in HostProgram.allCases {
      let name = program.rawValue
      machine.programs[program] =
        program.row.isDaemons ? view.program(name) : ChildProcess.isInstalled(name) ? name : nil
    }
    machine.daemons = Set(["libvirtd", "virtqemud"].filter { view.program($0) != nil })
    machine.firewalls = Set(["nft", "iptables"].filter { view.program($0) != nil })
    machine.interfaces = Set(NetworkTables.interfaces(view.networkTable("dev")))
    machine.routes =
      NetworkTables.routes(view.networkTable("route"))
      + NetworkTables.ipv6Routes(view.networkTable("ipv6_route"))
    machine.isEnforcingSELinux = view.text(at: "/sys/fs/selinux/enforce").map { $0.first == "1" }
    machine.hasAppArmor =
      view.text(at: "/sys/module/apparmor/parameters/enabled")?.first == "Y"
    for path in demands.uploads {
      machine.sizes[path] =
        (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int64
    }
    machine.pci = PCIDevices(in: view)
    return machine
  }

  private func kvm(_ view: DaemonView) -> MachineFacts.KVM {
    let flags = Set(
      (view.text(at: "/proc/cpuinfo") ?? "").split(separator: "\n")
        .first { $0.hasPrefix("flags") }?.split(separator: " ") ?? [])
    let path = view.here("/dev/kvm")
    let rights = FileRights(at: path)
    return MachineFacts.KVM(
      device: KVMDevice.probe(at: path), rights: rights,
      isHidden: rights == nil && FileRights(at: "/dev/kvm") != nil,
      extensionName: ["vmx", "svm"].first { flags.contains(Substring($0)) },
      isNested: flags.contains("hypervisor"))
  }
}

/// The user that QEMU runs as, from libvirt's `qemu.conf`.
struct EmulatorConfiguration: Sendable, Equatable {
  /// The configured user; nil leaves it to the distribution.
  let user: String?
  let group: String?

  /// The users of distributions that configure none.
  private static let standardUsers = ["libvirt-qemu", "qemu"]

  /// Reads the settings `user = "…"` and `group = "…"`.
  init(_ text: String) {
    func setting(_ name: String) -> String? {
      let lines = text.split(separator: "\n").map { $0.filter { $0 != " " && $0 != "\t" } }
      let value = lines.last { $0.hasPrefix("\(name)=") }?.dropFirst(name.count + 1)
      return value.map { $0.filter { $0 != "\"" } }.flatMap { $0.isEmpty ? nil : String($0) }
    }
    (user, group) = (setting("user"), setting("group"))
  }

  /// The user with its groups; root if the machine does not have it.
  var account: Account {
    let names = user.map { [$0] } ?? Self.standardUsers
    return names.lazy.compactMap { Account(named: $0, group: group) }.first
      ?? Account(name: "root", user: 0, groups: [0])
  }
}

/// The kernel's network tables.
enum NetworkTables {
  /// Reads the names in `/proc/net/dev`, whose first two lines are headings.
  static func interfaces(_ lines: [String]) -> [String] {
    lines.dropFirst(2).compactMap { line in
      line.split(separator: ":").first.map { $0.trimmingCharacters(in: .whitespaces) }
    }
  }

  /// Reads `/proc/net/route`, whose addresses are in the host's byte order; leaves out the default
  /// route.
  static func routes(_ lines: [String]) -> [MachineFacts.Route] {
    lines.dropFirst().compactMap { line in
      let fields = line.split(whereSeparator: \.isWhitespace)
      guard fields.count > 7, let address = UInt32(fields[1], radix: 16),
        let mask = UInt32(fields[7], radix: 16), mask != 0
      else { return nil }
      let subnet = Subnet(
        address: IPAddress(value: UInt32(bigEndian: address)), prefix: mask.nonzeroBitCount)
      return .init(interface: String(fields[0]), destination: .ipv4(subnet))
    }
  }

  /// Reads `/proc/net/ipv6_route`; leaves out the default route, single addresses, and routes that
  /// every interface has.
  static func ipv6Routes(_ lines: [String]) -> [MachineFacts.Route] {
    lines.compactMap { line in
      let fields = line.split(whereSeparator: \.isWhitespace)
      guard fields.count > 9, fields[0].count == 32, fields[9] != "lo",
        let prefix = Int(fields[1], radix: 16), (1..<128).contains(prefix)
      else { return nil }
      let digits = Array(fields[0])
      let groups = stride(from: 0, to: 32, by: 4).map { String(digits[$0..<$0 + 4]) }
      guard let address = IPv6Address(groups.joined(separator: ":")),
        !["fe80", "ff00"].contains(groups[0].lowercased())
      else { return nil }
      return .init(
        interface: String(fields[9]),
        destination: .ipv6(IPv6Subnet(address: address, prefix: prefix)))
    }
  }
}

extension PCIDevices {
  /// Reads the devices and groups that the kernel shows.
  init(in view: DaemonView) {
    func names(_ folder: String) -> [String] {
      (try? FileManager.default.contentsOfDirectory(atPath: view.here(folder))) ?? []
    }
    for name in names("/sys/bus/pci/devices") {
      guard let address = PCIAddress(name) else { continue }
      let kind = view.text(at: "/sys/bus/pci/devices/\(name)/class") ?? ""
      devices[address] = Device(isBridge: kind.hasPrefix("0x06"))
    }
    for group in names("/sys/kernel/iommu_groups") {
      for name in names("/sys/kernel/iommu_groups/\(group)/devices") {
        guard let address = PCIAddress(name) else { continue }
        devices[address, default: Device()].group = Int(group)
      }
    }
  }
}
