import VMScript
import VMScriptSyntax

/// Writes and compares the rows of a block, and of the blocks in it, by their places in the table.
enum XMLRows {
  /// The treatment of the parts of an element that its block does not declare.
  enum Undeclared {
    /// Properties stay, and so do blocks except those with one of these names.
    case stays(except: Set<String>)
    /// The script owns the element: everything known to the table is removed.
    case goes

    /// Everything stays.
    static let stays = Undeclared.stays(except: [])

    fileprivate func takes(_ block: BlockSchema) -> Bool {
      switch self {
      case .stays(let names): names.contains(block.name)
      case .goes: true
      }
    }

    fileprivate var takesProperties: Bool {
      switch self {
      case .stays: false
      case .goes: true
      }
    }
  }

  /// Writes every declared property with a place, or the selected ones.
  ///
  /// Devices are not included, because each is found in its own way.
  static func write(
    _ block: DeclaredBlock, to element: XMLElement, undeclared: Undeclared = .stays,
    where isWanted: (PropertySchema) -> Bool = { _ in true }
  ) throws(Diagnostic) {
    for row in undeclaredRows(of: block, undeclared) where isWanted(row) {
      guard let place = row.xml, !place.read(in: element).isEmpty else { continue }
      place.write([], in: element)
    }
    for property in block.properties where !property.value.isUnknown {
      guard let place = property.schema.xml, isWanted(property.schema) else { continue }
      let texts = place.texts(of: property.value)
      guard texts.allSatisfy(isWritable) else { throw XMLMessages.unwritable(property) }
      place.write(texts, in: element)
    }
    for inner in innerBlocks(of: block) where inner.schema.allProperties.contains(where: isWanted) {
      if inner.schema.repeats {
        try writeEntries(inner, to: element, undeclared, where: isWanted)
      } else if inner.only.isAbsent {
        inner.place.element(in: element)?.detach()
      } else if inner.isDeclared || inner.isShared {
        try write(
          inner.only, to: inner.isShared ? element : inner.place.ensureElement(in: element),
          undeclared: inner.undeclared(undeclared), where: isWanted)
      } else if undeclared.takes(inner.schema) {
        inner.place.element(in: element)?.detach()
      }
    }
  }

  /// Returns the declared properties that differ in `element`.
  ///
  /// - Parameters:
  ///   - path: the names of the block and its parents; empty for the body of a resource.
  ///   - impact: the impact of a row's change, if the table alone does not determine it.
  static func differences(
    _ block: DeclaredBlock, path: [String], live element: XMLElement,
    undeclared: Undeclared = .stays, impact: (PropertySchema) -> Impact = { $0.impact }
  ) -> [PropertyDifference] {
    let declared = block.properties.compactMap { property -> PropertyDifference? in
      guard let place = property.schema.xml, !property.value.isUnknown else { return nil }
      let found = place.read(in: element)
      let wanted = place.texts(of: property.value)
      guard !place.isSame(wanted, found), !isDefault(wanted, property.schema) || !found.isEmpty
      else { return nil }
      return difference(
        property.schema, of: block.schema, path, from: found, to: property.value, impact)
    }
    let gone = undeclaredRows(of: block, undeclared).compactMap { row -> PropertyDifference? in
      let found = row.xml?.read(in: element) ?? []
      return found.isEmpty || isDefault(found, row)
        ? nil : difference(row, of: block.schema, path, from: found, to: nil, impact)
    }
    let nested = innerBlocks(of: block).flatMap { inner -> [PropertyDifference] in
      let innerPath = path + [inner.schema.name]
      if inner.schema.repeats {
        guard inner.isDeclared || undeclared.takes(inner.schema) else { return [] }
        return XMLEntries.differences(
          inner.schema, innerPath, from: inner.place.elements(in: element),
          to: inner.blocks.compactMap { try? entry($0) })
      }
      if !inner.only.isAbsent, inner.isDeclared || inner.isShared {
        return differences(
          inner.only, path: innerPath,
          live: inner.isShared
            ? element : inner.place.element(in: element) ?? XMLElement(name: ""),
          undeclared: inner.undeclared(undeclared), impact: impact)
      }
      guard undeclared.takes(inner.schema) || inner.only.isAbsent,
        let found = inner.place.element(in: element)
      else {
        return []
      }
      return [removal(of: inner.schema, path, found)]
    }
    return declared + gone + nested
  }

  // MARK: Properties

  /// Whether texts are the value of a row that nobody declares, which libvirt may omit or add. The
  /// presence of an element is never the same as its absence.
  private static func isDefault(_ texts: [String], _ row: PropertySchema) -> Bool {
    guard let place = row.xml, let value = row.defaultValue else { return false }
    if case .presence = place.codec { return false }
    return place.texts(of: value) == texts
  }

