import OrderedCollections
import VMScript

/// The differences between the definition of an object and the running object, which wait for a
/// restart.
///
/// Every row of the schema with a place in the document is compared, so no property needs special
/// code. Everything else is compared as in the document.
enum PendingChanges {
  /// Returns the differences of a domain, named as in plans.
  ///
  /// - Parameters:
  ///   - definition: the domain that the next start creates.
  ///   - running: the running domain.
  static func domain(
    definition: Document, running: Document
  ) -> [PropertyDifference] {
    DomainRestart(definition: definition.element(), running: running.element()).differences()
  }

  /// Returns the differences of a network, named as in plans.
  static func network(definition: Document, running: Document) -> [PropertyDifference] {
    let (found, wanted) = (running.element(), definition.element())
    var result = NetworkComparison(found: found, wanted: wanted).differences()
    for row in RowComparison.ofBlock(Schema.resource(.net), "", definition: wanted, running: found)
    where !result.contains(where: { $0.path == row.path }) {
      result.append(row)
    }
    return result.map { $0.with(impact: .restart) }
  }
}

/// The rows of one block of the schema, in the definition and the running object.
private enum RowComparison {
  /// Returns the rows that differ, including those of nested blocks.
  ///
  /// - Parameter isDevice: whether libvirt fills in undefined values.
  static func ofBlock(
    _ block: BlockSchema, _ path: String, definition: XMLElement, running: XMLElement,
    isDevice: Bool = false
  ) -> [PropertyDifference] {
    var result = block.properties.compactMap { row -> PropertyDifference? in
      guard let place = row.xml else { return nil }
      let (wanted, found) = (place.read(in: definition), place.read(in: running))
      guard wanted != found, !(isDevice && wanted.isEmpty) else { return nil }
      let isShorthand = !path.isEmpty && row.name == block.shorthand
      return PropertyDifference(
        block: isShorthand ? "" : path, name: isShorthand ? path : row.name,
        from: place.value(of: found, as: row.type), to: place.value(of: wanted, as: row.type),
        impact: .nextStart)
    }
    // A new maximum also changes the present amount.
    if let limit = result.first(where: { $0.path == path }) {
      result.removeAll { row in
        row.path != path && row.from == limit.from && row.to == limit.to
      }
    }
    for inner in block.blocks where !inner.isDevice {
      guard let place = inner.xml else { continue }
      let name = [path, inner.name].filter { !$0.isEmpty }.joined(separator: " ")
      guard !inner.repeats else {
        result += XMLEntries.differences(
          inner, [path, inner.name].filter { !$0.isEmpty }, from: place.elements(in: running),
          to: place.elements(in: definition))
        continue
      }
      let empty = XMLElement(name: "")
      result += ofBlock(
        inner, name,
        definition: place.path.isEmpty ? definition : place.element(in: definition) ?? empty,
        running: place.path.isEmpty ? running : place.element(in: running) ?? empty,
        isDevice: isDevice)
    }
    return result
  }
}

/// The comparison of a domain's definition with its machine.
private struct DomainRestart {
  let definition: XMLElement
  let running: XMLElement
  private let schema = Schema.resource(.domain)
  private let records: [DeviceRecords.Record]

  init(definition: XMLElement, running: XMLElement) {
    self.definition = definition
    self.running = running
    records = [definition, running].flatMap { DeviceRecords(in: $0)?.records ?? [] }
    // libvirt omits the present amounts if they equal the maximum.
    for root in [definition, running] {
      if let count = root.text(at: "vcpu"), root.text(at: "vcpu/@current") == nil {
        root.first("vcpu")?["current"] = count
      }
      if let size = root.text(at: "memory"), root.first("currentMemory") == nil {
        root.setText(size, at: "currentMemory")
      }
    }
  }

  func differences() -> [PropertyDifference] {
    let rows = RowComparison.ofBlock(schema, "", definition: definition, running: running)
      .filter { !isGuestsMatter($0) && !Self.expanded.contains($0.path) }
    return rows + model + drives + interfaces + blocks + others + sections(except: rows)
  }

  /// Whether a guest has more memory than defined and may return it. Each start requests it, but
  /// the guest may be slow or lack a balloon driver. A restart does not change that.
  private func isGuestsMatter(_ row: PropertyDifference) -> Bool {
    guard row.path == "memory current", case .size(let from)? = row.from,
      case .size(let to)? = row.to
    else { return false }
    return from.bytes > to.bytes && running.text(at: "memory") == definition.text(at: "memory")
  }

