import VMScript

/// The devices of a machine as blocks of a script.
struct ImportedDevices {
  /// The blocks, in the order of the schema.
  private(set) var blocks: [DeclaredBlock] = []
  /// By the block's key, the storage of drives.
  private(set) var storage: [String: XMLContext.Storage] = [:]
  /// The elements that no block describes.
  private(set) var rest: [XMLElement] = []

  private let schema = Schema.resource(.domain)

  /// - Parameter root: the domain.
  init(_ root: XMLElement) {
    var free = root.first("devices")?.children ?? []
    // A property of the domain describes the whole device.
    for row in schema.properties {
      guard let place = row.xml, place.path.hasPrefix("devices/") else { continue }
      switch place.codec {
      case .presence, .count:
        let described =
          place.codec.isCount
          ? place.elements(in: root) : [place.element(in: root)].compactMap(\.self)
        free.removeAll { element in described.contains { $0 === element } }
      default:
        let described = place.element(in: root)
        free.removeAll { $0 === described }
      }
    }
    for block in schema.blocks where block.isDevice {
      take(block, &free)
    }
    rest = free
    dropChosenTargets()
  }

  private mutating func take(_ schema: BlockSchema, _ free: inout [XMLElement]) {
    guard let place = schema.xml, let name = place.path.split(separator: "/").last else { return }
    var left: [XMLElement] = []
    var isTaken = false
    for element in free {
      let isMeant =
        element.name == name && (schema.repeats || !isTaken)
        && place.with.allSatisfy { element.text(at: $0.key) == $0.value }
      if isMeant, let block = block(schema, element) {
        blocks.append(block)
        isTaken = true
      } else {
        left.append(element)
      }
    }
    free = left
  }

  /// Returns a device as a block; nil if a script cannot describe its kind.
  private mutating func block(_ schema: BlockSchema, _ element: XMLElement) -> DeclaredBlock? {
    var block = RowImport.block(schema, from: element)
    switch schema.identity {
    case .target: return drive(block, element)
    case .mac: return interface(block, element)
    case .position, .properties:
      if element.name == "graphics" { Self.trimPort(&block, element) }
      return RowImport.isComplete(block) ? block : nil
    }
  }

  /// Leaves out a port that libvirt chooses.
  private static func trimPort(_ block: inout DeclaredBlock, _ element: XMLElement) {
    guard element["autoport"] != "no", element["port"] == nil || element["autoport"] == "yes" else {
      return
    }
    block.properties.removeAll { $0.schema.name == "port" }
  }

  // MARK: Drives

  private mutating func drive(_ read: DeclaredBlock, _ element: XMLElement) -> DeclaredBlock? {
    var block = read
    let schema = block.schema
    guard ["file", "block"].contains(element["type"] ?? "file"), element.first("auth") == nil,
      let target = element.text(at: "target/@dev"), block["dev"] != nil || target.isEmpty
    else { return nil }
    let position = blocks.count { $0.schema === schema }
    let key = block.key(at: position)
    let bus = element.text(at: "target/@bus")
    block.properties.removeAll {
      $0.schema.name == "bus" && bus == DriveBus.defaults[schema.name]
    }
    // The reader of a floppy or a CD-ROM cannot write.
    if schema.name != "disk" { block.properties.removeAll { $0.schema.name == "readonly" } }
    guard let path = element.text(at: "source/@file") ?? element.text(at: "source/@dev") else {
      return schema.name == "disk" ? nil : block
    }
    guard let source = RowImport.declared(schema.property("source"), .string(path)) else {
      return nil
    }
    block.properties.insert(source, at: 0)
    let format = element.text(at: "driver/@type") ?? "raw"
    if let format = RowImport.declared(schema.property("format"), .string(format)) {
      block.properties.insert(format, at: 1)
    }
    storage[key] = XMLContext.Storage(
      path: path, format: format, isDevice: element["type"] == "block")
    return block
  }

  /// Leaves out the targets of drives, if a script without them chooses the same.
  private mutating func dropChosenTargets() {
    var trimmed = blocks
    for index in trimmed.indices where trimmed[index].schema.identity == .target {
      trimmed[index].properties.removeAll { $0.schema.name == "dev" }
    }
    func targets(_ blocks: [DeclaredBlock]) -> [String] {
      let body = DeclaredBlock(schema: schema, blocks: blocks, span: RowImport.span)
      let declaration = RowImport.declaration(.domain, "", body)
      return DeclaredDrive.all(of: declaration).map(\.place.target)
    }
    if targets(trimmed) == targets(blocks) { blocks = trimmed }
  }

  // MARK: Interfaces

  private func interface(_ read: DeclaredBlock, _ element: XMLElement) -> DeclaredBlock? {
    var block = read
    let schema = block.schema
    func set(_ name: String, _ text: String?) -> Bool {
      guard let text,
        let property = RowImport.declared(
          schema.property(name),
          name == "net"
            ? .resource(ResourceReference(kind: .net, name: text, isDeclared: false))
            : .string(text))
      else { return false }
      block.properties.insert(property, at: 0)
      return true
    }
    if let mac = element.text(at: "mac/@address"), !set("mac", mac) { return nil }
    switch element["type"] {
    case "network": return set("net", element.text(at: "source/@network")) ? block : nil
    case "bridge": return set("bridge", element.text(at: "source/@bridge")) ? block : nil
    case "direct":
      // A script's own default.
      block.properties.removeAll { $0.schema.name == "mode" && $0.value == .string("bridge") }
      return set("dev", element.text(at: "source/@dev")) ? block : nil
    case "user": return block
    default: return nil
    }
  }
}

extension XMLPlace.Codec {
  fileprivate var isCount: Bool { if case .count = self { true } else { false } }
}
