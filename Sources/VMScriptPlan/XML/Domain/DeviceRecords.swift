import VMScript

/// A declared device, by its block.
package struct DeviceName: Hashable {
  /// The block's name, such as `disk`.
  package let block: String
  /// Label, or `disk1` and so on by position; empty for a block that stands once.
  package let key: String

  /// The block as plans name it: by its label, or by its position as in `nic 2`.
  package var path: String {
    if key.isEmpty { return block }
    let position = key.hasPrefix(block) ? Int(key.dropFirst(block.count)) : nil
    return "\(block) \(position.map(String.init) ?? key)"
  }
}

/// Which device of a machine each declared block is, kept in the domain's metadata.
///
/// It tells a device that the script once asked for, and no longer does, from those that libvirt or
/// somebody else added, which are never touched; and it lets a drive keep its target when drives
/// before it come or go.
package struct DeviceRecords: Equatable {
  /// One declared block.
  package struct Record: Hashable {
    package let name: DeviceName
    /// What tells the device from others of its kind: a drive's target, an interface's MAC.
    package let identity: String
    /// Whether the device was added for the block, rather than found there.
    package let isMade: Bool
    /// The names of the blocks in it.
    package var inner: Set<String> = []

    /// The block's name, such as `disk`.
    package var block: String { name.block }
    /// The block as plans name it, such as `nic 2`.
    package var path: String { name.path }
  }

  package var records: [Record] = []

  /// The records on a domain; nil where there is no mark of a stack.
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

  /// Puts them into a mark.
  package func write(to mark: XMLElement) {
    for record in records {
      let entry = mark.add(
        DomainMetadata.name("device"),
        ["block": record.block, "key": record.name.key, "at": record.identity])
      if record.isMade { entry["made"] = "yes" }
      if !record.inner.isEmpty { entry["blocks"] = record.inner.sorted().joined(separator: " ") }
    }
  }

  /// The target that a drive had so far.
  package func target(of device: String, key: String) -> String? {
    records.first { $0.name == DeviceName(block: device, key: key) }?.identity
  }

  /// The record of the device of a block or an earlier one, which the definition was last written
  /// with.
  package func record(_ block: String, _ identity: String) -> Record? {
    records.first { $0.block == block && $0.identity == identity }
  }

  /// Whether the device of a block was made for it or an earlier one.
  package func isMade(_ block: String, _ identity: String) -> Bool {
    records.contains { $0.block == block && $0.identity == identity && $0.isMade }
  }
}

extension DeviceRecords.Record {
  /// The device in a machine's definition.
  package func element(in root: XMLElement) -> XMLElement? {
    guard let place = schema?.xml else { return nil }
    guard !identity.isEmpty else { return place.element(in: root) }
    return place.siblings(in: root).first { schema?.identity(of: $0) == identity }
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
