import VMScript

/// What the runtime resolved before a declaration becomes XML.
public struct XMLContext: Sendable {
  /// A disk's storage on the host.
  public struct Storage: Sendable, Equatable {
    /// Absolute path on the host.
    public var path: String
    /// Format of the driver: `raw` or `qcow2`.
    public var format: String
    /// Whether it is a block device.
    public var isDevice: Bool
    /// A disk's storage.
    public init(path: String, format: String, isDevice: Bool = false) {
      self.path = path
      self.format = format
      self.isDevice = isDevice
    }
  }

  /// A drive that a clone of a host's domain has taken over from it.
  public struct Drive: Sendable, Equatable {
    /// What its storage is found by.
    public var key: String
    /// `disk`, `cdrom` or `floppy`.
    public var device: String
    /// Target, such as `vda`.
    public var target: String
    /// The bus of the target; nil leaves it to libvirt.
    public var bus: String?
    /// A drive of a clone.
    public init(key: String, device: String, target: String, bus: String?) {
      self.key = key
      self.device = device
      self.target = target
      self.bus = bus
    }
  }

  /// The stack that the resource belongs to.
  public var stack: String
  /// Where the stack is run from; nil where that is no script's file.
  public var origin: StackOrigin?
  /// The resource's UUID.
  public var uuid: String
  /// `kvm`, `qemu` or `test`.
  public var hypervisor: String
  /// Storage by the disk's key: label, else `disk1`… and `cdrom1`….
  public var disks: [String: Storage]
  /// The drives of a clone of a host's domain, in order: its blocks meet them by label or position.
  public var drives: [Drive] = []
  /// By the disk's key, the domain that a disk is moved from.
  public var moves: [String: String] = [:]
  /// The cloud-init seed on the host.
  public var seed: String?
  /// Paths that other domains have or are declared to have: what is there stays where it is.
  public var shared: Set<String> = []
  /// MAC addresses by the interface's key: label, else `nic1`….
  public var macs: [String: MACAddress]
  /// Fixed leases of a network beside those of its `host` blocks.
  public var leases: [NetworkLease]

  /// What was resolved for one resource.
  public init(
    stack: String, uuid: String, hypervisor: String = "qemu", disks: [String: Storage] = [:],
    seed: String? = nil, macs: [String: MACAddress] = [:], leases: [NetworkLease] = []
  ) {
    self.stack = stack
    self.uuid = uuid
    self.hypervisor = hypervisor
    self.disks = disks
    self.seed = seed
    self.macs = macs
    self.leases = leases
  }
}

/// A fixed DHCP lease.
public struct NetworkLease: Sendable, Hashable {
  /// The interface's address.
  public let mac: MACAddress
  /// The address that it gets.
  public let ip: IPAddress
  /// The machine's name, if it has one for DNS.
  public let name: String?
  /// A lease of a fixed address, under the host name `name` if there is one.
  public init(mac: MACAddress, ip: IPAddress, name: String? = nil) {
    self.mac = mac
    self.ip = ip
    self.name = name
  }
}
