import VMScript

/// What is read from, and taken out of, the XML of domains that scripts did not write.
public enum SourceXML {
  /// A drive of a domain.
  public struct Disk: Sendable, Equatable {
    /// Target, such as `vda`.
    public let target: String
    /// The bus of the target, such as `virtio`.
    public let bus: String?
    /// File or device on the host; nil for an empty drive or storage of another kind.
    public let path: String?
    /// Format of the driver, such as `qcow2`.
    public let format: String?
    /// Whether the guest may only read it.
    public let isReadOnly: Bool
    /// `disk`, `cdrom` or `floppy`.
    public let device: String
    /// Whether it has storage that is neither a file nor a device, such as one over the network.
    public let isElsewhere: Bool
    /// ``path``, and what a running guest's definition says that it stands on.
    public let paths: [String]

    /// Whether a guest writes to it.
    var isWritable: Bool { device == "disk" && !isReadOnly }
  }

  /// The drives of a domain in the order of its XML; nil if `xml` is no domain's.
  public static func disks(_ xml: String) -> [Disk]? {
    (try? XMLElement.parse(xml, root: "domain")).map(disks)
  }

  static func disks(_ root: XMLElement) -> [Disk] {
    (root.first("devices")?.all("disk") ?? []).map(disk)
  }

  private static func disk(_ element: XMLElement) -> Disk {
    let path = path(element)
    return Disk(
      target: element.text(at: "target/@dev") ?? "", bus: element.text(at: "target/@bus"),
      path: path, format: element.text(at: "driver/@type"),
      isReadOnly: element.first("readonly") != nil, device: element["device"] ?? "disk",
      isElsewhere: path == nil && element.first("source") != nil, paths: paths(element))
  }

  private static func path(_ element: XMLElement) -> String? {
    element.text(at: "source/@file") ?? element.text(at: "source/@dev")
  }

  private static func paths(_ element: XMLElement) -> [String] {
    [path(element)].compactMap(\.self) + (element.first("backingStore").map(paths) ?? [])
  }

  /// A domain's XML without what makes it that one: name, UUID, MACs, NVRAM, seed, aliases, labels
  /// of security drivers and its metadata; nil if `xml` is no domain's.
  public static func stripped(_ xml: String) -> String? {
    guard let root = try? XMLElement.parse(xml, root: "domain") else { return nil }
    for name in ["name", "uuid", "metadata", "seclabel", "genid", "sysinfo"] { root.remove(name) }
    root["id"] = nil
    if let nvram = root.first("os")?.first("nvram") {
      // The file is the source's; from its template the clone gets one of its own.
      let template = nvram["template"]
      nvram.detach()
      if let template { root.first("os")?.add("nvram", ["template": template]) }
    }
    for device in root.first("devices")?.children ?? [] {
      device.remove("alias")
      if device.name == "interface" {
        device.remove("mac")
        device.remove("target")
      }
      if device.text(at: "target/@dev") == DomainDisks.seedTarget { device.detach() }
    }
    return root.xmlString
  }

  /// A definition, indented, with its passwords masked; nil if it is not XML.
  public static func display(_ xml: String, root name: String) -> String? {
    guard let root = try? XMLElement.parse(xml, root: name) else { return nil }
    let graphics = root.first("devices")?.all("graphics") ?? []
    for display in graphics where display["passwd"] != nil { display["passwd"] = SecretText.mask }
    return root.xmlString
  }
}
