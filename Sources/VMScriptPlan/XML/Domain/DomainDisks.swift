import VMScript

/// The targets and the storage of disks, CD-ROM and floppy drives.
struct DomainDisks {
  /// A drive's place in the machine.
  struct Slot {
    /// The label, or `disk1`, `cdrom1` and so on by position.
    let key: String
    /// The device: `disk`, `cdrom` or `floppy`.
    let device: String
    let bus: String
    /// The target, such as `vda`.
    let target: String
    /// Whether the drive is declared without a medium.
    let isEmptied: Bool
  }

  /// The blocks that become drives.
  static let devices = Set(
    Schema.resource(.domain).blocks.filter { $0.identity == .target }.map(\.name))

  let context: XMLContext
  let slots: [(slot: Slot, block: DeclaredBlock)]

  /// Returns the drives of a declaration.
  ///
  /// - Parameters:
  ///   - records: the present targets of drives, which they keep.
  ///   - present: the targets in the definition. If there are records, targets of others must not
  ///     be taken.
  init(
    _ declaration: Declaration, context: XMLContext, records: DeviceRecords? = nil,
    present: [String] = []
  ) {
    self.context = context
    let drives = declaration.body.blocks.filter { $0.schema.identity == .target }
    var taken = Set(drives.compactMap { $0["dev"]?.description } + context.drives.map(\.target))
    taken.insert(DriveBus.seedTarget)
    if let records, !records.records.isEmpty {
      taken.formUnion(present)
    }
    func isEmptied(_ block: DeclaredBlock) -> Bool {
      block.schema.changesMedium && Self.isEmpty(block["source"], in: declaration)
    }
    var kept: Set<String> = []
    var counts: [String: Int] = [:]
    slots = drives.map { block in
      let device = block.schema.name
      counts[device, default: 0] += 1
      let bus = block["bus"]?.description ?? DriveBus.defaults[device] ?? "virtio"
      let position = counts[device, default: 1] - 1
      if let present = Self.drive(of: block, at: position, in: context.drives) {
        let slot = Slot(
          key: present.key, device: device, bus: block["bus"]?.description ?? present.bus ?? bus,
          target: present.target, isEmptied: isEmptied(block))
        return (slot, block)
      }
      let key = block.key(at: position)
      let earlier = records?.target(of: device, key: key)
        .flatMap { Self.isTarget($0, of: bus) && kept.insert($0).inserted ? $0 : nil }
      let target = block["dev"]?.description ?? earlier ?? Self.free(bus, &taken)
      let slot = Slot(
        key: key, device: device, bus: bus, target: target,
        isEmptied: isEmptied(block))
      return (slot, block)
    }
  }

  /// A clone of a host's domain keeps the medium of its source by default.
  private static func isEmpty(_ source: Value?, in declaration: Declaration) -> Bool {
    switch (source, declaration.source) {
    case (Value.none?, _): true
    case (nil, .host): false
    case (nil, _): true
    default: false
    }
  }

  /// Returns the drive of a clone's source that a block refines: by label, or else by position.
  private static func drive(
    of block: DeclaredBlock, at position: Int, in drives: [XMLContext.Drive]
  ) -> XMLContext.Drive? {
    let same = drives.filter { $0.device == block.schema.name }
    if let label = block.label { return same.first { [$0.key, $0.target].contains(label) } }
    return same.indices.contains(position) ? same[position] : nil
  }

  /// Returns the next target of a bus: `vda`, … `vdz`, `vdaa`, ….
  private static func free(_ bus: String, _ taken: inout Set<String>) -> String {
    let prefix = DriveBus.prefix(of: bus)
    var number = 0
    while true {
      let target = prefix + letters(number)
      if taken.insert(target).inserted { return target }
      number += 1
    }
  }

  private static func isTarget(_ target: String, of bus: String) -> Bool {
    target.hasPrefix(DriveBus.prefix(of: bus))
  }

  private static func letters(_ number: Int) -> String {
    let last = String(UnicodeScalar(UInt8(97 + number % 26)))
    return number < 26 ? last : letters(number / 26 - 1) + last
  }

  /// Returns the drive with the slot's target.
  func element(_ slot: Slot, in devices: XMLElement) -> XMLElement? {
    devices.first("disk", with: ["target/@dev": slot.target])
  }

  /// Writes target, bus and storage, which no single row describes.
  func complete(_ element: XMLElement, _ slot: Slot) {
    element["device"] = slot.device
    element.setText(slot.target, at: "target/@dev")
    element.setText(slot.bus, at: "target/@bus")
    if slot.device != "disk" { _ = element.ensure("readonly") }
    if context.disks[slot.key] == nil, element["type"] == nil { element["type"] = "file" }
    writeStorage(to: element, slot)
    if slot.bus == "scsi", let devices = element.parent {
      _ = devices.ensure("controller", with: ["@type": "scsi", "@model": "virtio-scsi"])
    }
  }

  /// Returns the storage of the drive.
  func writeStorage(to element: XMLElement, _ slot: Slot) {
    if let storage = context.disks[slot.key] {
      guard Self.storage(of: element) != storage else { return }
      SourceXML.setStorage(storage, of: element)
    } else if slot.isEmptied {
      element.remove("source")
    }
  }

  /// Returns the file or the host's device of a drive.
  private static func path(of element: XMLElement) -> String? {
    element.text(at: "source/@file") ?? element.text(at: "source/@dev")
  }

  private static func storage(of element: XMLElement) -> XMLContext.Storage? {
    path(of: element).map {
      // libvirt defaults to raw if a definition has no format.
      XMLContext.Storage(
        path: $0, format: element.text(at: "driver/@type") ?? "raw",
        isDevice: element["type"] == "block")
    }
  }

