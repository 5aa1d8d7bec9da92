import VMScript

/// Disks, CD-ROM and floppy drives: which target each has, and what storage it is on.
struct DomainDisks {
  /// A drive's place in the machine.
  struct Slot {
    /// Label, or `disk1`, `cdrom1` and so on by position.
    package let key: String
    /// `disk`, `cdrom` or `floppy`.
    package let device: String
    package let bus: String
    /// Target, such as `vda`.
    package let target: String
    /// Whether the drive is to have no medium.
    let isEmptied: Bool
  }

  /// The blocks that become drives.
  package static let devices = Set(
    Schema.resource(.domain).blocks.filter { $0.identity == .target }.map(\.name))

  package let context: XMLContext
  let slots: [(slot: Slot, block: DeclaredBlock)]

  /// The drives of a declaration.
  ///
  /// - Parameters:
  ///   - records: the targets that drives had so far, which they keep.
  ///   - present: the targets of the definition that they will be found in. Where there are records,
  ///     those of others are not to be taken.
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

  /// A clone of a host's domain has the medium of its source where nothing else is said.
  private static func isEmpty(_ source: Value?, in declaration: Declaration) -> Bool {
    switch (source, declaration.source) {
    case (Value.none?, _): true
    case (nil, .host): false
    case (nil, _): true
    default: false
    }
  }

  /// The drive of a clone's source that a block refines: by label, without one by position.
  private static func drive(
    of block: DeclaredBlock, at position: Int, in drives: [XMLContext.Drive]
  ) -> XMLContext.Drive? {
    let same = drives.filter { $0.device == block.schema.name }
    if let label = block.label { return same.first { [$0.key, $0.target].contains(label) } }
    return same.indices.contains(position) ? same[position] : nil
  }

  /// The next target of a bus: `vda`, … `vdz`, `vdaa`, ….
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

  /// The drive with the slot's target.
  package func element(_ slot: Slot, in devices: XMLElement) -> XMLElement? {
    devices.first("disk", with: ["target/@dev": slot.target])
  }

  /// Target, bus and storage, which no row says alone.
  package func complete(_ element: XMLElement, _ slot: Slot) {
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

  /// The storage that the drive is on.
  func writeStorage(to element: XMLElement, _ slot: Slot) {
    if let storage = context.disks[slot.key] {
      guard Self.storage(of: element) != storage else { return }
      SourceXML.setStorage(storage, of: element)
    } else if slot.isEmptied {
      element.remove("source")
    }
  }

  /// The file or the host's device that a drive is on.
  private static func path(of element: XMLElement) -> String? {
    element.text(at: "source/@file") ?? element.text(at: "source/@dev")
  }

  private static func storage(of element: XMLElement) -> XMLContext.Storage? {
    path(of: element).map {
      // What a definition does not tell, libvirt takes for raw.
      XMLContext.Storage(
        path: $0, format: element.text(at: "driver/@type") ?? "raw",
        isDevice: element["type"] == "block")
    }
  }

  /// A different source than the resolved one; a medium can be changed while its drive runs.
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
    // The content is the same; what kind of file it is only decides how it is opened.
    return [
      difference("format", \.format)?.of(.driver),
      difference("type") { $0.isDevice ? "block" : "file" }?.with(impact: .nextStart),
    ].compactMap(\.self)
  }

  /// The cloud-init seed, a read-only disk that every kernel sees; gives the record of it.
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
  /// Puts a drive onto a file, or onto a device of the host.
  static func setStorage(_ storage: XMLContext.Storage, of element: XMLElement) {
    element["type"] = storage.isDevice ? "block" : "file"
    element.ensure("driver")["name"] = "qemu"
    element.setText(storage.format, at: "driver/@type")
    element.remove("source")
    element.remove("backingStore")
    element.add("source", [storage.isDevice ? "dev" : "file": storage.path])
  }
}

/// A network interface: what it is plugged into, and its MAC.
struct DomainInterface {
  package let block: DeclaredBlock
  /// Label, or `nic1` and so on by position.
  package let key: String
  package let mac: MACAddress

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

  /// Kind, attribute and name of what it is plugged into, as libvirt writes them.
  private var source: (type: String, attribute: String, name: String)? {
    switch (block["net"], block["bridge"], block["dev"]) {
    case (.resource(let net)?, _, _): ("network", "network", net.name)
    case (.string(let net)?, _, _): ("network", "network", net)
    case (_, let bridge?, _): ("bridge", "bridge", bridge.description)
    case (_, _, let dev?): ("direct", "dev", dev.description)
    default: nil
    }
  }

  /// The interface with this MAC; a clone's source has other ones and is matched by position.
  package func element(in devices: XMLElement, byPosition: Bool) -> XMLElement? {
    let interfaces = devices.all("interface")
    let same = interfaces.first { $0.text(at: "mac/@address")?.lowercased() == mac.description }
    if same != nil || !byPosition { return same }
    return interfaces.indices.contains(position) ? interfaces[position] : nil
  }

  /// Source, MAC and model, which no row says alone.
  package func complete(_ element: XMLElement) {
    element.setText(mac.description, at: "mac/@address")
    if element.first("model") == nil { element.setText("virtio", at: "model/@type") }
    guard let source else {
      if element["type"] == nil { element["type"] = "user" }
      return
    }
    let found = element.text(at: "source/@\(source.attribute)")
    guard element["type"] != source.type || found != source.name else { return }
    // What libvirt notes beside the source belongs to the earlier one.
    element.remove("source")
    element["type"] = source.type
    element.setText(source.name, at: "source/@\(source.attribute)")
    if source.type == "direct" { element.setText("bridge", at: "source/@mode") }
  }

  /// The change of what it is plugged into.
  func sourceDifference(_ element: XMLElement, path: String) -> [PropertyDifference] {
    guard let source else { return [] }
    let found = element.text(at: "source/@\(source.attribute)")
    // Where a network is macvtap, a running interface is of type `direct`.
    let isSame = element["type"] == source.type || source.type == "network"
    guard !isSame || found != source.name else { return [] }
    let property = ["network": "net", "bridge": "bridge", "direct": "dev"][source.type] ?? "net"
    // A tap moves from bridge to bridge; anything else is another device of the host.
    let moves = [element["type"], source.type].allSatisfy { ["network", "bridge"].contains($0) }
    return [
      PropertyDifference(
        block: path, name: property, from: found.map(Value.string), to: .string(source.name),
        impact: moves ? .live : .nextStart, live: moves ? .device : nil)
    ]
  }
}
