import VMScript
import VMScriptSyntax

/// The facts that the runtime resolves before a declaration becomes XML.
public struct XMLContext: Sendable {
  /// A disk's storage on the host.
  public struct Storage: Sendable, Equatable {
    /// Absolute path on the host.
    public var path: String
    /// Format of the driver: `raw` or `qcow2`.
    public var format: String
    /// Whether it is a block device.
    public var isDevice: Bool
    /// Creates a disk's storage.
    public init(path: String, format: String, isDevice: Bool = false) {
      self.path = path
      self.format = format
      self.isDevice = isDevice
    }
  }

  /// The stack that the resource belongs to.
  public var stack: String
  /// The script that the stack is run from; nil if it is not a file.
  public var origin: StackOrigin?
  /// The end of the lifetime of the stack; nil if it is not temporary.
  package var expiry: StackExpiry?
  /// The names that the stack's domain had before.
  package var earlierNames: [String] = []
  /// The resource's UUID.
  public var uuid: String
  /// The domain type: `kvm`, `qemu` or `test`.
  public var hypervisor: String
  /// Storage by the disk's key: label, else `disk1`… and `cdrom1`….
  public var disks: [String: Storage]
  /// The drives of a host domain's clone, in order. Its blocks match them by label or position.
  package var drives: [Drive] = []
  /// By the disk's key, the source domain of a moved disk.
  public var moves: [String: String] = [:]
  /// The cloud-init seed on the host.
  public var seed: String?
  /// The Ignition configuration on the host.
  package var ignition: String?
  /// The digest of the `customize` block; nil if there is none, or while values in it are unknown.
  package var customization: String?
  /// Paths that other domains use or are declared to use. Their files stay in place.
  public var shared: Set<String> = []
  /// MAC addresses by the interface's key: label, else `nic1`….
  public var macs: [String: MACAddress]
  /// Fixed leases of a network beside those of its `host` blocks.
  public var leases: [NetworkLease]

  /// Creates the context of one resource.
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
  /// The assigned address.
  public let ip: IPAddress
  /// The machine's name, if it has one for DNS.
  public let name: String?
  /// Creates a lease of a fixed address, with the host name `name` if there is one.
  public init(mac: MACAddress, ip: IPAddress, name: String? = nil) {
    self.mac = mac
    self.ip = ip
    self.name = name
  }
}

/// The messages about declarations and XML: VM0271, VM0750 and VM0754.
package enum XMLMessages {
  package static func unreadable(_ declaration: Declaration, _ object: UnreadableObject)
    -> Diagnostic
  {
    var diagnostic = PlanMessages.unreadable(
      object, cannot: "be compared", at: declaration.nameSpan)
    diagnostic.notes.append("it was not changed")
    return diagnostic
  }

  package static func unwritable(_ property: DeclaredProperty) -> Diagnostic {
    Diagnostic(
      code: .xml.unwritableCharacter,
      "`\(property.schema.name)` contains a character that XML does not allow",
      at: .init(property.span, "a control character"), helps: [.init("remove it")])
  }

  /// - Parameters:
  ///   - dropped: the paths of missing parts.
  ///   - changed: the parts with another value.
  ///   - span: the property of the block.
  static func notKept(
    _ dropped: [String], _ changed: [XMLProjection.Change], at span: Span,
    of declaration: Declaration
  ) -> Diagnostic {
    let more = dropped.count > 5 ? " and more" : ""
    let kept = changed.prefix(5).map {
      "libvirt stores `\($0.kept)` instead of `\($0.wanted)` in `\($0.path)` of `\(declaration.name)`"
    }
    let title =
      dropped.isEmpty
      ? kept.first ?? ""
      : "libvirt does not keep \(dropped.prefix(5).map { "`\($0)`" }.joined(separator: ", "))\(more)"
        + " of `\(declaration.name)`"
    return Diagnostic(
      .warning, code: .xml.droppedPatch, title,
      at: .init(span, "patched here"),
      notes: kept.dropFirst(dropped.isEmpty ? 1 : 0) + [
        "libvirt drops unknown parts and keeps one of several values; the next run does not try again"
      ],
      helps: [.init("check its spelling and its place, or remove the block")])
  }
}

extension XMLMessages {
  /// - Parameter violations: the words of libxml2.
  static func violation(
    _ violations: [String], _ block: DeclaredBlock, of declaration: Declaration
  ) -> Diagnostic {
    Diagnostic(
      .warning, code: .xml.invalidPatch,
      "libvirt's schema does not allow `\(declaration.name)` with this `xml` block",
      at: .init(block.span), notes: violations.prefix(5).map { "libxml2: \($0)" },
      helps: [.init("compare the names, the values and the place with libvirt's documentation")])
  }
}

/// The codes of XML documents.
package struct XMLCodes: DiagnosticTable {
  package init() {}

  package let unwritableCharacter = DiagnosticCode.ofScript(
    271, "character not allowed in XML",
    "XML 1.0 does not allow most control characters, so no definition can contain them.")
  package let invalidPatch = DiagnosticCode.ofHost(
    754, "patch that violates the schema",
    """
    libvirt's RNG schema, which is installed on this machine, does not allow the document with the \
    patch. libvirt may drop the part, or refuse the definition. The schema of another version may allow \
    it. The validation needs `xmllint` and the schemas in `/usr/share/libvirt/schemas`.
    """)
  package let droppedPatch = DiagnosticCode.ofHost(
    750, "patch that libvirt drops",
    """
    libvirt ignores unknown elements and attributes, and keeps one of several elements where only one \
    is allowed. The run reports this once and records the kept part; later plans compare only that.
    """)
}

extension DiagnosticCode {
  /// The codes of XML documents.
  package static let xml = XMLCodes()
}
