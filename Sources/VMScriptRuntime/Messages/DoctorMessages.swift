import Foundation
import VMScript
import VMScriptPlan
import VMScriptSyntax

/// Messages of `doctor` about the connection and the hypervisor: VM0730 to VM0735.
enum DoctorMessages {
  static func oldLibvirt(_ version: HostVersion, oldest: HostVersion) -> Diagnostic {
    Diagnostic(
      .warning, code: .doctor.oldLibvirt, "libvirt \(version) is older than \(oldest)",
      notes: ["VMScript is tested with libvirt \(oldest) and later"],
      helps: [.init("upgrade the host to a release with a newer libvirt")])
  }

  static func noSocket(_ machine: MachineFacts, _ commands: HostCommands) -> Diagnostic {
    let package = PackageNames(
      debian: "libvirt-daemon-system", fedora: "libvirt-daemon-driver-qemu", arch: "libvirt")
    return Diagnostic(
      code: .doctor.noSocket, "there is no socket `\(machine.socket.path)`",
      notes: [machine.hasDaemon ? "libvirtd is not running" : "libvirtd is not installed"],
      helps: (machine.hasDaemon ? [] : [commands.install(package)]) + [
        .init("start it: \(commands.root("systemctl enable --now \(machine.daemon)"))")
      ])
  }

  static func noListener(
    _ machine: MachineFacts, _ reason: String, _ commands: HostCommands
  ) -> Diagnostic {
    Diagnostic(
      code: .doctor.noSocket, "nothing answers at the socket `\(machine.socket.path)`",
      notes: [reason],
      helps: [.init("restart libvirtd: \(commands.restart)")])
  }

  static func closedSocket(
    _ path: String, _ rights: FileRights?, _ user: Account, _ commands: HostCommands
  ) -> Diagnostic {
    let group = rights?.sharingGroup
    let remedy =
      group.map {
        "add the user to the group and log in again: "
          + commands.root("usermod --append --groups \($0) \(user.name)")
      }
      ?? "set `unix_sock_group = \"libvirt\"` in /etc/libvirt/libvirtd.conf, and add the user to this group"
    return Diagnostic(
      code: .doctor.closedSocket, "the user `\(user.name)` may not use the socket `\(path)`",
      notes: [rights.map(description)].compactMap(\.self),
      helps: [
        .init(remedy), .init("or use guests of this user alone: `--connect qemu:///session`"),
      ])
  }

  static func noEmulator(
    _ architecture: String, _ demands: HostDemands, _ demand: HostDemands.Demand,
    _ commands: HostCommands
  ) -> Diagnostic {
    let package =
      architecture == "aarch64" || architecture.hasPrefix("arm")
      ? PackageNames(
        debian: "qemu-system-arm", fedora: "qemu-system-\(architecture)", arch: "qemu-full")
      : architecture == "x86_64" || architecture == "i686" || architecture.isEmpty
        ? PackageNames(debian: "qemu-system-x86", fedora: "qemu-kvm", arch: "qemu-base")
        : PackageNames(
          debian: "qemu-system-misc", fedora: "qemu-system-\(architecture)", arch: "qemu-full")
    return Diagnostic(
      code: .doctor.noEmulator,
      architecture.isEmpty
        ? "the host has no emulator" : "the host has no emulator for `\(architecture)`",
      notes: demands.note(demand), helps: [commands.install(package)])
  }

  /// The processor has no extension for virtual machines, or its firmware turns it off.
  static func noExtension(_ demands: HostDemands) -> Diagnostic {
    Diagnostic(
      demands.severity(of: .kvm), code: .doctor.unusableKVM,
      "the processor has no virtualization extensions",
      notes: ["guests are emulated, which is many times slower"] + demands.note(.kvm),
      helps: [
        .init(
          "turn on VT-x or AMD-V in the firmware settings, or nested virtualization on the host of this machine"
        )
      ])
  }

  static func noModule(_ extensionName: String, _ demands: HostDemands, _ commands: HostCommands)
    -> Diagnostic
  {
    let module = extensionName == "vmx" ? "kvm_intel" : "kvm_amd"
    return Diagnostic(
      demands.severity(of: .kvm), code: .doctor.unusableKVM, "there is no device `/dev/kvm`",
      notes: ["guests are emulated, which is many times slower"] + demands.note(.kvm),
      helps: [.init("load the kernel's module: \(commands.root("modprobe \(module)"))")])
  }

