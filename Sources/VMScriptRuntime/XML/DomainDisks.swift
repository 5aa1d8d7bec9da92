import VMScript

/// Disks and CD-ROM drives: which target each has, and what storage it is on.
struct DomainDisks {
  /// A drive's place in the machine.
  struct Slot {
    /// Label, or `disk1`, `cdrom1` and so on by position.
    let key: String
    /// `disk` or `cdrom`.
    let device: String
    let bus: String
    /// Target, such as `vda`.
    let target: String
  }

  /// The target of the seed: the last of its bus, so that disks never move for it.
  static let seedTarget = "vdz"

  let context: XMLContext
  let slots: [(slot: Slot, block: DeclaredBlock)]

  init(_ declaration: Declaration, context: XMLContext) {
    self.context = context
    let drives = declaration.body.blocks.filter { ["disk", "cdrom"].contains($0.schema.name) }
    var taken = Set(drives.compactMap { $0["dev"]?.description })
    taken.insert(Self.seedTarget)
    var counts: [String: Int] = [:]
    slots = drives.map { block in
      let device = block.schema.name
      counts[device, default: 0] += 1
      let bus = block["bus"]?.description ?? (device == "cdrom" ? "sata" : "virtio")
      let target = block["dev"]?.description ?? Self.free(bus, &taken)
      let key = block.label ?? "\(device)\(counts[device, default: 1])"
      return (Slot(key: key, device: device, bus: bus, target: target), block)
    }
  }

  /// The next target of a bus: `vda`, … `vdz`, `vdaa`, ….
  private static func free(_ bus: String, _ taken: inout Set<String>) -> String {
    let prefix = ["virtio": "vd", "ide": "hd"][bus] ?? "sd"
    var number = 0
    while true {
      let target = prefix + letters(number)
      if taken.insert(target).inserted { return target }
      number += 1
    }
  }

  private static func letters(_ number: Int) -> String {
    let last = String(UnicodeScalar(UInt8(97 + number % 26)))
    return number < 26 ? last : letters(number / 26 - 1) + last
  }

  /// The drive with the slot's target.
  func element(_ slot: Slot, in devices: XMLElement) -> XMLElement? {
    devices.first("disk", with: ["target/@dev": slot.target])
  }

  /// Target, bus and storage, which no row says alone.
  func complete(_ element: XMLElement, _ slot: Slot) {
    element["device"] = slot.device
    element.setText(slot.target, at: "target/@dev")
    element.setText(slot.bus, at: "target/@bus")
    if slot.device == "cdrom" { _ = element.ensure("readonly") }
    guard let storage = context.disks[slot.key] else {
      if element["type"] == nil { element["type"] = "file" }
      return
    }
    setStorage(storage, of: element)
    if slot.bus == "scsi", let devices = element.parent {
      _ = devices.ensure("controller", with: ["@type": "scsi", "@model": "virtio-scsi"])
    }
  }

  /// A different source than the resolved one; a CD-ROM's can be changed while it runs.
  func sourceDifference(
    _ element: XMLElement, _ slot: Slot, path: String
  ) -> [PropertyDifference] {
    guard let storage = context.disks[slot.key] else { return [] }
    let found = element.text(at: "source/@file")
    guard found != storage.path else { return [] }
    return [
      PropertyDifference(
        block: path, name: "source", from: found.map(Value.string), to: .string(storage.path),
        impact: slot.device == "cdrom" ? .live : .dataLoss)
    ]
  }

  /// The cloud-init seed, a read-only disk that every kernel sees.
  func writeSeed(to devices: XMLElement) {
    guard let seed = context.seed else { return }
    let element =
      devices.first("disk", with: ["target/@dev": Self.seedTarget])
      ?? devices.add("disk", ["device": "disk"])
    setStorage(XMLContext.Storage(path: seed, format: "raw"), of: element)
    element.setText(Self.seedTarget, at: "target/@dev")
    element.setText("virtio", at: "target/@bus")
    _ = element.ensure("readonly")
  }

  private func setStorage(_ storage: XMLContext.Storage, of element: XMLElement) {
    element["type"] = "file"
    element.ensure("driver")["name"] = "qemu"
    element.setText(storage.format, at: "driver/@type")
    element.remove("source")
    element.remove("backingStore")
    element.add("source", ["file": storage.path])
  }
}
