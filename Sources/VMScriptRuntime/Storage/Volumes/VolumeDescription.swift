/// What the inventory reads out of libvirt's documents.
struct VolumeDescription {
  /// The path of the volume that this one is an overlay on; nil for none.
  let backingPath: String?

  /// Reads a `<volume>` document.
  init(xml: String) throws {
    let path = try XMLElement.parse(xml, root: "volume").text(at: "backingStore/path")
    backingPath = path == "" ? nil : path
  }

  /// The files and devices that a `<domain>` document's disks refer to, backing files included.
  static func diskPaths(xml: String) throws -> [String] {
    let disks = try XMLElement.parse(xml, root: "domain").first("devices")?.all("disk") ?? []
    return disks.flatMap { $0.descendants("source") }.flatMap { [$0["file"], $0["dev"]] }
      .compactMap { $0 }.filter { !$0.isEmpty }
  }
}