  static func hiddenKVM(_ demands: HostDemands) -> Diagnostic {
    Diagnostic(
      demands.severity(of: .kvm), code: .doctor.unusableKVM,
      "this machine has `/dev/kvm`, but libvirtd does not see it",
      notes: ["libvirtd runs in a namespace of its own, such as a container"] + demands.note(.kvm),
      helps: [.init("give the container of libvirtd the device `/dev/kvm`")])
  }

  static func failingKVM(_ reason: String, _ demands: HostDemands) -> Diagnostic {
    Diagnostic(
      demands.severity(of: .kvm), code: .doctor.unusableKVM,
      "`/dev/kvm` exists, but the kernel cannot create a virtual machine",
      notes: [reason] + demands.note(.kvm),
      helps: [
        .init(
          "turn on VT-x or AMD-V in the firmware settings, and see `dmesg` for messages of `kvm`"),
        .init("or emulate guests: `--hypervisor qemu`"),
      ])
  }

  static func noAcceleration(
    _ architecture: String, _ demands: HostDemands, _ commands: HostCommands, isHere: Bool
  ) -> Diagnostic {
    return Diagnostic(
      demands.severity(of: .kvm), code: .doctor.unusableKVM,
      "libvirt offers no KVM for `\(architecture)`",
      notes: ["guests are emulated, which is many times slower"] + demands.note(.kvm),
      helps: [
        isHere
          ? .init("restart libvirtd, so that it looks for KVM again: \(commands.restart)")
          : .init("run `vmscript doctor` on that host")
      ])
  }

  static func closedKVM(
    _ rights: FileRights, _ user: Account, _ demands: HostDemands, _ commands: HostCommands
  ) -> Diagnostic {
    let command =
      rights.sharingGroup.map { "usermod --append --groups \($0) \(user.name)" }
      ?? "chmod 666 /dev/kvm"
    return Diagnostic(
      demands.severity(of: .kvm), code: .doctor.closedKVM,
      "QEMU's user `\(user.name)` cannot open `/dev/kvm`",
      notes: [
        description(rights),
        "libvirt then emulates guests, and may probe QEMU again at every call, which takes seconds",
      ] + demands.note(.kvm),
      helps: [
        .init("give the user access: \(commands.root(command))"),
        .init(commands.takeUpMembership),
      ])
  }

  static func noFirmware(
    _ kind: GuestKind, _ architecture: String, _ demands: HostDemands, _ commands: HostCommands
  ) -> Diagnostic {
    let isArm = architecture == "aarch64"
    let package =
      isArm
      ? PackageNames(
        debian: "qemu-efi-aarch64", fedora: "edk2-aarch64", suse: "qemu-uefi-aarch64")
      : PackageNames(debian: "ovmf", fedora: "edk2-ovmf", suse: "qemu-ovmf-x86_64")
    let machine = kind.machine.map { " of type `\($0)`" } ?? ""
    return Diagnostic(
      code: .doctor.noFirmware,
      "the host has no UEFI firmware for \(architecture) machines\(machine)",
      notes: demands.note(.firmware(kind)),
      helps: [commands.install(package)])
  }

  /// Returns the owner and the permissions of a file in words.
  static func description(_ rights: FileRights) -> String {
    let owner = Account.name(ofUser: rights.owner)
    let group = Account.name(ofGroup: rights.group)
    return "its mode is \(rights.permissions), its owner is `\(owner)`, its group is `\(group)`"
  }
}

/// The commands in the help of `doctor`, which fit the host and its user.
struct HostCommands: Sendable {
  private let uri: String
  private let distribution: Distribution
  private let isRoot: Bool
  private let daemon: String
  private let isSession: Bool

  init(_ facts: HostFacts) {
    uri = facts.uri
    distribution = facts.machine?.distribution ?? .other
    isRoot = facts.machine?.isRoot ?? false
    daemon = facts.machine?.daemon ?? "libvirtd"
    isSession = facts.isSession
  }

  /// The command that restarts libvirt's daemon, quoted for a message.
  var restart: String { root("systemctl restart \(daemon)") }

  /// The instruction that makes a new membership in a group effective.
  var takeUpMembership: String {
    isSession ? "then log in again" : "then restart libvirtd: \(restart)"
  }

  /// Returns the usual folder of a storage pool.
  func poolFolder(of pool: String) -> String {
    let home = FileManager.default.homeDirectoryForCurrentUser.path
    let folder = isSession ? "\(home)/.local/share/libvirt" : "/var/lib/libvirt"
    return "\(folder)/" + (pool == "default" ? "images" : pool)
  }

  /// Returns a command for root, quoted for a message.
  func root(_ command: String) -> String { isRoot ? "`\(command)`" : "`sudo \(command)`" }

