/// An attribute of a resource that is read from the host.
///
/// To add one: a case, its row in `row`, and its value where the runtime reads attributes. The
/// evaluator, completion, hover and the reference use the row.
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

  /// The name in scripts.
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
    /// The member with the value, for an attribute that is a map in scripts.
    package var member: String?
  }

  package var row: Row {
    switch self {
    case .domain(.ip):
      Row(
        type: .named("ip"),
        doc:
          "The fixed address of its first interface that has one, otherwise the first address reported by "
          + "a lease, the guest agent or ARP; `none` without one")
    case .domain(.ips):
      Row(
        type: .list(.named("ip")),
        doc: "Every address reported by a lease, the guest agent or ARP")
    case .domain(.macs):
      Row(
        type: .list(.named("mac")),
        doc: "The MAC addresses of its interfaces, known before the machine exists")
    case .domain(.uuid), .net(.uuid):
      Row(type: .named("string"), doc: "Its UUID, known before the machine exists")
    case .domain(.id):
      Row(
        type: .named("int"), doc: "The number that libvirt assigns while it runs, otherwise `none`")
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
        doc: "The host's terminal of its console, or `none`")
    case .domain(.snapshots):
      Row(type: .list(.named("string")), doc: "The names of its snapshots")
    case .net(.state): Row(type: .named("string"), doc: "`running` or `stopped`")
    case .net(.bridge): Row(type: .named("string"), doc: "The bridge of the network on the host")
    case .image(.path): Row(type: .named("string"), doc: "The path of the image on the host")
    case .image(.capacity): Row(type: .named("size"), doc: "Its virtual size")
    case .image(.allocation): Row(type: .named("size"), doc: "The space that it takes on the host")
    case .image(.digest):
      Row(
        type: .named("string"),
        doc: "The SHA-256 of its source file; `none` without one")
    }
  }
}

extension ResourceKind {
  /// The attributes that are read from the host; none for a kind that the host of the script
  /// defined.
  public var attributes: [LiveAttribute] {
    switch self {
    case .domain: LiveAttribute.DomainAttribute.allCases.map(LiveAttribute.domain)
    case .net: LiveAttribute.NetworkAttribute.allCases.map(LiveAttribute.net)
    case .image: LiveAttribute.ImageAttribute.allCases.map(LiveAttribute.image)
    case .custom: []
    }
  }

  /// Returns the attribute of this name.
  package func attribute(_ name: String) -> LiveAttribute? { attributes.first { $0.name == name } }
}