  /// The rows that a running machine has expanded to what QEMU provides.
  private static let expanded: Set<String> = [
    "cpus check", "cpus features", "cpus match", "cpus vendor", "cpus vendor_id", "cpus fallback",
    "cpus migratable",
  ]

  /// Compares the model of the processors. A running machine has the host's model expanded.
  private var model: [PropertyDifference] {
    let (from, to) = (DomainCPU.model(in: running), DomainCPU.model(in: definition))
    guard let to, to != "host-model", to != "maximum", from != to else { return [] }
    return [difference("cpus", "model", from: from, to: to)]
  }

  private func difference(
    _ block: String, _ name: String, from: String?, to: String?
  ) -> PropertyDifference {
    PropertyDifference(
      block: block, name: name, from: from.map(Value.string), to: to.map(Value.string),
      impact: .nextStart)
  }

  // MARK: Devices

  /// Returns the block of a device as plans name it.
  private func path(_ block: String, _ identity: String) -> String {
    let isDrive = DeclaredDrive.blocks.contains(block)
    let record = records.first { record in
      record.identity == identity
        && (record.block == block
          || isDrive && (DeclaredDrive.blocks.contains(record.block) || record.isSeed))
    }
    return record?.path ?? "\(block) \(identity)"
  }

  private func devices(_ root: XMLElement, _ name: String) -> [XMLElement] {
    root.first("devices")?.all(name) ?? []
  }

  /// Pairs devices of the two documents by their identity.
  private func pairs(
    _ name: String, by identity: (XMLElement) -> String?
  ) -> [(identity: String, definition: XMLElement?, running: XMLElement?)] {
    func index(_ root: XMLElement) -> [String: XMLElement] {
      Dictionary(
        devices(root, name).compactMap { device in identity(device).map { ($0, device) } }
      ) { first, _ in first }
    }
    let (wanted, found) = (index(definition), index(running))
    return Set(wanted.keys).union(found.keys).sorted().map { ($0, wanted[$0], found[$0]) }
  }

  private var drives: [PropertyDifference] {
    func source(_ drive: XMLElement) -> String? {
      drive.text(at: "source/@file") ?? drive.text(at: "source/@dev")
    }
    return pairs("disk", by: { $0.text(at: "target/@dev") }).flatMap { target, wanted, found in
      let kind = (wanted ?? found)?["device"] ?? "disk"
      let path = path(kind, target)
      guard let wanted, let found else {
        return [
          difference(
            path, "device", from: found.map { source($0) ?? "present" },
            to: wanted.map { source($0) ?? "present" })
        ]
      }
      var result =
        schema.block(kind).map {
          RowComparison.ofBlock(
            $0, path, definition: wanted, running: found, isDevice: true)
        } ?? []
      if source(wanted) != source(found) {
        result.append(difference(path, "source", from: source(found), to: source(wanted)))
      }
      return result
    }
  }

  private var interfaces: [PropertyDifference] {
    pairs("interface", by: { $0.text(at: "mac/@address")?.lowercased() }).flatMap {
      mac, wanted, found -> [PropertyDifference] in
      let path = path("nic", mac)
      guard let wanted, let found else {
        return [
          difference(
            path, "device", from: found == nil ? nil : "present",
            to: wanted == nil ? nil : "present")
        ]
      }
      var result =
        schema.block("nic").map {
          RowComparison.ofBlock($0, path, definition: wanted, running: found, isDevice: true)
        } ?? []
      // A running interface names the bridge or device beside the network.
      let kinds = ["network": "net", "bridge": "bridge", "dev": "dev"]
      for attribute in ["network", "bridge", "dev"] {
        guard let name = wanted.text(at: "source/@\(attribute)") else { continue }
        let present = found.text(at: "source/@\(attribute)")
        if present != name {
          result.append(difference(path, kinds[attribute] ?? "net", from: present, to: name))
        }
        break
      }
      return result
    }
  }

  /// Compares the devices of the schema's other blocks, each by what identifies it among its kind.
  private var blocks: [PropertyDifference] {
    schema.blocks.filter(\.isPlainDevice).flatMap { block -> [PropertyDifference] in
      let wanted = Self.keyed(block, block.xml?.elements(in: definition) ?? [])
      let found = Self.keyed(block, block.xml?.elements(in: running) ?? [])
      return wanted.merging(found) { $1 }.keys.enumerated().flatMap { position, key in
        difference(
          of: block, position == 0 ? block.name : "\(block.name) \(position + 1)",
          from: found[key], to: wanted[key])
      }
    }
  }

