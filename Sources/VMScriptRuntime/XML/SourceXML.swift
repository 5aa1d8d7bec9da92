/// What is read from, and taken out of, the XML of domains that scripts did not write.
public enum SourceXML {
  /// A disk of a domain.
  public struct Disk: Sendable, Equatable {
    /// Target, such as `vda`.
    public let target: String
    /// File on the host; nil for an empty drive or storage of another kind.
    public let path: String?
    /// Format of the driver, such as `qcow2`.
    public let format: String?
    /// Whether the guest may only read it.
    public let isReadOnly: Bool
    /// `disk`, `cdrom` or `floppy`.
    public let device: String
  }

  /// The disks of a domain in the order of its XML; nil if `xml` is no domain's.
  public static func disks(_ xml: String) -> [Disk]? {
    guard let root = try? XMLElement.parse(xml, root: "domain") else { return nil }
    return (root.first("devices")?.all("disk") ?? []).map { disk in
      Disk(
        target: disk.text(at: "target/@dev") ?? "", path: disk.text(at: "source/@file"),
        format: disk.text(at: "driver/@type"), isReadOnly: disk.first("readonly") != nil,
        device: disk["device"] ?? "disk")
    }
  }

  /// A domain's XML without what makes it that one: name, UUID, MACs, NVRAM, seed, aliases, labels
  /// of security drivers and its metadata; nil if `xml` is no domain's.
  public static func stripped(_ xml: String) -> String? {
    guard let root = try? XMLElement.parse(xml, root: "domain") else { return nil }
    for name in ["name", "uuid", "metadata", "seclabel", "genid", "sysinfo"] { root.remove(name) }
    root["id"] = nil
    root.first("os")?.remove("nvram")
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
    for display in graphics where display["passwd"] != nil { display["passwd"] = "••••••" }
    return root.xmlString
  }
}
