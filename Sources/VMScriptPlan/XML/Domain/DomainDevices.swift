import VMScript
import VMScriptSyntax

/// The declared devices of a domain compared with those of a machine.
struct DomainDevices {
  let declaration: Declaration
  let context: XMLContext
  /// The declared devices, in order.
  let devices: [DeclaredDevice]
  /// The kinds of devices that the domain is declared not to have.
  private let denied: [BlockSchema]
  /// The records of the last written definition.
  private let records: DeviceRecords

  /// Creates the devices of a declaration, for a definition or a running machine.
  ///
  /// - Parameters:
  ///   - root: the document that contains them.
  ///   - records: the records of the definition; nil reads them from `root`.
  init(
    _ declaration: Declaration, context: XMLContext, on root: XMLElement,
    records: DeviceRecords? = nil
  ) {
    let known = records ?? DeviceRecords(in: root)
    self.declaration = declaration
    self.context = context
    self.records = known ?? DeviceRecords()
    let drives = DeclaredDrive.all(
      of: declaration, inherited: context.drives, records: known,
      present: SourceXML.disks(root).map(\.target))
    var found: [DeclaredDevice] = []
    let plain = declaration.body.blocks.filter { $0.schema.isPlainDevice }
    denied = plain.filter(\.isAbsent).map(\.schema)
    var counts: [String: Int] = [:]
    for block in plain where !block.isAbsent {
      let device = PlainDevice(block, &counts)
      found.append(DeclaredDevice(block: block, shape: .plain(device), key: device.key))
    }
    for drive in drives {
      let storage = context.disks[drive.place.key]
      found.append(
        DeclaredDevice(
          block: drive.block, shape: .drive(drive, storage), key: drive.place.key))
    }
    let interfaces = declaration.body.blocks.filter { $0.schema.identity == .mac }
    for (position, nic) in interfaces.enumerated() {
      let interface = DomainInterface(nic, position: position, declaration, context)
      found.append(
        DeclaredDevice(block: nic, shape: .interface(interface), key: interface.key))
    }
    devices = found.map { device in
      var device = device
      let record = known?.record(device.block.schema.name, device.identity)
      device.earlierBlocks = record?.inner ?? []
      return device
    }
  }

  var isHostClone: Bool {
    if case .host = declaration.source { true } else { false }
  }

  /// Writes the devices into a definition, removes those that are no longer declared, and records
  /// in its mark which are present.
  func write(to root: XMLElement) throws(Diagnostic) {
    var written: [DeviceRecords.Record] = []
    for device in devices {
      let found = device.element(in: root, byPosition: isHostClone)
      if let found { try device.write(to: found) } else { _ = try device.add(to: root) }
      let isMade = found == nil || records.isMade(device.block.schema.name, device.identity)
      written.append(device.record(isMade: isMade))
    }
    if let seed = context.seed {
      written.append(SourceXML.writeSeed(seed, to: root.ensure("devices")))
    }
    for record in gone { take(record, from: root) }
    for element in deniedElements(in: root) { element.element.detach() }
    if let mark = DomainMetadata.mark(in: root) { DeviceRecords(written).write(to: mark) }
  }

  /// Returns the devices that were added for blocks which the script no longer has.
  var gone: [DeviceRecords.Record] {
    let kept = Set(devices.map { "\($0.kind) \($0.identity)" })
    let hasSeed = context.seed != nil || declaration.body.block(DeviceRecords.Record.seed) != nil
    let blocks = Set(devices.map(\.block.schema.name) + denied.map(\.name))
    return records.records.filter { record in
      if record.block == DeviceRecords.Record.seed { return !hasSeed }
      // An earlier version recorded no identity of devices that it knew once in a machine.
      if record.identity.isEmpty, blocks.contains(record.block) { return false }
      return record.isMade && !kept.contains("\(record.kind) \(record.identity)")
    }
  }

  /// Returns the devices of denied kinds.
  private func deniedElements(in root: XMLElement) -> [(block: BlockSchema, element: XMLElement)] {
    denied.flatMap { block in (block.xml?.elements(in: root) ?? []).map { (block, $0) } }
  }

  private func take(_ record: DeviceRecords.Record, from root: XMLElement) {
    record.element(in: root)?.detach()
    // libvirt lists the first serial port as a console too, and creates a port for such a console.
    if record.block == "serial", declaration.body.block("console") == nil {
      root.first("devices")?.all("console")
        .filter { $0.text(at: "target/@type") == "serial" }.forEach { $0.detach() }
    }
  }
}

