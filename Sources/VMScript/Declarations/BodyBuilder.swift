import VMScriptSyntax

/// A body during the evaluation of its entries.
struct BodyBuilder {
  let schema: BlockSchema
  var label: String?
  let span: Span
  private(set) var properties: [DeclaredProperty] = []
  private(set) var blocks: [DeclaredBlock] = []
  /// For each property and block, whether it was written out rather than spread.
  private var explicitProperties: [Bool] = []
  private var explicitBlocks: [Bool] = []
  var removals: [Removal] = []
  /// Whether it declares that there is no such block.
  var isAbsent = false
  /// The label in the script; nil unless the script contains its text unchanged.
  var labelText: Span?

  init(schema: BlockSchema, label: String?, span: Span) {
    self.schema = schema
    self.label = label
    self.span = span
  }

  /// Adds a property. A later one replaces an earlier one, as in a map, but two that were written
  /// out are an error.
  mutating func set(_ property: DeclaredProperty, isExplicit: Bool) throws {
    guard let place = properties.firstIndex(where: { $0.schema === property.schema }) else {
      properties.append(property)
      explicitProperties.append(isExplicit)
      return
    }
    if isExplicit, explicitProperties[place] {
      throw Diagnostic.duplicateProperty(
        property.schema.name, at: property.span, earlier: properties[place].span)
    }
    properties[place] = property
    explicitProperties[place] = isExplicit
  }

  /// Gives a property that could not be evaluated an unknown value, so that its uses report no
  /// further errors.
  mutating func markFailed(_ name: String, at span: Span) {
    if let property = schema.property(name) {
      guard !properties.contains(where: { $0.schema === property }) else { return }
      properties.append(DeclaredProperty(schema: property, value: .unknown(.failed), span: span))
      explicitProperties.append(true)
    } else if let block = schema.block(name), let shorthand = block.shorthand,
      !blocks.contains(where: { $0.schema === block })
    {
      var inner = BodyBuilder(schema: block, label: nil, span: span)
      inner.markFailed(shorthand, at: span)
      blocks.append(inner.block)
      explicitBlocks.append(true)
    }
  }

  /// Adds a block. A block that occurs once replaces a spread one. A label of any text, such as the
  /// path of `xml`, is a target rather than a name: several blocks may have the same one.
  mutating func add(_ block: DeclaredBlock, isExplicit: Bool) throws {
    let place = blocks.firstIndex { other in
      other.schema === block.schema
        && (!block.schema.repeats
          || (block.label != nil && block.schema.label != .anyText && other.label == block.label))
    }
    guard let place else {
      blocks.append(block)
      explicitBlocks.append(isExplicit)
      return
    }
    if isExplicit, explicitBlocks[place] {
      throw Diagnostic.duplicateBlock(
        block.schema.name, at: block.span, earlier: blocks[place].span)
    }
    blocks[place] = block
    explicitBlocks[place] = isExplicit
  }

  var block: DeclaredBlock {
    var block = DeclaredBlock(
      schema: schema, label: label, properties: properties, blocks: blocks, span: span)
    block.labelText = labelText
    block.isAbsent = isAbsent
    return block
  }
}

/// Merges the body of a clone with that of its source.
enum CloneMerge {
  static func refine(
    _ source: DeclaredBlock, with body: DeclaredBlock, removing removals: [Removal]
  ) throws -> DeclaredBlock {
    var base = withoutIdentity(source)
    var counts: [String: Int] = [:]
    for index in base.blocks.indices {
      let name = base.blocks[index].schema.name
      base.blocks[index].inheritedFrom = counts[name, default: 0]
      counts[name, default: 0] += 1
    }
    let dropped = try removals.map { removal in try position(of: removal, in: base) }
    return merge(base, body, dropping: Set(dropped))
  }

  /// Returns the block without the properties that identify a machine.
  private static func withoutIdentity(_ block: DeclaredBlock) -> DeclaredBlock {
    var result = block
    result.properties.removeAll { !$0.schema.isInherited }
    result.blocks = block.blocks.map(withoutIdentity)
    return result
  }

  private static func position(of removal: Removal, in base: DeclaredBlock) throws -> Int {
    let candidates = base.blocks.indices.filter { base.blocks[$0].schema.name == removal.block }
    switch removal.which {
    case .label(let label):
      if let found = candidates.first(where: { base.blocks[$0].label == label }) { return found }
      throw Diagnostic.nothingToRemove("\(removal.block) \(label)", at: removal.span)
    case .position(let number):
      if candidates.indices.contains(number - 1) { return candidates[number - 1] }
      throw Diagnostic.nothingToRemove("\(removal.block) \(number)", at: removal.span)
    }
  }

  /// Merges blocks by label, otherwise by their identifying properties or by position among the
  /// blocks of their kind; other blocks are appended.
  private static func merge(
    _ base: DeclaredBlock, _ body: DeclaredBlock, dropping dropped: Set<Int> = []
  ) -> DeclaredBlock {
    if body.isAbsent || base.isAbsent {
      var replaced = body
      replaced.inheritedFrom = base.inheritedFrom
      return replaced
    }
    var blocks: [DeclaredBlock?] = base.blocks
    var added: [DeclaredBlock] = []
    var positions: [String: Int] = [:]
    let labelled = Set(
      body.blocks.compactMap { block in block.label.map { [block.schema.name, $0] } })
    for block in body.blocks {
      let name = block.schema.name
      let candidates = base.blocks.indices.filter { base.blocks[$0].schema.name == name }
      let position = positions[name, default: 0]
      positions[name] = position + 1
      var met: Int?
      if block.schema.label == .anyText {
        // A path is a target, not a name: the clone's patches come after its source's.
        met = nil
      } else if let label = block.label {
        met = candidates.first { base.blocks[$0].label == label }
      } else if case .properties(let names) = block.schema.identity {
        met = candidates.first { index in
          names.allSatisfy { base.blocks[index][$0] == block[$0] }
        }
      } else if candidates.indices.contains(position) {
        let candidate = base.blocks[candidates[position]]
        // A block that the clone names by its label does not match by position too.
        let isNamed = candidate.label.map { labelled.contains([name, $0]) } ?? false
        met = isNamed ? nil : candidates[position]
      }
      if let met, !dropped.contains(met), let current = blocks[met] {
        blocks[met] = merge(current, block)
      } else {
        added.append(block)
      }
    }
    for index in dropped { blocks[index] = nil }
    let alternatives = Combination.alternatives(of: base.schema.name)
    let isReplaced = body.properties.contains { alternatives.contains($0.schema.name) }
    var properties = base.properties.filter {
      !isReplaced || !alternatives.contains($0.schema.name)
    }
    for property in body.properties {
      if let index = properties.firstIndex(where: { $0.schema.name == property.schema.name }) {
        properties[index] = property
      } else {
        properties.append(property)
      }
    }
    return DeclaredBlock(
      schema: base.schema, label: base.label ?? body.label, properties: properties,
      blocks: blocks.compactMap(\.self) + added, span: body.span, inheritedFrom: base.inheritedFrom)
  }
}
