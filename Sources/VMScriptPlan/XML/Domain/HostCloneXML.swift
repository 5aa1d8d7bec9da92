import VMScript
import VMScriptSyntax

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
