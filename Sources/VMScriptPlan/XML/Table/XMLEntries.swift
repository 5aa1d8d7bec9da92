import VMScript

/// The elements of a block that repeats, told apart by what its row names.
enum XMLEntries {
  /// Elements, each with its key: equal for two that stand for the same.
  static func keyed(
    _ schema: BlockSchema, _ elements: [XMLElement]
  ) -> [(key: String, element: XMLElement)] {
    elements.enumerated().map { (key(of: $1, at: $0, schema), $1) }
  }

  /// The entries that come, go or change.
  ///
  /// - Parameter path: the names of the block and of those around it.
  package static func differences(
    _ schema: BlockSchema, _ path: [String], from old: [XMLElement], to new: [XMLElement]
  ) -> [PropertyDifference] {
    let found = Dictionary(keyed(schema, old)) { first, _ in first }
    let wanted = Dictionary(keyed(schema, new)) { first, _ in first }
    return Set(found.keys).union(wanted.keys).sorted().compactMap { key in
      let (from, to) = (found[key].map { text($0, schema) }, wanted[key].map { text($0, schema) })
      guard from != to, let element = wanted[key] ?? found[key] else { return nil }
      let label = label(of: element, schema) ?? key
      return PropertyDifference(
        block: path.dropLast().joined(separator: " "), name: "\(schema.name) \(label)",
        from: from.map(Value.string), to: to.map(Value.string), impact: schema.impact,
        live: schema.live)
    }
  }

  /// What tells an element from others of its block, by its place among them if nothing else does.
  package static func key(
    of element: XMLElement, at position: Int, _ schema: BlockSchema
  ) -> String {
    switch schema.identity {
    case .position: String(position + 1)
    case .properties(let names): names.map { text(of: $0, schema, element) }.joined(separator: "\n")
    case .target, .mac: schema.identity(of: element) ?? ""
    }
  }

  /// The first of the properties that tell entries apart; nil where none do.
  private static func label(of element: XMLElement, _ schema: BlockSchema) -> String? {
    switch schema.identity {
    case .position: nil
    case .properties(let names): names.first.map { text(of: $0, schema, element) }
    case .target, .mac: schema.identity(of: element)
    }
  }

  /// The values that the label does not say, in one line.
  private static func text(_ element: XMLElement, _ schema: BlockSchema) -> String {
    let label: String? =
      if case .properties(let names) = schema.identity { names.first } else { nil }
    return schema.properties.filter { $0.name != label }
      .map { text(of: $0.name, schema, element) }.filter { !$0.isEmpty }.joined(separator: " ")
  }

  private static func text(
    of name: String, _ schema: BlockSchema, _ element: XMLElement
  ) -> String {
    guard let row = schema.property(name), let place = row.xml else { return "" }
    return place.value(of: place.read(in: element), as: row.type)?.description ?? ""
  }
}

extension BlockSchema {
  /// The attribute of a device's element by which libvirt tells devices of its kind apart.
  private var identityPath: String? {
    switch identity {
    case .target: "target/@dev"
    case .mac: "mac/@address"
    case .position, .properties: nil
    }
  }

  /// What libvirt tells the device of an element from others by; nil where nothing does.
  package func identity(of element: XMLElement) -> String? {
    identityPath.flatMap(element.text)?.lowercased()
  }

  /// When the least convenient change of a row in it takes effect.
  package var impact: Impact { allProperties.map(\.impact).max() ?? .nextStart }

  /// The way its rows reach a running object, which they share; nil where one of them does not.
  package var live: LiveChange? {
    let changes = Set(allProperties.map(\.live))
    return changes.count == 1 ? changes.first ?? nil : nil
  }
}
