import VMScript

/// The elements of a repeated block, identified by the properties that its row names.
enum XMLEntries {
  /// Returns elements with their keys, which are equal for corresponding elements.
  static func keyed(
    _ schema: BlockSchema, _ elements: [XMLElement]
  ) -> [(key: String, element: XMLElement)] {
    elements.enumerated().map { (key(of: $1, at: $0, schema), $1) }
  }

  /// Returns the entries that are added, removed or changed.
  ///
  /// - Parameter path: the names of the block and its parents.
  static func differences(
    _ schema: BlockSchema, _ path: [String], from old: [XMLElement], to new: [XMLElement]
  ) -> [PropertyDifference] {
    let found = Dictionary(keyed(schema, old)) { first, _ in first }
    let wanted = Dictionary(keyed(schema, new)) { first, _ in first }
    return Set(found.keys).union(wanted.keys).sorted().compactMap { key in
      let to = wanted[key].map { text($0, schema) }
      // libvirt may add to an entry.
      let from = found[key].map { element in
        text(element, schema, like: schema.keepsRest ? wanted[key] : nil)
      }
      guard from != to, let element = wanted[key] ?? found[key] else { return nil }
      let label = label(of: element, schema) ?? key
      return PropertyDifference(
        block: path.dropLast().joined(separator: " "), name: "\(schema.name) \(label)",
        from: from.map(Value.string), to: to.map(Value.string), impact: schema.impact,
        live: schema.live)
    }
  }

  /// Returns the identity of an element in its block, which defaults to its position.
  static func key(
    of element: XMLElement, at position: Int, _ schema: BlockSchema
  ) -> String {
    switch schema.identity {
    case .position: String(position + 1)
    case .properties(let names): names.map { text(of: $0, schema, element) }.joined(separator: "\n")
    case .target, .mac: schema.identity(of: element) ?? ""
    }
  }

  /// The first of the identifying properties; nil if there are none.
  private static func label(of element: XMLElement, _ schema: BlockSchema) -> String? {
    switch schema.identity {
    case .position: nil
    case .properties(let names): names.first.map { text(of: $0, schema, element) }
    case .target, .mac: schema.identity(of: element)
    }
  }

  /// Returns the values without the label, on one line.
  ///
  /// - Parameter other: the element whose rows are meant; nil for all rows.
  private static func text(
    _ element: XMLElement, _ schema: BlockSchema, like other: XMLElement? = nil
  ) -> String {
    let label: String? =
      if case .properties(let names) = schema.identity { names.first } else { nil }
    return schema.properties.filter { row in
      row.name != label && other.map { !(row.xml?.read(in: $0) ?? []).isEmpty } ?? true
    }
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
  /// The attribute by which libvirt identifies devices of its kind.
  private var identityPath: String? {
    switch identity {
    case .target: "target/@dev"
    case .mac: "mac/@address"
    case .position, .properties: nil
    }
  }

  /// Returns libvirt's identity of an element's device; nil if it has none.
  package func identity(of element: XMLElement) -> String? {
    identityPath.flatMap(element.text)?.lowercased()
  }

  /// The most severe impact of a change of its rows.
  package var impact: Impact { allProperties.map(\.impact).max() ?? .nextStart }

  /// The live change that its rows share; nil if one of them has none.
  package var live: LiveChange? {
    let changes = Set(allProperties.map(\.live))
    return changes.count == 1 ? changes.first ?? nil : nil
  }
}
