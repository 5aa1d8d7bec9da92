import VMScriptSyntax

/// A body while its entries are evaluated.
struct BodyBuilder {
  let schema: BlockSchema
  var label: String?
  let span: Span
  private(set) var properties: [DeclaredProperty] = []
  private(set) var blocks: [DeclaredBlock] = []
  /// By property and by block: whether it was written out, not brought by a spread.
  private var explicitProperties: [Bool] = []
  private var explicitBlocks: [Bool] = []
  var removals: [Removal] = []

  init(schema: BlockSchema, label: String?, span: Span) {
    self.schema = schema
    self.label = label
    self.span = span
  }

  /// Adds a property; as in a map the later one wins, but two that were written out contradict each
  /// other.
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

  /// Gives a property that could not be evaluated a value that is not known, so that what uses it
  /// says nothing of its own.
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

  /// Adds a block; one that stands once replaces what a spread brought. A label of any text, such as
  /// the path of `xml`, says where to, not which: blocks of one label are several.
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
    DeclaredBlock(schema: schema, label: label, properties: properties, blocks: blocks, span: span)
  }
}
