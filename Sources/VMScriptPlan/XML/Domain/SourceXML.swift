import VMScript
import VMScriptSyntax

/// Reads and strips the XML of domains that scripts did not write.
public enum SourceXML {
  /// A drive of a domain.
  public struct Disk: Sendable, Equatable {
    /// The target, such as `vda`.
    public let target: String
    /// The bus of the target, such as `virtio`.
    public let bus: String?
    /// The file or device on the host; nil for an empty drive, for other storage, and for a volume
    /// until the pools are known.
    public private(set) var path: String?
    /// The format of the driver, such as `qcow2`.
    public let format: String?
    /// Whether the guest may only read it.
    public let isReadOnly: Bool
    /// The device: `disk`, `cdrom` or `floppy`.
    public let device: String
    /// Whether its storage is neither a file nor a device, such as a network disk.
    public private(set) var isElsewhere: Bool
    /// Whether the storage is a block device.
    public let isDevice: Bool
    /// The mode of the host's cache, such as `none`; nil if the document has none.
    package let cache: String?
    /// The volume that the drive names in place of a path (`type='volume'`).
    package let volume: VolumeReference?
    /// The backing files of ``path``, as far as the document lists them.
    let layers: [Layer]
    /// Whether the last of ``layers`` is the end of the chain.
    let isChainWhole: Bool

    /// ``path`` and its backing files, as far as the document lists them.
    public var paths: [String] { [path].compactMap(\.self) + layers.map(\.path) }

    /// Whether a guest writes to it.
    var isWritable: Bool { device == "disk" && !isReadOnly }

    /// Returns the drive with the path of its named volume.
    package func resolved(by path: (VolumeReference) -> String?) -> Disk {
      guard let volume, let path = path(volume) else { return self }
      var disk = self
      disk.path = path
      disk.isElsewhere = false
      return disk
    }
  }

  /// A volume as a domain names it.
  package struct VolumeReference: Sendable, Hashable {
    package let pool: String
    package let name: String
  }

  /// A file or device that backs an overlay.
  struct Layer: Sendable, Equatable {
    package let path: String
    /// The format, such as `qcow2`; nil if the document has none.
    package let format: String?
  }

  /// Returns the drives of a domain in the order of its XML; nil if `xml` is not a domain's
  /// document.
  public static func disks(_ xml: String) -> [Disk]? {
    (try? XMLElement.parse(xml, root: "domain")).map(disks)
  }

  package static func disks(_ root: XMLElement) -> [Disk] {
    (root.first("devices")?.all("disk") ?? []).map(disk)
  }

  private static func disk(_ element: XMLElement) -> Disk {
    let path = path(element)
    let (layers, isWhole) = layers(below: element)
    return Disk(
      target: element.text(at: "target/@dev") ?? "", bus: element.text(at: "target/@bus"),
      path: path, format: element.text(at: "driver/@type"),
      isReadOnly: element.first("readonly") != nil, device: element["device"] ?? "disk",
      isElsewhere: path == nil && element.first("source") != nil,
      isDevice: element["type"] == "block", cache: element.text(at: "driver/@cache"),
      volume: volume(element),
      layers: layers, isChainWhole: isWhole)
  }

  private static func volume(_ element: XMLElement) -> VolumeReference? {
    guard element["type"] == "volume", let pool = element.text(at: "source/@pool"),
      let name = element.text(at: "source/@volume")
    else { return nil }
    return VolumeReference(pool: pool, name: name)
  }

  /// Returns the chain of `backingStore` elements. libvirt ends a fully known chain with an empty
  /// one.
  private static func layers(below element: XMLElement) -> (layers: [Layer], isWhole: Bool) {
    var layers: [Layer] = []
    var current = element
    while let store = current.first("backingStore") {
      guard let path = path(store) else { return (layers, store.first("source") == nil) }
      layers.append(Layer(path: path, format: store.text(at: "format/@type")))
      current = store
    }
    return (layers, false)
  }

  private static func path(_ element: XMLElement) -> String? {
    element.text(at: "source/@file") ?? element.text(at: "source/@dev")
  }

  /// Removes the identity of a domain from a definition: name, UUID, MACs, NVRAM, seed, aliases,
  /// labels of security drivers and its metadata.
  static func strip(_ root: XMLElement) {
    for name in ["name", "uuid", "metadata", "seclabel", "genid", "sysinfo"] { root.remove(name) }
    root["id"] = nil
    if let nvram = root.first("os")?.first("nvram") {
      // The file belongs to the source. The clone gets its own from the template.
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
      if device.text(at: "target/@dev") == DriveBus.seedTarget { device.detach() }
    }
  }

  /// Returns a definition, indented, with its passwords masked; nil if it is not XML.
  public static func display(_ xml: String, root name: String) -> String? {
    guard let root = try? XMLElement.parse(xml, root: name) else { return nil }
    let graphics = root.first("devices")?.all("graphics") ?? []
    for display in graphics where display["passwd"] != nil { display["passwd"] = SecretText.mask }
    return root.xmlString
  }
}

/// The definition of a host's domain as the base of its clone.
enum HostCloneXML {
  /// Returns the source's definition without its identity and the removed devices, with the
  /// clone's own storage and MAC addresses.
  ///
  /// - Parameters:
  ///   - storage: the storage by target; shared drives have none.
  ///   - mac: the address of the interface at a position.
  /// - Throws: a diagnostic if the source lacks a removed device.
  static func base(
    _ source: Document, for clone: Declaration, storage: [String: XMLContext.Storage],
    mac: (Int) -> MACAddress
  ) throws(Diagnostic) -> XMLElement {
    let root = source.element()
    SourceXML.strip(root)
    for element in try dropped(from: root, by: clone) { element.detach() }
    let devices = root.ensure("devices")
    for disk in devices.all("disk") {
      guard let target = disk.text(at: "target/@dev"), let own = storage[target] else { continue }
      SourceXML.setStorage(own, of: disk)
    }
    for (position, interface) in devices.all("interface").enumerated() {
      interface.setText(mac(position).description, at: "mac/@address")
    }
    return root
  }

  /// Returns the targets of the drives that a clone removes.
  static func droppedTargets(
    _ source: Document, by clone: Declaration
  ) throws(Diagnostic) -> Set<String> {
    Set(try dropped(from: source.element(), by: clone).compactMap { $0.text(at: "target/@dev") })
  }

  /// Returns the elements that `remove` names: by position among those of the kind, or a disk by
  /// its target.
  private static func dropped(
    from root: XMLElement, by clone: Declaration
  ) throws(Diagnostic) -> [XMLElement] {
    var dropped: [XMLElement] = []
    for removal in clone.removals {
      let schema = Schema.resource(.domain).block(removal.block)
      // The guest's seed is not one of its disks.
      let found = (schema?.xml?.elements(in: root) ?? []).filter {
        $0.text(at: "target/@dev") != DriveBus.seedTarget
      }
      let element: XMLElement?
      switch removal.which {
      case .position(let number):
        element = found.indices.contains(number - 1) ? found[number - 1] : nil
      case .label(let label):
        element = found.first { schema?.identity(of: $0) == label.lowercased() }
      }
      guard let element else { throw PlanMessages.nothingToRemove(removal, from: clone) }
      dropped.append(element)
    }
    return dropped
  }
}