  /// Returns a command of `virsh` on the host, quoted for a message.
  func virsh(_ command: String, _ arguments: String...) -> String {
    let words = ["virsh", "--connect", uri, command] + arguments
    return "`" + words.map(QuotedText.shellWord).joined(separator: " ") + "`"
  }

  /// Returns the instruction to install a package.
  func install(_ package: PackageNames) -> Diagnostic.Help {
    let name = package.name(in: distribution)
    let noun = name.contains(" ") ? "packages" : "package"
    guard let command = distribution.installation else {
      return .init("install the \(noun) `\(name)` on the host")
    }
    return .init("install the \(noun): \(root("\(command) \(name)"))")
  }
}

/// The codes of `doctor`.
struct DoctorCodes: DiagnosticTable {
  let oldLibvirt = DiagnosticCode.ofHost(
    730, "old libvirt", "Features and fixes of libvirt that VMScript relies on may be missing.")
  let noSocket = DiagnosticCode.ofHost(
    731, "libvirtd not running",
    "libvirtd, or its socket, is not there. Install it, and start it with `systemctl`.")
  let closedSocket = DiagnosticCode.ofHost(
    732, "no rights on libvirt's socket",
    """
    libvirt lets the members of a group use its socket, usually `libvirt`. A new membership takes \
    effect at the next login.
    """)
  let noEmulator = DiagnosticCode.ofHost(
    733, "no emulator", "QEMU for the architecture of a machine is not installed on the host.")
  let unusableKVM = DiagnosticCode.ofHost(
    734, "no hardware acceleration",
    """
    KVM runs guests on the processor itself. Without it, QEMU emulates the processor. `hypervisor = auto` \
    uses KVM if libvirt offers it; `hypervisor = kvm` requires it.
    """)
  let closedKVM = DiagnosticCode.ofHost(
    735, "KVM closed to QEMU",
    """
    libvirt runs QEMU as a user of its own. If this user cannot open `/dev/kvm`, \
    libvirt offers no KVM. Some versions then probe QEMU again at every call, which takes seconds.
    """)
  let noFirmware = DiagnosticCode.ofHost(
    736, "no UEFI firmware",
    "`firmware = uefi` needs firmware files with descriptors in `/usr/share/qemu/firmware` on the host."
  )
  let unfitPool = DiagnosticCode.ofHost(
    737, "storage pool missing or inactive",
    "Disks and images are volumes in a storage pool: the one that the script names, else `default`."
  )
  let littleSpace = DiagnosticCode.ofHost(
    738, "little free space",
    """
    Disks grow as their guests write. A guest whose pool is full pauses at its next write. The check \
    adds the sizes of disks and of files to upload, whether or not a part of them is on the host already.
    """)
  let closedFolder = DiagnosticCode.ofHost(
    739, "folder closed to QEMU",
    """
    QEMU opens the disks of a guest as a user of its own, without the privileges of root. This user must \
    be able to enter each folder of the path.
    """)
  let unfitLabel = DiagnosticCode.ofHost(
    740, "confined guests",
    "SELinux or AppArmor keeps guests from files and programs that the permissions allow.")
  let unfitNetwork = DiagnosticCode.ofHost(
    741, "network missing or inactive",
    "A machine starts only if its networks, bridges and interfaces of the host exist and are active."
  )
  let clashingRoute = DiagnosticCode.ofHost(
    742, "subnet in use",
    """
    The host has a route to addresses of a virtual network. libvirt does not start a network whose \
    subnet has a route already. With a broader or a narrower route, hosts and guests with the same \
    addresses cannot reach each other.
    """)
  let leftBridge = DiagnosticCode.ofHost(
    743, "bridge left behind",
    """
    A libvirtd that was killed, or that crashed, can leave the bridge of a network. The network does not \
    start while the bridge exists.
    """)
  let noFirewall = DiagnosticCode.ofHost(
    744, "no packet filter",
    "libvirt filters and translates the traffic of virtual networks with `iptables`, or from 10.4 on with `nft`."
  )
  let noProgram = DiagnosticCode.ofHost(
    745, "missing program of the host",
    "A program that libvirt or VMScript runs is not installed.")
  let unfitDevice = DiagnosticCode.ofHost(
    746, "device that cannot be passed through",
    """
    A PCI device is passed through together with its IOMMU group: all other devices of the group must be \
    passed to the same machine, or be bridges.
    """)
}

extension DiagnosticCode {
  /// The codes of `doctor`.
  static let doctor = DoctorCodes()
}
