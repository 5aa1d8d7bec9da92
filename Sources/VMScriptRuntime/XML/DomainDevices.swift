import VMScript
import VMScriptSyntax

/// The devices of a domain: all but disks and interfaces come from the table alone.
struct DomainDevices {
  let declaration: Declaration
  let context: XMLContext

  init(_ declaration: Declaration, context: XMLContext) {
    self.declaration = declaration
    self.context = context
  }

  private var isHostClone: Bool {
    if case .host = declaration.source { true } else { false }
  }

  func write(to root: XMLElement) throws(Diagnostic) {
    let devices = root.ensure("devices")
    for block in declaration.body.blocks {
      guard let place = block.schema.xml, !Self.matched.contains(block.schema.name) else {
        continue
      }
      let element = place.ensureElement(in: root)
      try XMLRows.write(block, to: element)
      if element.name == "graphics" { completeGraphics(element, block) }
    }
    // A new maximum is the guest's memory too.
    if declaration.body.block("memory")?["max"] != nil { root.remove("currentMemory") }
    let disks = DomainDisks(declaration, context: context)
    for (slot, block) in disks.slots {
      let element = disks.element(slot, in: devices) ?? devices.add("disk", ["device": slot.device])
      try XMLRows.write(block, to: element)
      disks.complete(element, slot)
    }
    disks.writeSeed(to: devices)
    for (position, nic) in declaration.body.blocks("nic").enumerated() {
      let interface = DomainInterface(nic, position: position, declaration, context)
      let element =
        interface.element(in: devices, byPosition: isHostClone) ?? devices.add("interface")
      try XMLRows.write(nic, to: element)
      interface.complete(element)
    }
  }

  func differences(live root: XMLElement) -> [PropertyDifference] {
    let devices = root.ensure("devices")
    var result: [PropertyDifference] = []
    for block in declaration.body.blocks {
      guard let place = block.schema.xml, !Self.matched.contains(block.schema.name) else {
        continue
      }
      if let element = place.element(in: root) {
        result += XMLRows.differences(block, path: block.schema.name, live: element)
      } else {
        result.append(Self.missing(block.schema.name, .nextStart))
      }
    }
    let disks = DomainDisks(declaration, context: context)
    for (slot, block) in disks.slots {
      let path = "\(block.schema.name) \(slot.key)"
      guard let element = disks.element(slot, in: devices) else {
        result.append(Self.missing(path, .live))
        continue
      }
      result += XMLRows.differences(block, path: path, live: element)
      result += disks.sourceDifference(element, slot, path: path)
    }
    for (position, nic) in declaration.body.blocks("nic").enumerated() {
      let interface = DomainInterface(nic, position: position, declaration, context)
      let path = "nic \(nic.label ?? String(position + 1))"
      guard let element = interface.element(in: devices, byPosition: isHostClone) else {
        result.append(Self.missing(path, .live))
        continue
      }
      result += XMLRows.differences(nic, path: path, live: element)
      result += interface.sourceDifference(element, path: path)
    }
    return result
  }

  /// Blocks that are matched to devices by target or MAC, not by their place alone.
  private static let matched: Set<String> = ["disk", "cdrom", "nic"]

  private static func missing(_ path: String, _ impact: Impact) -> PropertyDifference {
    PropertyDifference(block: path, name: "device", from: nil, to: .string("new"), impact: impact)
  }

  /// A port, or one that libvirt finds; one listening address, said in one place.
  private func completeGraphics(_ element: XMLElement, _ block: DeclaredBlock) {
    if block["listen"] != nil { element.remove("listen") }
    if block["port"] != nil {
      element["autoport"] = "no"
    } else if element["port"] == nil {
      element["port"] = "-1"
      element["autoport"] = "yes"
    }
  }
}