  /// Returns devices by their identity, and by their position among those of the same identity.
  private static func keyed(
    _ block: BlockSchema, _ elements: [XMLElement]
  ) -> OrderedDictionary<String, XMLElement> {
    var counts: [String: Int] = [:]
    var result: OrderedDictionary<String, XMLElement> = [:]
    for element in elements {
      var identity = ""
      if case .properties = block.identity {
        identity = XMLEntries.key(of: element, at: 0, block)
      }
      counts[identity, default: 0] += 1
      result["\(identity)#\(counts[identity] ?? 0)"] = element
    }
    return result
  }

  private func difference(
    of block: BlockSchema, _ path: String, from found: XMLElement?, to wanted: XMLElement?
  ) -> [PropertyDifference] {
    guard let wanted, let found else {
      // libvirt adds controllers by itself.
      if block.name == "controller", wanted == nil { return [] }
      return [
        difference(
          path, "device", from: found == nil ? nil : "present",
          to: wanted == nil ? nil : "present")
      ]
    }
    let rows = RowComparison.ofBlock(
      block, path, definition: wanted, running: found, isDevice: true)
    // libvirt chooses a port for each start.
    return rows.filter { $0.name != "port" || wanted["autoport"] != "yes" }
  }

  /// The places of the devices of the schema, by their elements' names.
  private static let places: [String: [XMLPlace]] = Dictionary(
    grouping: {
      let schema = Schema.resource(.domain)
      return (schema.blocks.compactMap(\.xml) + schema.properties.compactMap(\.xml)).filter {
        $0.path.hasPrefix("devices/")
      }
    }(), by: { $0.path.split(separator: "/").dropFirst().first.map(String.init) ?? "" })

  /// Compares the devices without a block.
  private var others: [PropertyDifference] {
    func unknown(_ root: XMLElement) -> [XMLElement] {
      (root.first("devices")?.children ?? []).filter { device in
        !(Self.places[device.name] ?? []).contains { place in
          place.with.allSatisfy { device.text(at: $0.key) == $0.value }
        }
      }
    }
    let (wanted, found) = (unknown(definition), unknown(running))
    return Set((wanted + found).map(\.name)).sorted().flatMap { name in
      var free = found.filter { $0.name == name }
      let missing = wanted.filter { $0.name == name }.count { device in
        guard let match = free.firstIndex(where: { $0.includes(device) }) else { return true }
        free.remove(at: match)
        return false
      }
      var result: [PropertyDifference] = []
      if missing > 0 { result.append(difference(name, "device", from: nil, to: "present")) }
      if free.count > missing {
        result.append(difference(name, "device", from: "present", to: nil))
      }
      return result
    }
  }

  // MARK: Everything else

  /// Compares the parts of the document that no row covers.
  private func sections(except rows: [PropertyDifference]) -> [PropertyDifference] {
    let covered = Set(
      (schema.properties + schema.blocks.flatMap(\.properties)).filter { row in
        rows.contains { $0.name == row.name }
      }.compactMap { $0.xml?.path.split(separator: "/").first.map(String.init) })
    let counts = Dictionary(grouping: definition.children, by: \.name)
    return definition.children.compactMap { part in
      guard !Self.compared.contains(part.name), !covered.contains(part.name),
        counts[part.name]?.count == 1,
        !running.children.contains(where: { $0.includes(part) })
      else { return nil }
      return difference(
        "xml", part.name, from: running.first(part.name)?.xmlString, to: part.xmlString)
    }
  }

  /// The parts that rows compare completely, or that change with each start.
  private static let compared: Set<String> = [
    "name", "uuid", "genid", "title", "description", "metadata", "memory", "currentMemory", "vcpu",
    "cpu", "devices", "seclabel", "resource",
  ]
}

extension DeviceRecords.Record {
  fileprivate var isSeed: Bool { block == Self.seed }
}

extension LiveDomain {
  /// The changes at its next start, or at the first one without a saved state, whoever changed the
  /// definition.
  package func pendingChanges() -> [PropertyDifference] {
    guard isPersistent, let machine = running ?? saved else { return [] }
    return PendingChanges.domain(definition: definition, running: machine)
  }
}

extension LiveNetwork {
  /// The changes at its next start, whoever changed the definition.
  package func pendingChanges() -> [PropertyDifference] {
    guard isPersistent, let running else { return [] }
    return PendingChanges.network(definition: definition, running: running)
  }
}
