import VMScript

/// A declared device, by its block.
package struct DeviceName: Hashable {
  /// The block's name, such as `disk`.
  package let block: String
  /// The label, or `disk1` and so on by position; empty for a block that occurs once.
  package let key: String

  /// The block as plans name it: by its label, or by its position, such as `nic 2`.
  package var path: String {
    if key.isEmpty { return block }
    let position = key.hasPrefix(block) ? Int(key.dropFirst(block.count)) : nil
    return "\(block) \(position.map(String.init) ?? key)"
  }
}

/// The device of each declared block, recorded in the domain's metadata.
///
/// The records distinguish devices that the script added from those that libvirt or others added,
/// which are never changed. They also let a drive keep its target when drives before it are added
/// or removed.
package struct DeviceRecords: Equatable {
  /// One declared block.
  package struct Record: Hashable {
    package let name: DeviceName
    /// The identity of the device among its kind: a drive's target, an interface's MAC.
    package let identity: String
    /// Whether the device was added for the block, rather than adopted.
    package let isMade: Bool
    /// The names of its nested blocks.
    package var inner: Set<String> = []

    /// The block's name, such as `disk`.
    package var block: String { name.block }
    /// The block as plans name it, such as `nic 2`.
    package var path: String { name.path }
  }

  package var records: [Record] = []

  /// Reads the records of a domain; nil if it has no mark.
  init?(in root: XMLElement) {
    guard let mark = DomainMetadata.mark(in: root) else { return nil }
    records = mark.all("device", namespace: DomainMetadata.namespace).compactMap { entry in
      guard let block = entry["block"], let key = entry["key"], let identity = entry["at"] else {
        return nil
      }
      return Record(
        name: DeviceName(block: block, key: key), identity: identity,
        isMade: entry["made"] == "yes",
        inner: Set((entry["blocks"] ?? "").split(separator: " ").map(String.init)))
    }
  }

  init(_ records: [Record] = []) { self.records = records }

  /// Writes the records into a mark.
  package func write(to mark: XMLElement) {
    for record in records {
      let entry = mark.add(
        DomainMetadata.name("device"),
        ["block": record.block, "key": record.name.key, "at": record.identity])
      if record.isMade { entry["made"] = "yes" }
      if !record.inner.isEmpty { entry["blocks"] = record.inner.sorted().joined(separator: " ") }
    }
  }

  /// Returns the present target of a drive.
  package func target(of device: String, key: String) -> String? {
    records.first { $0.name == DeviceName(block: device, key: key) }?.identity
  }

  /// Returns the record of the device of a block, or of an earlier one, in the last written
  /// definition.
  package func record(_ block: String, _ identity: String) -> Record? {
    records.first { $0.block == block && $0.identity == identity }
  }

  /// Whether the device of a block was added for it or an earlier one.
  package func isMade(_ block: String, _ identity: String) -> Bool {
    records.contains { $0.block == block && $0.identity == identity && $0.isMade }
  }
}

extension DeviceRecords.Record {
  /// Returns the device in a machine's definition.
  package func element(in root: XMLElement) -> XMLElement? {
    guard let schema else { return nil }
    if schema.isPlainDevice {
      return PlainIdentity(recorded: identity).element(in: root, of: schema)
    }
    return schema.xml?.siblings(in: root).first { schema.identity(of: $0) == identity }
  }

  /// Whether the device, given as its element, can be unplugged from a running machine.
  func canGo(_ element: XMLElement) -> Bool {
    schema.map { RunningMachine.canLose(element, of: $0) } ?? false
  }

  /// The row of the block; the seed is a disk.
  private var schema: BlockSchema? {
    Schema.resource(.domain).block(block == Self.seed ? "disk" : block)
  }

  /// The block whose device is the seed.
  package static let seed = "cloud_init"
}