  private static func undeclaredRows(
    of block: DeclaredBlock, _ undeclared: Undeclared
  ) -> [PropertySchema] {
    guard undeclared.takesProperties else { return [] }
    return block.schema.properties.filter { block.property($0.name) == nil }
  }

  private static func difference(
    _ row: PropertySchema, of block: BlockSchema, _ path: [String], from found: [String],
    to value: Value?, _ impact: (PropertySchema) -> Impact
  ) -> PropertyDifference {
    // `memory = 1GiB` is listed as written, not as the block that it abbreviates.
    let isShorthand = !path.isEmpty && row.name == block.shorthand
    return PropertyDifference(
      block: (isShorthand ? path.dropLast() : path).joined(separator: " "),
      name: isShorthand ? path.last ?? row.name : row.name,
      from: row.xml?.value(of: found, as: row.type), to: value, impact: impact(row),
      live: row.live)
  }

  /// Returns the values of a block's rows and of its nested blocks that occur once.
  static func texts(
    of block: BlockSchema, in element: XMLElement
  ) -> [(row: PropertySchema, texts: [String])] {
    block.properties.compactMap { row in row.xml.map { (row, $0.read(in: element)) } }
      + block.blocks.flatMap { inner -> [(row: PropertySchema, texts: [String])] in
        guard let place = inner.xml, !inner.repeats, !inner.isDevice else { return [] }
        return texts(of: inner, in: place.element(in: element) ?? XMLElement(name: ""))
      }
  }

  /// XML 1.0 allows no control characters except tab and newlines.
  static func isWritable(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy(XMLCharacters.allows)
  }

  // MARK: Blocks

  /// The declared blocks of one row in a block.
  private struct Inner {
    let schema: BlockSchema
    let place: XMLPlace
    let blocks: [DeclaredBlock]
    let outer: DeclaredBlock

    var isDeclared: Bool { !blocks.isEmpty }
    /// Whether it shares the element of its parent block.
    var isShared: Bool { place.path.isEmpty }
    /// Returns the treatment of what it does not declare; `outer` is that of its parent block.
    func undeclared(_ outer: Undeclared) -> Undeclared {
      isShared ? outer : schema.keepsRest ? .stays : .goes
    }
    /// The only block of a row that does not repeat; an empty one if undeclared.
    var only: DeclaredBlock { blocks.first ?? DeclaredBlock(schema: schema, span: outer.span) }
  }

  private static func innerBlocks(of block: DeclaredBlock) -> [Inner] {
    block.schema.blocks.compactMap { schema in
      guard let place = schema.xml, !schema.isDevice else { return nil }
      return Inner(
        schema: schema, place: place, blocks: block.blocks.filter { $0.schema === schema },
        outer: block)
    }
  }

  /// Writes repeated blocks to one element each. Elements without a block are removed like others
  /// of their kind.
  private static func writeEntries(
    _ inner: Inner, to element: XMLElement, _ undeclared: Undeclared,
    where isWanted: (PropertySchema) -> Bool
  ) throws(Diagnostic) {
    guard inner.isDeclared || undeclared.takes(inner.schema) else { return }
    var free = XMLEntries.keyed(inner.schema, inner.place.elements(in: element))
    for (position, block) in inner.blocks.enumerated() {
      let key = XMLEntries.key(of: try entry(block), at: position, inner.schema)
      let found = free.firstIndex { $0.key == key }.map { free.remove(at: $0).element }
      try write(
        block, to: found ?? inner.place.addElement(in: element),
        undeclared: inner.schema.keepsRest ? .stays : .goes, where: isWanted)
    }
    for (_, rest) in free { rest.detach() }
  }

  /// Returns a new element of a declared block.
  private static func entry(_ block: DeclaredBlock) throws(Diagnostic) -> XMLElement {
    let element = XMLElement(name: "")
    try write(block, to: element)
    return element
  }

  private static func removal(
    of block: BlockSchema, _ path: [String], _ element: XMLElement
  ) -> PropertyDifference {
    return PropertyDifference(
      block: path.joined(separator: " "), name: block.name, from: value(of: block, in: element),
      to: nil,
      impact: block.impact, live: block.live)
  }

  /// Returns the values of an element in the rows of a block and its nested blocks, as a script
  /// writes them.
  private static func value(of block: BlockSchema, in element: XMLElement) -> Value {
    var found: ValueMap = [:]
    for row in block.properties {
      guard let place = row.xml else { continue }
      let texts = place.read(in: element)
      if !texts.isEmpty { found[row.name] = place.value(of: texts, as: row.type) }
    }
    if found.count == 1, let shorthand = block.shorthand, let value = found[shorthand] {
      return value
    }
    for inner in block.blocks {
      guard let place = inner.xml, let part = place.element(in: element) else { continue }
      found[inner.name] =
        inner.repeats
        ? .list(place.elements(in: element).map { value(of: inner, in: $0) })
        : value(of: inner, in: part)
    }
    return .map(found)
  }
}
