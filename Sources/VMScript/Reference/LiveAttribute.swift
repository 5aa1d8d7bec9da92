/// An attribute of a resource that the host is asked for.
///
/// To add one: a case, its row in `row`, and its value where the runtime reads attributes. The
/// evaluator, completion, hover and the reference read the row.
public enum LiveAttribute: Hashable, Sendable {
  case domain(DomainAttribute)
  case net(NetworkAttribute)
  case image(ImageAttribute)

  /// The attributes of domains.
  public enum DomainAttribute: String, CaseIterable, Sendable {
    case ip, ips, macs, uuid, id, state, vnc, console, snapshots
  }

  /// The attributes of networks.
  public enum NetworkAttribute: String, CaseIterable, Sendable {
    case uuid, state, bridge
  }

  /// The attributes of images.
  public enum ImageAttribute: String, CaseIterable, Sendable {
    case path, capacity, allocation, digest
  }

  /// The name that a script writes.
  public var name: String {
    switch self {
    case .domain(let attribute): attribute.rawValue
    case .net(let attribute): attribute.rawValue
    case .image(let attribute): attribute.rawValue
    }
  }

  /// The entry of the reference.
  public var reference: ReferenceEntry { ReferenceEntry(name, name, row.doc, "") }

  package struct Row {
    package let type: StaticType
    package let doc: String
    /// The member that holds the value, of one that is a map for a script.
    package var member: String?
  }

  package var row: Row {
    switch self {
    case .domain(.ip):
      Row(
        type: .named("ip"),
        doc: "The fixed address of its first interface that has one, else the first that a lease, "
          + "the guest agent or ARP tells; `none` without one")
    case .domain(.ips):
      Row(
        type: .list(.named("ip")),
        doc: "Every address that a lease, the guest agent or ARP tells")
    case .domain(.macs):
      Row(
        type: .list(.named("mac")),
        doc: "The MAC addresses of its interfaces, which are known before it exists")
    case .domain(.uuid), .net(.uuid):
      Row(type: .named("string"), doc: "Its UUID, which is known before it exists")
    case .domain(.id):
      Row(type: .named("int"), doc: "libvirt's number of it while it runs, else `none`")
    case .domain(.state):
      Row(
        type: .named("string"), doc: "`running`, `paused`, `stopped`, `crashed` or `suspended`")
    case .domain(.vnc):
      Row(
        type: .map([("display", .named("int"))]),
        doc: "Its VNC display: `vnc.display` is the display's number, or `none`",
        member: "display")
    case .domain(.console):
      Row(
        type: .named("string"),
        doc: "The terminal of the host that its console is on, or `none`")
    case .domain(.snapshots):
      Row(type: .list(.named("string")), doc: "The names of its snapshots")
    case .net(.state): Row(type: .named("string"), doc: "`running` or `stopped`")
    case .net(.bridge): Row(type: .named("string"), doc: "The host's bridge that it uses")
    case .image(.path): Row(type: .named("string"), doc: "Where the host keeps it")
    case .image(.capacity): Row(type: .named("size"), doc: "Its virtual size")
    case .image(.allocation): Row(type: .named("size"), doc: "What it takes on the host")
    case .image(.digest):
      Row(
        type: .named("string"),
        doc: "SHA-256 of the file that it comes from; `none` without one")
    }
  }
}

extension ResourceKind {
  /// The attributes that the host is asked for; none of a kind that the host of the script defined.
  public var attributes: [LiveAttribute] {
    switch self {
    case .domain: LiveAttribute.DomainAttribute.allCases.map(LiveAttribute.domain)
    case .net: LiveAttribute.NetworkAttribute.allCases.map(LiveAttribute.net)
    case .image: LiveAttribute.ImageAttribute.allCases.map(LiveAttribute.image)
    case .custom: []
    }
  }

  /// The attribute of this name.
  package func attribute(_ name: String) -> LiveAttribute? { attributes.first { $0.name == name } }
}
