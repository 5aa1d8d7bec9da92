import Libvirt
import VMScript
import VMScriptPlan
import VMScriptSyntax

/// The facts about a host that the checks of `doctor` judge.
struct HostFacts: Sendable {
  /// The URI of the connection, for messages and commands.
  var uri: String
  /// The facts that libvirt reports; nil without a connection.
  var libvirt: Libvirt?
  /// The reason why there is no connection.
  var refusal: Diagnostic?
  /// The facts that only the host's own files show; nil for another machine, and for libvirt's test
  /// driver.
  var machine: MachineFacts?

  /// Whether the host is libvirt's test driver, which runs no guests.
  var isTestDriver: Bool { libvirt?.driver == "TEST" }

  /// Whether libvirt runs for one user, who owns its guests.
  var isSession: Bool { DaemonSocket.isSession(uri) }

  /// The facts that libvirt reports.
  struct Libvirt: Sendable {
    /// The driver as libvirt spells it, such as `QEMU`.
    var driver = "QEMU"
    /// The version of libvirt on the host.
    var version: HostVersion
    /// The version of the hypervisor; nil if the host does not report it.
    var hypervisor: HostVersion?
    /// The host's own name; empty if it is unknown.
    var name = ""
    /// The architecture of the host, such as `x86_64`.
    var architecture = ""
    /// The domain types that the host offers, such as `kvm`, by architecture.
    var types: [String: Set<String>] = [:]
    /// The security drivers that confine guests, such as `apparmor`.
    var confinements: [String] = []
    /// The kinds of machines that can boot from UEFI, each known or not.
    var firmware: [GuestKind: Fact<Bool>] = [:]
    var networks: [Network] = []
    var pools: [Pool] = []

    /// Returns the active or inactive network of a name.
    func network(_ name: String) -> Network? { networks.first { $0.name == name } }

    /// Returns the pool that a script selects: see `LiveStorage.pool(declared:)`.
    func pool(_ name: String?) -> Pool? {
      if let found = pools.first(where: { $0.name == name ?? "default" }) { return found }
      let active = pools.filter(\.isActive)
      return name == nil && active.count == 1 ? active.first : nil
    }
  }

  /// A network of the host.
  struct Network: Sendable {
    var name: String
    var isActive = true
    var autostart = true
    /// The bridge that libvirt makes for it; nil for a network on a bridge or device of the host.
    var bridge: String?
    var subnets: [Subnet] = []
    var ipv6Subnets: [IPv6Subnet] = []
  }

  /// A storage pool of the host.
  struct Pool: Sendable {
    var name: String
    var isActive = true
    /// The folder of its volumes; empty for a pool without one.
    var path = ""
    /// Whether its volumes are block devices.
    var holdsDevices = false
    /// The free space in bytes; nil for an inactive pool.
    var available: Int64?
  }
}

/// A version in libvirt's form: 1,000,000 × major + 1,000 × minor + release.
struct HostVersion: Sendable, Hashable, Comparable, CustomStringConvertible {
  let number: UInt

  init(_ number: UInt) { self.number = number }

  init(_ major: UInt, _ minor: UInt, _ release: UInt = 0) {
    number = major * 1_000_000 + minor * 1000 + release
  }

  static func < (one: HostVersion, other: HostVersion) -> Bool { one.number < other.number }

  var description: String {
    "\(number / 1_000_000).\(number / 1000 % 1000).\(number % 1000)"
  }
}

/// The kind of a machine as far as its emulator depends on it; nil leaves a part to the host.
struct GuestKind: Sendable, Hashable {
  var architecture: String?
  var machine: String?
}
