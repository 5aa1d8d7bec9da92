import VMScript
import VMScriptPlan

/// The facts about the machine of a host that its own files show.
///
/// As far as permissions allow, they are those that libvirtd sees, which may run in namespaces of its
/// own.
struct MachineFacts: Sendable {
  /// The user of this process.
  var user: Account
  /// Whether this process runs as root.
  var isRoot: Bool { user.user == 0 }
  /// The family of the distribution, which determines the names of packages.
  var distribution = Distribution.other
  /// libvirt's socket.
  var socket = Socket(path: "/run/libvirt/libvirt-sock")
  /// The installed daemons of libvirt: one for everything, or one for QEMU alone.
  var daemons: Set<String> = ["libvirtd"]
  /// The user that QEMU runs as.
  var emulatorUser: Account
  var kvm = KVM()
  /// The folders on the way to each path, from the root on; the last is the path if it is a folder.
  var folders: [String: [Folder]] = [:]
  /// The paths of the installed programs.
  var programs: [HostProgram: String] = [:]
  /// The tools that filter packages, `nft` and `iptables`, that are installed.
  var firewalls: Set<String> = []
  /// The names of the network interfaces.
  var interfaces: Set<String> = []
  var routes: [Route] = []
  /// Whether SELinux is enforcing; nil without SELinux.
  var isEnforcingSELinux: Bool?
  /// Whether the kernel runs AppArmor.
  var hasAppArmor = false
  /// The sizes in bytes of files to upload, by path.
  var sizes: [String: Int64] = [:]
  var pci = PCIDevices()

  /// Whether a daemon of libvirt is installed.
  var hasDaemon: Bool { !daemons.isEmpty }

  /// The name of the daemon's service.
  var daemon: String { daemons == ["virtqemud"] ? "virtqemud" : "libvirtd" }

  /// libvirt's socket of this machine.
  struct Socket: Sendable {
    var path: String
    /// Its owner and mode; nil if there is no socket.
    var rights: FileRights?
    /// The reason why a connection attempt failed; nil if a process answers.
    var obstacle: SocketPeer.Obstacle?
  }

  /// The kernel's support for virtual machines.
  struct KVM: Sendable {
    var device = KVMDevice.absent
    /// The rights on the device; nil if there is none.
    var rights: FileRights?
    /// Whether this process sees a device that libvirtd does not see.
    var isHidden = false
    /// The processor's extension for virtual machines, `vmx` or `svm`; nil if it shows none.
    var extensionName: String?
    /// Whether this machine is a guest itself.
    var isNested = false
  }

  /// A folder on the way to a file.
  struct Folder: Sendable, Equatable {
    var path: String
    /// Nil if it does not exist or cannot be read.
    var rights: FileRights?
    /// The SELinux label; nil without one.
    var label: String?
  }

  /// A route of the host other than the default route.
  struct Route: Sendable, Equatable {
    var interface: String
    var destination: Destination

    enum Destination: Sendable, Equatable {
      case ipv4(Subnet)
      case ipv6(IPv6Subnet)
    }
  }
}

/// The PCI devices of a machine, as far as passing them through depends on them.
struct PCIDevices: Sendable {
  /// A device.
  struct Device: Sendable {
    /// The IOMMU group; nil if it is in none.
    var group: Int?
    /// Whether it is a bridge, which stays with the host.
    var isBridge = false
  }

  /// The devices by address.
  var devices: [PCIAddress: Device] = [:]

  /// Whether the kernel groups devices at all.
  var hasGroups: Bool { devices.values.contains { $0.group != nil } }
}