extension DeclaredDevice {
  /// Checks that devices of one kind have distinct identities.
  fileprivate var kind: String { record(isMade: true).kind }
}

extension DeviceRecords.Record {
  /// Drives share one namespace of targets.
  fileprivate var kind: String {
    DeclaredDrive.blocks.contains(block) ? "drive" : block
  }
}

extension DomainDevices {
  /// Returns the differences of a definition's devices, and when each change takes effect.
  ///
  /// - Parameter running: the running machine; nil if it is stopped.
  func differences(
    definition root: XMLElement, running: RunningMachine?
  ) throws(Diagnostic) -> [PropertyDifference] {
    var running = running
    var result: [PropertyDifference] = []
    for record in gone {
      guard let element = record.element(in: root) else { continue }
      result.append(removal(of: record, element, running))
    }
    for (block, _) in deniedElements(in: root) {
      result.append(
        PropertyDifference(
          block: block.name, name: "device", from: .string("present"), to: nil, impact: .nextStart))
    }
    for device in devices {
      if let element = device.element(in: root, byPosition: isHostClone) {
        let present = running.flatMap { device.element(in: $0.root) }
        result += device.differences(element).map { difference in
          present == nil ? difference.offline : difference
        }
      } else {
        // The complete element shows whether a running machine accepts the device.
        let element = try device.add(to: XMLElement(name: "domain"))
        let isLive = running?.take(element, of: device.block.schema) ?? false
        result.append(
          PropertyDifference(
            block: device.name.path, name: "device", from: nil,
            to: .string(context.moves[device.key].map { "moved from \($0)" } ?? "new"),
            impact: isLive ? .live : .nextStart
          ).of(device.name))
      }
    }
    return result
  }

  /// Returns the differences of a running machine's devices, including missing ones that its
  /// definition has.
  func runningDifferences(
    definition root: XMLElement, _ machine: RunningMachine
  ) throws(Diagnostic) -> [PropertyDifference] {
    var machine = machine
    var result: [PropertyDifference] = []
    for device in devices where device.element(in: root) != nil {
      if let present = device.element(in: machine.root) {
        result += device.differences(present)
        continue
      }
      let element = try device.add(to: XMLElement(name: "domain"))
      guard machine.take(element, of: device.block.schema) else { continue }
      result.append(
        PropertyDifference(
          block: device.name.path, name: "device", from: nil, to: .string("new"), impact: .live
        ).of(device.name))
    }
    return result
  }

  private func removal(
    of record: DeviceRecords.Record, _ element: XMLElement, _ running: RunningMachine?
  ) -> PropertyDifference {
    let present = running.flatMap { record.element(in: $0.root) }
    var impact: Impact = present.map(record.canGo) ?? false ? .live : .nextStart
    if losesData(record, element) { impact = .dataLoss }
    // The name of the domain's own volume means nothing to a reader.
    let path = ownVolume(of: record, element) == nil ? element.text(at: "source/@file") : nil
    return PropertyDifference(
      block: record.path, name: "device",
      from: .string(path ?? (record.identity.isEmpty ? "present" : record.identity)), to: nil,
      impact: impact
    ).of(record.name)
  }

  /// Whether the volume of a drive belongs to the domain and is deleted with it.
  private func losesData(_ record: DeviceRecords.Record, _ element: XMLElement) -> Bool {
    ownVolume(of: record, element)?.isDisk ?? false
  }

  /// Returns the volume that a removed drive leaves behind, if it belongs to the domain and the
  /// domain no longer declares it.
  func ownVolume(of record: DeviceRecords.Record, _ element: XMLElement) -> VolumeName? {
    guard let path = element.text(at: "source/@file"),
      !context.disks.values.contains(where: { $0.path == path }), context.seed != path,
      !context.shared.contains(path),
      let name = VolumeName(ofFile: path),
      name.stack == context.stack
    else { return nil }
    return switch name.role {
    case .disk, .seed: name
    case .image, .base, .pin, .unfinished, .protection: nil
    }
  }
}

extension VolumeName {
  fileprivate var isDisk: Bool { if case .disk = role { true } else { false } }
}

/// A declared block that is a device of the machine.
struct DeclaredDevice {
  /// How to find its element, and the parts that the table does not describe.
  enum Shape {
    case drive(DeclaredDrive, XMLContext.Storage?)
    case interface(DomainInterface)
    case plain(PlainDevice)
  }

