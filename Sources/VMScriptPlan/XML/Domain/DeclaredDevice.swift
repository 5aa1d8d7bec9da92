import VMScript
import VMScriptSyntax

/// A declared block that is a device of the machine.
struct DeclaredDevice {
  /// How its element is found and what the table alone does not say of it.
  enum Shape {
    case drive(DomainDisks.Slot, DomainDisks)
    case interface(DomainInterface)
    case plain(XMLPlace)
  }

  package let block: DeclaredBlock
  let shape: Shape
  /// Label, or `nic1` and so on by position; empty for a block that stands once.
  package let key: String
  /// The names of the blocks in it when the definition was last written.
  var earlierBlocks: Set<String> = []

  /// What tells it from others of its kind.
  package var identity: String {
    switch shape {
    case .drive(let slot, _): slot.target
    case .interface(let interface): interface.mac.description
    case .plain: ""
    }
  }

  /// The block by its name.
  package var name: DeviceName { DeviceName(block: block.schema.name, key: key) }

  /// What is remembered of it.
  package func record(isMade: Bool) -> DeviceRecords.Record {
    DeviceRecords.Record(
      name: name, identity: identity, isMade: isMade, inner: Set(block.blocks.map(\.schema.name)))
  }

  /// Nested blocks that the script had and no longer has go, those of others stay.
  package var undeclared: XMLRows.Undeclared { .stays(except: earlierBlocks) }

  /// Its element in a machine.
  ///
  /// - Parameter byPosition: whether an interface may be one with another MAC, as in what a domain of
  ///   the host was cloned from.
  package func element(in root: XMLElement, byPosition: Bool = false) -> XMLElement? {
    switch shape {
    case .drive(let slot, let disks): disks.element(slot, in: root.ensure("devices"))
    case .interface(let interface):
      interface.element(in: root.ensure("devices"), byPosition: byPosition)
    case .plain(let place): place.element(in: root)
    }
  }

  /// A new element for it in a machine.
  package func make(in root: XMLElement) -> XMLElement {
    switch shape {
    case .drive(let slot, _): root.ensure("devices").add("disk", ["device": slot.device])
    case .interface: root.ensure("devices").add("interface")
    case .plain(let place): place.ensureElement(in: root)
    }
  }

  /// Writes into its element what is declared.
  ///
  /// - Parameter isRunning: whether it is the element of a running machine, of which only what can
  ///   change then is written.
  package func write(to element: XMLElement, isRunning: Bool = false) throws(Diagnostic) {
    try XMLRows.write(block, to: element, undeclared: undeclared) {
      !isRunning || $0.live == .device
    }
    switch shape {
    case .drive(let slot, let disks):
      if isRunning {
        if block.schema.changesMedium { disks.writeStorage(to: element, slot) }
      } else {
        disks.complete(element, slot)
      }
    case .interface(let interface): interface.complete(element)
    case .plain: if element.name == "graphics", !isRunning { Self.completeGraphics(element, block) }
    }
  }

  /// In what its element is not as declared, with the impact that the table says.
  package func differences(_ element: XMLElement) -> [PropertyDifference] {
    let rows = XMLRows.differences(
      block, path: [name.path], live: element, undeclared: undeclared)
    let others: [PropertyDifference] =
      switch shape {
      case .drive(let slot, let disks):
        disks.sourceDifference(element, slot, of: block.schema, path: name.path)
      case .interface(let interface): interface.sourceDifference(element, path: name.path)
      case .plain: []
      }
    return (rows + others).map { $0.of(name) }
  }

  /// A port, or one that libvirt finds; one listening address, said in one place.
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
  /// Whether a running machine takes another medium in the drive.
  var changesMedium: Bool { properties.contains { $0.live == .medium } }
}
