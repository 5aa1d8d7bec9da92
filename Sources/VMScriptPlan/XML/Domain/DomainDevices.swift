import VMScript
import VMScriptSyntax

/// The devices that a domain declares, against those that a machine has.
struct DomainDevices {
  package let declaration: Declaration
  package let context: XMLContext
  /// The declared devices, in order.
  package let devices: [DeclaredDevice]
  /// What was declared when the definition was last written.
  private let records: DeviceRecords
  private let disks: DomainDisks

  /// The devices of a declaration, on a definition or a running machine.
  ///
  /// - Parameters:
  ///   - root: what they will be found in.
  ///   - records: those of the definition; nil reads them from `root`.
  init(
    _ declaration: Declaration, context: XMLContext, on root: XMLElement,
    records: DeviceRecords? = nil
  ) {
    let known = records ?? DeviceRecords(in: root)
    self.declaration = declaration
    self.context = context
    self.records = known ?? DeviceRecords()
    let disks = DomainDisks(
      declaration, context: context, records: known,
      present: SourceXML.disks(root).map(\.target))
    self.disks = disks
    var found: [DeclaredDevice] = []
    for block in declaration.body.blocks where block.schema.isDevice && !block.schema.repeats {
      guard let place = block.schema.xml else { continue }
      found.append(DeclaredDevice(block: block, shape: .plain(place), key: ""))
    }
    for (slot, block) in disks.slots {
      found.append(DeclaredDevice(block: block, shape: .drive(slot, disks), key: slot.key))
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

  /// Writes the devices into a definition, takes out those that are no longer declared, and notes in
  /// its mark which are there.
  package func write(to root: XMLElement) throws(Diagnostic) {
    var written: [DeviceRecords.Record] = []
    for device in devices {
      let found = device.element(in: root, byPosition: isHostClone)
      try device.write(to: found ?? device.make(in: root))
      let isMade = found == nil || records.isMade(device.block.schema.name, device.identity)
      written.append(device.record(isMade: isMade))
    }
    if let seed = disks.writeSeed(to: root.ensure("devices")) { written.append(seed) }
    for record in gone { take(record, from: root) }
    if let mark = DomainMetadata.mark(in: root) { DeviceRecords(written).write(to: mark) }
  }

  /// The devices that were made for blocks that the script no longer has.
  package var gone: [DeviceRecords.Record] {
    let kept = Set(devices.map { "\($0.kind) \($0.identity)" })
    let hasSeed = context.seed != nil || declaration.body.block(DeviceRecords.Record.seed) != nil
    return records.records.filter { record in
      if record.block == DeviceRecords.Record.seed { return !hasSeed }
      return record.isMade && !kept.contains("\(record.kind) \(record.identity)")
    }
  }

  private func take(_ record: DeviceRecords.Record, from root: XMLElement) {
    record.element(in: root)?.detach()
    // libvirt shows the first serial port as a console too, and makes a port of such a console.
    if record.block == "serial", declaration.body.block("console") == nil {
      root.first("devices")?.all("console")
        .filter { $0.text(at: "target/@type") == "serial" }.forEach { $0.detach() }
    }
  }
}

extension DeclaredDevice {
  /// Devices of one kind are told apart by their identity.
  fileprivate var kind: String { record(isMade: true).kind }
}

extension DeviceRecords.Record {
  /// Drives share their targets.
  fileprivate var kind: String {
    DomainDisks.devices.contains(block) ? "drive" : block
  }
}
