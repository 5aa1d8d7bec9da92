import VMScript
import VMScriptSyntax

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

/// The wording of what goes wrong between declarations and XML, VM0270, VM0271 and VM0750.
package enum XMLMessages {
  static func malformed(_ declaration: Declaration, _ error: MalformedXML) -> Diagnostic {
    Diagnostic(
      code: .xml.unreadableDefinition,
      "the host's definition of `\(declaration.name)` is not readable XML",
      at: .init(declaration.nameSpan), notes: [error.description],
      helps: [.init("look at it with `virsh dumpxml` or `virsh net-dumpxml`")])
  }

  package static func unreadable(_ declaration: Declaration, _ object: UnreadableObject)
    -> Diagnostic
  {
    var diagnostic = PlanMessages.unreadable(
      object, cannot: "be compared", at: declaration.nameSpan)
    diagnostic.notes.append("it is left as it is")
    return diagnostic
  }

  package static func unwritable(_ property: DeclaredProperty) -> Diagnostic {
    Diagnostic(
      code: .xml.unwritableCharacter,
      "`\(property.schema.name)` holds a character that XML cannot hold",
      at: .init(property.span, "a control character"), helps: [.init("remove it")])
  }

  /// - Parameters:
  ///   - dropped: the paths of what is not there.
  ///   - changed: what has another value.
  static func notKept(
    _ dropped: [String], _ changed: [XMLProjection.Change], _ patch: DomainPatch,
    of declaration: Declaration
  ) -> Diagnostic {
    let more = dropped.count > 5 ? " and more" : ""
    let kept = changed.prefix(5).map {
      "libvirt keeps `\($0.kept)` for `\($0.wanted)` in `\($0.path)` of `\(declaration.name)`"
    }
    let title =
      dropped.isEmpty
      ? kept.first ?? ""
      : "libvirt does not keep \(dropped.prefix(5).map { "`\($0)`" }.joined(separator: ", "))\(more)"
        + " of `\(declaration.name)`"
    return Diagnostic(
      .warning, code: .xml.droppedPatch, title,
      at: .init(patch.block.property("append")?.span ?? patch.block.span, "appended here"),
      notes: kept.dropFirst(dropped.isEmpty ? 1 : 0) + [
        "libvirt drops what it does not know and takes one of several values; it is not tried again"
      ],
      helps: [.init("check its spelling and its place, or remove the block")])
  }
}

/// The codes of XML documents.
package struct XMLCodes: DiagnosticTable {
  package init() {}

  package let unreadableDefinition = DiagnosticCode.ofScript(
    270, "unreadable definition",
    "The host answered with something that is not the XML of such an object.")
  package let unwritableCharacter = DiagnosticCode.ofScript(
    271, "character not allowed in XML",
    "XML 1.0 has no way to write most control characters, so no definition can hold them.")
  package let droppedPatch = DiagnosticCode.ofHost(
    750, "patch that libvirt drops",
    """
    libvirt ignores elements and attributes that it does not know, and takes one of several elements \
    where it knows but one. The run says so once and notes what was kept; later plans compare only \
    that.
    """)
}

extension DiagnosticCode {
  /// The codes of XML documents.
  package static let xml = XMLCodes()
}
