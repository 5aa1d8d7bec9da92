import VMScript
import VMScriptSyntax

/// What is read from, and taken out of, the XML of domains that scripts did not write.
public enum SourceXML {
  /// A drive of a domain.
  public struct Disk: Sendable, Equatable {
    /// Target, such as `vda`.
    public let target: String
    /// The bus of the target, such as `virtio`.
    public let bus: String?
    /// File or device on the host; nil for an empty drive, for storage of another kind, and for a
    /// volume until the pools are known.
    public private(set) var path: String?
    /// Format of the driver, such as `qcow2`.
    public let format: String?
    /// Whether the guest may only read it.
    public let isReadOnly: Bool
    /// `disk`, `cdrom` or `floppy`.
    public let device: String
    /// Whether it has storage that is neither a file nor a device, such as one over the network.
    public private(set) var isElsewhere: Bool
    /// Whether the storage is a block device.
    public let isDevice: Bool
    /// Mode of the host's cache, such as `none`; nil where the document does not say.
    package let cache: String?
    /// The volume that the drive names in place of a path (`type='volume'`).
    package let volume: VolumeReference?
    /// What ``path`` backs onto, as far as the document says.
    let layers: [Layer]
    /// Whether the last of ``layers`` is the end of the chain.
    let isChainWhole: Bool

    /// ``path``, and what the document says that it backs onto.
    public var paths: [String] { [path].compactMap(\.self) + layers.map(\.path) }

    /// Whether a guest writes to it.
    var isWritable: Bool { device == "disk" && !isReadOnly }

    /// The drive with the path of the volume that it names.
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

  /// A file or device that an overlay backs onto.
  struct Layer: Sendable, Equatable {
    package let path: String
    /// Such as `qcow2`; nil where the document does not say.
    package let format: String?
  }

  /// The drives of a domain in the order of its XML; nil if `xml` is no domain's.
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

  /// The chain of `backingStore` elements; libvirt ends a chain that it knows whole with an empty one.
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

  /// Takes from a definition what makes it that of one domain: name, UUID, MACs, NVRAM, seed, aliases,
  /// labels of security drivers and its metadata.
  static func strip(_ root: XMLElement) {
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
      if device.text(at: "target/@dev") == DriveBus.seedTarget { device.detach() }
    }
  }

  /// A definition, indented, with its passwords masked; nil if it is not XML.
  public static func display(_ xml: String, root name: String) -> String? {
    guard let root = try? XMLElement.parse(xml, root: name) else { return nil }
    let graphics = root.first("devices")?.all("graphics") ?? []
    for display in graphics where display["passwd"] != nil { display["passwd"] = SecretText.mask }
    return root.xmlString
  }
}

/// The definition of a host's domain as what a clone of it begins with.
enum HostCloneXML {
  /// The source's definition without its identity and without what the clone drops, each drive on
  /// the clone's own storage, each interface with an address of the clone's own.
  ///
  /// - Parameters:
  ///   - storage: by target; drives that are shared have none.
  ///   - mac: the address of the interface at a position.
  /// - Throws: a diagnostic if the source has not what is dropped.
  package static func base(
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

  /// Targets of the drives that a clone drops.
  static func droppedTargets(
    _ source: Document, by clone: Declaration
  ) throws(Diagnostic) -> Set<String> {
    Set(try dropped(from: source.element(), by: clone).compactMap { $0.text(at: "target/@dev") })
  }

  /// The elements that `remove` names: by position among those of the kind, a disk by its target too.
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