  /// Compares the source with the resolved one. A medium can be changed while its drive runs.
  func sourceDifference(
    _ element: XMLElement, _ slot: Slot, of block: BlockSchema, path: String
  ) -> [PropertyDifference] {
    let wanted = context.disks[slot.key]
    let found = Self.storage(of: element)
    let live: LiveChange? = block.changesMedium ? .medium : nil
    let impact: Impact = live == nil ? .dataLoss : .live
    guard wanted != nil || slot.isEmptied, found != wanted else { return [] }
    func difference(_ name: String, _ part: (XMLContext.Storage) -> String) -> PropertyDifference? {
      guard found.map(part) != wanted.map(part) else { return nil }
      return PropertyDifference(
        block: path, name: name, from: found.map { .string(part($0)) },
        to: wanted.map { .string(part($0)) }, impact: impact, live: live)
    }
    if let source = difference("source", \.path) { return [source] }
    // The content is the same. The kind of file only decides how it is opened.
    return [
      difference("format", \.format)?.of(.driver),
      difference("type") { $0.isDevice ? "block" : "file" }?.with(impact: .nextStart),
    ].compactMap(\.self)
  }

  /// Writes the cloud-init seed, a read-only disk that every kernel supports; returns its record.
  func writeSeed(to devices: XMLElement) -> DeviceRecords.Record? {
    guard let seed = context.seed else { return nil }
    let element =
      devices.first("disk", with: ["target/@dev": DriveBus.seedTarget])
      ?? devices.add("disk", ["device": "disk"])
    SourceXML.setStorage(XMLContext.Storage(path: seed, format: "raw"), of: element)
    element.setText(DriveBus.seedTarget, at: "target/@dev")
    element.setText("virtio", at: "target/@bus")
    _ = element.ensure("readonly")
    return DeviceRecords.Record(
      name: DeviceName(block: DeviceRecords.Record.seed, key: ""), identity: DriveBus.seedTarget,
      isMade: true)
  }
}

extension SourceXML {
  /// Sets the source of a drive to a file or a device of the host.
  static func setStorage(_ storage: XMLContext.Storage, of element: XMLElement) {
    element["type"] = storage.isDevice ? "block" : "file"
    element.ensure("driver")["name"] = "qemu"
    element.setText(storage.format, at: "driver/@type")
    element.remove("source")
    element.remove("backingStore")
    element.add("source", [storage.isDevice ? "dev" : "file": storage.path])
  }
}

/// A network interface: its connection and its MAC.
struct DomainInterface {
  let block: DeclaredBlock
  /// The label, or `nic1` and so on by position.
  let key: String
  let mac: MACAddress

  init(
    _ block: DeclaredBlock, position: Int, _ declaration: Declaration, _ context: XMLContext
  ) {
    self.block = block
    key = block.key(at: position)
    let declared: MACAddress? = if case .mac(let mac) = block["mac"] { mac } else { nil }
    self.position = position
    mac =
      context.macs[key] ?? declared
      ?? Identity.mac(stack: context.stack, domain: declaration.name, nic: key)
  }

  private let position: Int

  /// The kind, attribute and name of its connection, as libvirt writes them.
  private var source: (type: String, attribute: String, name: String)? {
    switch (block["net"], block["bridge"], block["dev"]) {
    case (.resource(let net)?, _, _): ("network", "network", net.name)
    case (.string(let net)?, _, _): ("network", "network", net)
    case (_, let bridge?, _): ("bridge", "bridge", bridge.description)
    case (_, _, let dev?): ("direct", "dev", dev.description)
    default: nil
    }
  }

  /// Returns the interface with this MAC. A clone's source has other MACs, so its interfaces are
  /// matched by position.
  func element(in devices: XMLElement, byPosition: Bool) -> XMLElement? {
    let interfaces = devices.all("interface")
    let same = interfaces.first { $0.text(at: "mac/@address")?.lowercased() == mac.description }
    if same != nil || !byPosition { return same }
    return interfaces.indices.contains(position) ? interfaces[position] : nil
  }

  /// Writes source, MAC and model, which no single row describes.
  func complete(_ element: XMLElement) {
    element.setText(mac.description, at: "mac/@address")
    if element.first("model") == nil { element.setText("virtio", at: "model/@type") }
    guard let source else {
      if element["type"] == nil { element["type"] = "user" }
      return
    }
    let found = element.text(at: "source/@\(source.attribute)")
    guard element["type"] != source.type || found != source.name else { return }
    // libvirt's additions to the source belong to the earlier one.
    element.remove("source")
    element["type"] = source.type
    element.setText(source.name, at: "source/@\(source.attribute)")
    if source.type == "direct" { element.setText("bridge", at: "source/@mode") }
  }

  /// Returns the change of its connection.
  func sourceDifference(_ element: XMLElement, path: String) -> [PropertyDifference] {
    guard let source else { return [] }
    let found = element.text(at: "source/@\(source.attribute)")
    // On a macvtap network, a running interface has type `direct`.
    let isSame = element["type"] == source.type || source.type == "network"
    guard !isSame || found != source.name else { return [] }
    let property = ["network": "net", "bridge": "bridge", "direct": "dev"][source.type] ?? "net"
    // A tap can move between bridges. Other connections use another device of the host.
    let moves = [element["type"], source.type].allSatisfy { ["network", "bridge"].contains($0) }
    return [
      PropertyDifference(
        block: path, name: property, from: found.map(Value.string), to: .string(source.name),
        impact: moves ? .live : .nextStart, live: moves ? .device : nil)
    ]
  }
}
