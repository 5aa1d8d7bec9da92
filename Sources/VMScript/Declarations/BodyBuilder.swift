import VMScriptSyntax

/// A body while its entries are evaluated.
struct BodyBuilder {
  let schema: BlockSchema
  var label: String?
  let span: Span
  private(set) var properties: [DeclaredProperty] = []
  private(set) var blocks: [DeclaredBlock] = []
  private var explicit: Set<String> = []
  private var spreadBlocks: Set<String> = []
  var removals: [Removal] = []

  init(schema: BlockSchema, label: String?, span: Span) {
    self.schema = schema
    self.label = label
    self.span = span
  }

  /// Adds a property; as in a map the later one wins, but two that were written out contradict each
  /// other.
  mutating func set(_ property: DeclaredProperty, isExplicit: Bool) throws {
    let name = property.schema.name
    if let position = properties.firstIndex(where: { $0.schema.name == name }) {
      if explicit.contains(name) {
        if isExplicit {
          throw Diagnostic.duplicateProperty(
            name, at: property.span, earlier: properties[position].span)
        }
      }
      properties[position] = property
    } else {
      properties.append(property)
    }
    if isExplicit { explicit.insert(name) } else { explicit.remove(name) }
  }

  /// Adds a block; one that stands once replaces what a spread brought.
  mutating func add(_ block: DeclaredBlock, isExplicit: Bool) throws {
    let name = block.schema.name
    let key = "\(name) \(block.label ?? "")"
    let earlier = blocks.firstIndex { other in
      other.schema.name == name
        && (!block.schema.repeats || (block.label != nil && other.label == block.label))
    }
    if let earlier {
      if isExplicit, !spreadBlocks.contains(key) {
        throw Diagnostic.duplicateBlock(name, at: block.span, earlier: blocks[earlier].span)
      }
      blocks[earlier] = block
    } else {
      blocks.append(block)
    }
    if isExplicit { spreadBlocks.remove(key) } else { spreadBlocks.insert(key) }
  }

  var block: DeclaredBlock {
    DeclaredBlock(schema: schema, label: label, properties: properties, blocks: blocks, span: span)
  }
}
