extension ResourceKind {
  /// What the host is asked for where a script reads it of a resource, with what there is to say
  /// about it; nothing of a kind that the host of the script defined.
  public var attributes: [ReferenceEntry] {
    switch self {
    case .image: Self.ofImages
    case .net: Self.ofNetworks
    case .domain: Self.ofDomains
    case .custom: []
    }
  }

  /// The names of ``attributes``.
  public var liveAttributes: [String] { attributes.map(\.name) }

  private static func attribute(_ name: String, _ doc: String) -> ReferenceEntry {
    ReferenceEntry(name, name, doc, "")
  }

  private static let ofImages = [
    attribute("path", "Where the host keeps it"),
    attribute("capacity", "Its virtual size"),
    attribute("allocation", "What it takes on the host"),
    attribute("digest", "SHA-256 of the file that it comes from; `none` without one"),
  ]

  private static let ofNetworks = [
    attribute("uuid", "Its UUID, which is known before it exists"),
    attribute("state", "`running` or `stopped`"),
    attribute("bridge", "The host's bridge that it uses"),
  ]

  private static let ofDomains = [
    attribute(
      "ip",
      "The fixed address of its first interface that has one, else the first that a lease, the "
        + "guest agent or ARP tells; `none` without one"),
    attribute("ips", "Every address that a lease, the guest agent or ARP tells"),
    attribute("macs", "The MAC addresses of its interfaces, which are known before it exists"),
    attribute("uuid", "Its UUID, which is known before it exists"),
    attribute("id", "libvirt's number of it while it runs, else `none`"),
    attribute("state", "`running`, `paused`, `stopped`, `crashed` or `suspended`"),
    attribute("vnc", "Its VNC display: `vnc.display` is the display's number, or `none`"),
    attribute("console", "The terminal of the host that its console is on, or `none`"),
    attribute("snapshots", "The names of its snapshots"),
  ]
}
