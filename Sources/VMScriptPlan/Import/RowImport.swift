import VMScript
import VMScriptSyntax

/// Reads the rows of the schema from an element of libvirt's XML, as a script would declare them.
enum RowImport {
  /// The place of imported declarations, which no script contains.
  static let span = Span(source: SourceID(index: 0), start: 0, length: 0)

  /// Returns a block with the values that the element has and that a script must declare.
  static func block(_ schema: BlockSchema, from element: XMLElement) -> DeclaredBlock {
    var block = DeclaredBlock(schema: schema, span: span)
    block.properties = schema.properties.compactMap { property($0, of: schema, from: element) }
    block.blocks = schema.blocks.flatMap { inner in blocks(inner, from: element) }
    if let labelled = schema.labelled, let label = block[labelled]?.description,
      TextFormat.objectName.obstacle(to: label) == nil
    {
      block.label = label
    }
    return block
  }

  /// Returns the nested blocks of a row that the element has.
  private static func blocks(_ schema: BlockSchema, from element: XMLElement) -> [DeclaredBlock] {
    guard let place = schema.xml, !schema.isDevice else { return [] }
    let elements =
      place.path.isEmpty
      ? [element]
      : schema.repeats
        ? place.elements(in: element) : [place.element(in: element)].compactMap(\.self)
    return elements.map { block(schema, from: $0) }.filter { block in
      isComplete(block) && !(block.properties.isEmpty && block.blocks.isEmpty)
    }
  }

  /// Returns a resource of an imported body.
  static func declaration(_ kind: ResourceKind, _ name: String, _ body: DeclaredBlock)
    -> Declaration
  {
    Declaration(kind: kind, name: name, body: body, span: span, nameSpan: span)
  }

  /// Whether a block has every property that a script must declare.
  static func isComplete(_ block: DeclaredBlock) -> Bool {
    block.schema.properties.allSatisfy { !$0.isRequired || block.property($0.name) != nil }
  }

  /// Returns the value of a row; nil if the element has none, if it is the default, or if a script
  /// cannot declare it.
  private static func property(
    _ row: PropertySchema, of schema: BlockSchema, from element: XMLElement
  ) -> DeclaredProperty? {
    guard let place = row.xml else { return nil }
    let texts = place.read(in: element)
    guard !texts.isEmpty, !isDefault(texts, row, schema) else { return nil }
    return declared(row, texts: texts)
  }

  /// Returns a property with a value in libvirt's notation; nil if a script cannot declare it.
  static func declared(_ row: PropertySchema, texts: [String]) -> DeclaredProperty? {
    guard let place = row.xml, let found = place.value(of: texts, as: row.type),
      let value = row.accepting(found), place.isSame(place.texts(of: value), texts)
    else { return nil }
    return DeclaredProperty(schema: row, value: value, span: span)
  }

  /// Returns a property with a value of the language; nil if a script cannot declare it.
  static func declared(_ row: PropertySchema?, _ value: Value) -> DeclaredProperty? {
    guard let row, let value = row.accepting(value) else { return nil }
    return DeclaredProperty(schema: row, value: value, span: span)
  }

  private static func isDefault(
    _ texts: [String], _ row: PropertySchema, _ schema: BlockSchema
  ) -> Bool {
    guard let place = row.xml, !row.isRequired else { return false }
    if let value = row.defaultValue, place.texts(of: value) == texts { return true }
    if case .properties(let names) = schema.identity, names.first == row.name,
      schema.defaults[place.path] == nil
    {
      return false
    }
    let text = schema.defaults[place.path] ?? schema.innerDefaults[place.path]
    return text.map { [$0] == texts } ?? false
  }
}
