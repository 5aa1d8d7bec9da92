import VMScript

/// A device that is found by its position, or by some of its properties.
struct PlainDevice {
  let identity: PlainIdentity
  /// The key of its block: the text that identifies it, or its position from the second one on.
  let key: String

  /// - Parameter counts: the number of earlier devices by block and identity.
  init(_ block: DeclaredBlock, _ counts: inout [String: Int]) {
    let schema = block.schema
    let parts = PlainIdentity.parts(of: block)
    let position = counts["\(schema.name) \(parts)", default: 0]
    counts["\(schema.name) \(parts)"] = position + 1
    identity = PlainIdentity(parts: parts, position: position)
    let subject = schema.subject.flatMap { block[$0]?.description }
    key = subject ?? (position == 0 ? "" : "\(schema.name)\(position + 1)")
  }
}

/// The identity of a plain device among those of its block.
struct PlainIdentity: Equatable {
  /// The texts of the identifying properties; an empty one matches any. Empty for a device that is
  /// found by its position alone.
  let parts: [String]
  /// The position among the devices that match, from 0 on.
  let position: Int

  /// The identity as recorded: the parts, and the position from the second device on.
  var text: String {
    (parts.contains { !$0.isEmpty } ? parts.map(Self.escaped).joined(separator: "|") : "")
      + (position == 0 ? "" : "#\(position + 1)")
  }

  init(parts: [String], position: Int) {
    self.parts = parts
    self.position = position
  }

  /// Reads a recorded identity.
  init(recorded text: String) {
    let halves = text.split(separator: "#", omittingEmptySubsequences: false)
    let number = halves.count > 1 ? halves.last.flatMap { Int($0) } : nil
    position = number.map { max(0, $0 - 1) } ?? 0
    let names = number == nil ? text : halves.dropLast().joined(separator: "#")
    parts = names.split(separator: "|", omittingEmptySubsequences: false).map {
      Self.escapes.reversed().reduce(String($0)) { $0.replacing($1.code, with: $1.text) }
    }
  }

  /// The separators of a recorded identity, with what stands for them in a part.
  private static let escapes = [
    (text: "%", code: "%25"), (text: "|", code: "%7C"), (text: "#", code: "%23"),
  ]

  private static func escaped(_ part: String) -> String {
    escapes.reduce(part) { $0.replacing($1.text, with: $1.code) }
  }

  /// Returns the texts of a declared block's identifying properties, or those of its defaults.
  static func parts(of block: DeclaredBlock) -> [String] {
    places(of: block.schema).map { name, place in
      let declared = block[name].map(place.texts) ?? []
      return declared.first ?? block.schema.defaults[place.path] ?? ""
    }
  }

  private static func places(of schema: BlockSchema) -> [(name: String, place: XMLPlace)] {
    guard case .properties(let names) = schema.identity else { return [] }
    return names.compactMap { name in schema.property(name)?.xml.map { (name, $0) } }
  }

  /// Returns its element in a machine.
  func element(in root: XMLElement, of schema: BlockSchema) -> XMLElement? {
    let places = Self.places(of: schema)
    let matches = (schema.xml?.elements(in: root) ?? []).filter { element in
      zip(parts, places).allSatisfy { part, row in
        part.isEmpty || row.place.isSame([part], row.place.read(in: element))
      }
    }
    return matches.indices.contains(position) ? matches[position] : nil
  }
}

extension BlockSchema {
  /// Whether it is a device that is neither a drive nor an interface.
  var isPlainDevice: Bool {
    switch identity {
    case .target, .mac: false
    case .position, .properties: isDevice
    }
  }

  /// Writes the defaults of a new element.
  func addDefaults(to element: XMLElement) {
    func owner(_ path: String) -> String {
      path.split(separator: "/").prefix { !$0.hasPrefix("@") }.joined(separator: "/")
    }
    let missing =
      innerDefaults.filter { element.text(at: owner($0.key)) == nil }.map { $0 }
      + defaults.filter { element.text(at: $0.key) == nil }
    for (path, text) in missing.sorted(by: { $0.key < $1.key }) { element.setText(text, at: path) }
  }
}