  let block: DeclaredBlock
  let shape: Shape
  /// The label, or `nic1` and so on by position; empty for a block that occurs once.
  let key: String
  /// The names of its nested blocks when the definition was last written.
  var earlierBlocks: Set<String> = []

  /// The identity among the devices of its kind.
  var identity: String {
    switch shape {
    case .drive(let drive, _): drive.place.target
    case .interface(let interface): interface.mac.description
    case .plain(let device): device.identity.text
    }
  }

  /// The key of the block.
  var name: DeviceName { DeviceName(block: block.schema.name, key: key) }

  /// The record in the mark.
  func record(isMade: Bool) -> DeviceRecords.Record {
    DeviceRecords.Record(
      name: name, identity: identity, isMade: isMade, inner: Set(block.blocks.map(\.schema.name)))
  }

  /// Nested blocks that the script no longer has are removed, those of others stay.
  var undeclared: XMLRows.Undeclared { .stays(except: earlierBlocks) }

  /// Returns its element in a machine.
  ///
  /// - Parameter byPosition: whether an interface may have another MAC, as in the source of a host
  ///   domain's clone.
  func element(in root: XMLElement, byPosition: Bool = false) -> XMLElement? {
    switch shape {
    case .drive(let drive, _): drive.element(in: root.ensure("devices"))
    case .interface(let interface):
      interface.element(in: root.ensure("devices"), byPosition: byPosition)
    case .plain(let device): device.identity.element(in: root, of: block.schema)
    }
  }

  /// Adds its complete element to a machine.
  func add(to root: XMLElement) throws(Diagnostic) -> XMLElement {
    let element =
      switch shape {
      case .drive: root.ensure("devices").add("disk", ["device": block.schema.name])
      case .interface: root.ensure("devices").add("interface")
      case .plain: block.schema.xml?.addElement(in: root) ?? root
      }
    try write(to: element)
    block.schema.addDefaults(to: element)
    return element
  }

  /// Writes the declaration into its element.
  ///
  /// - Parameter isRunning: whether it is the element of a running machine. Then only the
  ///   changeable parts are written.
  func write(to element: XMLElement, isRunning: Bool = false) throws(Diagnostic) {
    try XMLRows.write(block, to: element, undeclared: undeclared) {
      !isRunning || $0.live == .device
    }
    switch shape {
    case .drive(let drive, let storage):
      if !isRunning {
        drive.complete(element, storage)
      } else if block.schema.changesMedium {
        drive.write(storage, to: element)
      }
    case .interface(let interface): try interface.complete(element)
    case .plain: if element.name == "graphics", !isRunning { Self.completeGraphics(element, block) }
    }
  }

  /// Returns the differences of its element, with the impact from the table.
  func differences(_ element: XMLElement) -> [PropertyDifference] {
    let rows = XMLRows.differences(
      block, path: [name.path], live: element, undeclared: undeclared)
    let others: [PropertyDifference] =
      switch shape {
      case .drive(let drive, let storage): drive.sourceDifference(element, storage)
      case .interface(let interface): interface.sourceDifference(element, path: name.path)
      case .plain: []
      }
    return (rows + others).map { $0.of(name) }
  }

  /// Writes the port, or lets libvirt choose one, and the listening address in one place.
  private static func completeGraphics(_ element: XMLElement, _ block: DeclaredBlock) {
    if block["listen"] != nil { element.remove("listen") }
    if block["port"] != nil {
      element["autoport"] = "no"
    } else if element["port"] == nil {
      element["port"] = "-1"
      element["autoport"] = "yes"
    }
  }
}

extension BlockSchema {
  /// Whether a running machine accepts another medium in the drive.
  var changesMedium: Bool { properties.contains { $0.live == .medium } }
}

/// A volume of the domain's own on a drive that its script no longer declares.
package struct LeftVolume: Sendable {
  /// The path on the host.
  package let path: String
  /// The block that it belonged to.
  package let device: DeviceName
}

extension DomainDevices {
  /// Returns the volumes of drives that are no longer declared.
  func leftVolumes(in root: XMLElement) -> [LeftVolume] {
    gone.compactMap { record in
      guard let element = record.element(in: root), ownVolume(of: record, element) != nil,
        let path = element.text(at: "source/@file")
      else { return nil }
      return LeftVolume(path: path, device: record.name)
    }
  }
}
