import VMScript

/// A drive's place in a machine.
package struct Drive: Sendable, Equatable {
  /// The block: its device (`disk`, `cdrom` or `floppy`) and its label, or `disk1`, `cdrom1` and so
  /// on by position.
  let name: DeviceName
  /// The target, such as `vda`.
  let target: String
  /// The bus of the target; nil leaves it to libvirt.
  let bus: String?

  var device: String { name.block }
  var key: String { name.key }
}

/// A declared drive with its place.
struct DeclaredDrive {
  let place: Drive
  let block: DeclaredBlock
  /// Whether it is declared without a medium.
  let isEmptied: Bool

  /// The blocks that become drives.
  static let blocks = Set(
    Schema.resource(.domain).blocks.filter { $0.identity == .target }.map(\.name))

  /// Returns the drives of a declaration.
  ///
  /// - Parameters:
  ///   - inherited: the drives that a clone has taken over from a domain of the host. Blocks match
  ///     them by label or position.
  ///   - records: the present targets of drives, which they keep.
  ///   - present: the targets in the definition. If there are records, targets of others must not
  ///     be taken.
  static func all(
    of declaration: Declaration, inherited: [Drive] = [], records: DeviceRecords? = nil,
    present: [String] = []
  ) -> [DeclaredDrive] {
    let blocks = declaration.body.blocks.filter { $0.schema.identity == .target }
    var taken = Set(blocks.compactMap { $0["dev"]?.description } + inherited.map(\.target))
    taken.insert(DriveBus.seedTarget)
    if let records, !records.records.isEmpty {
      taken.formUnion(present)
    }
    var kept: Set<String> = []
    var counts: [String: Int] = [:]
    return blocks.map { block in
      let device = block.schema.name
      let position = counts[device, default: 0]
      counts[device] = position + 1
      let declaredBus = block["bus"]?.description
      let standardBus = DriveBus.defaults[device] ?? "virtio"
      let place: Drive
      if let source = refined(by: block, at: position, in: inherited) {
        place = Drive(
          name: source.name, target: source.target,
          bus: declaredBus ?? source.bus ?? standardBus)
      } else {
        let bus = declaredBus ?? standardBus
        let key = block.key(at: position)
        let earlier = records?.target(of: device, key: key)
          .flatMap { isTarget($0, of: bus) && kept.insert($0).inserted ? $0 : nil }
        place = Drive(
          name: DeviceName(block: device, key: key),
          target: block["dev"]?.description ?? earlier ?? free(bus, &taken), bus: bus)
      }
      return DeclaredDrive(
        place: place, block: block,
        isEmptied: block.schema.changesMedium && isEmpty(block["source"], in: declaration))
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
  private static func refined(
    by block: DeclaredBlock, at position: Int, in drives: [Drive]
  ) -> Drive? {
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

  /// Returns the drive with its target.
  func element(in devices: XMLElement) -> XMLElement? {
    devices.first("disk", with: ["target/@dev": place.target])
  }

  /// Writes target, bus and storage, which no single row describes.
  ///
  /// - Parameter storage: its resolved storage; nil for a drive without.
  func complete(_ element: XMLElement, _ storage: XMLContext.Storage?) {
    element["device"] = place.device
    element.setText(place.target, at: "target/@dev")
    if let bus = place.bus { element.setText(bus, at: "target/@bus") }
    if place.device != "disk" { _ = element.ensure("readonly") }
    if storage == nil, element["type"] == nil { element["type"] = "file" }
    write(storage, to: element)
    if place.bus == "scsi", let devices = element.parent {
      _ = devices.ensure("controller", with: ["@type": "scsi", "@model": "virtio-scsi"])
    }
  }

  /// Writes the storage of the drive.
  func write(_ storage: XMLContext.Storage?, to element: XMLElement) {
    if let storage {
      guard Self.storage(of: element) != storage else { return }
      SourceXML.setStorage(storage, of: element)
    } else if isEmptied {
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
    _ element: XMLElement, _ wanted: XMLContext.Storage?
  ) -> [PropertyDifference] {
    let found = Self.storage(of: element)
    let live: LiveChange? = block.schema.changesMedium ? .medium : nil
    let impact: Impact = live == nil ? .dataLoss : .live
    guard wanted != nil || isEmptied, found != wanted else { return [] }
    func difference(_ name: String, _ part: (XMLContext.Storage) -> String) -> PropertyDifference? {
      guard found.map(part) != wanted.map(part) else { return nil }
      return PropertyDifference(
        block: place.name.path, name: name, from: found.map { .string(part($0)) },
        to: wanted.map { .string(part($0)) }, impact: impact, live: live)
    }
    if let source = difference("source", \.path) { return [source] }
    // The content is the same. The kind of file only decides how it is opened.
    return [
      difference("format", \.format)?.of(.driver),
      difference("type") { $0.isDevice ? "block" : "file" }?.with(impact: .nextStart),
    ].compactMap(\.self)
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

  /// Writes the cloud-init seed, a read-only disk that every kernel supports; returns its record.
  static func writeSeed(_ path: String, to devices: XMLElement) -> DeviceRecords.Record {
    let element =
      devices.first("disk", with: ["target/@dev": DriveBus.seedTarget])
      ?? devices.add("disk", ["device": "disk"])
    setStorage(XMLContext.Storage(path: path, format: "raw"), of: element)
    element.setText(DriveBus.seedTarget, at: "target/@dev")
    element.setText("virtio", at: "target/@bus")
    _ = element.ensure("readonly")
    return DeviceRecords.Record(
      name: DeviceName(block: DeviceRecords.Record.seed, key: ""), identity: DriveBus.seedTarget,
      isMade: true)
  }
}
