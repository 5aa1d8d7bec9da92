import OrderedCollections

/// Makes rows of a schema of their JSON.
enum SchemaReader {
  static func block(_ node: SchemaNode) throws(MalformedText) -> BlockSchema {
    let members = try node.members([
      "name", "doc", "label", "repeats", "shorthand", "properties", "blocks",
    ])
    let name = try required("name", members, of: node).name()
    let properties = try rows(members["properties"], property)
    let blocks = try rows(members["blocks"], block)
    try checkNames(members, properties.map(\.name) + blocks.map(\.name))
    let shorthand = try members["shorthand"]?.text()
    if let shorthand, let place = members["shorthand"]?.path {
      guard properties.contains(where: { $0.name == shorthand }) else {
        throw .schema(place, expected: "the name of one of the block's properties")
      }
    }
    return BlockSchema(
      name, try members["doc"]?.text() ?? "",
      label: try members["label"]?.choice([
        "none": BlockLabel.none, "optional": .optional, "required": .required, "text": .anyText,
      ]) ?? .none,
      repeats: try members["repeats"]?.bool() ?? false, shorthand: shorthand,
      properties: properties, blocks: blocks)
  }

  private static func rows<Row>(
    _ node: SchemaNode?, _ read: (SchemaNode) throws(MalformedText) -> Row
  ) throws(MalformedText) -> [Row] {
    guard let node else { return [] }
    return try node.items().map(read)
  }

  private static func property(_ node: SchemaNode) throws(MalformedText) -> PropertySchema {
    let members = try node.members(["name", "type", "doc", "standard", "required", "impact"])
    let name = try required("name", members, of: node).name()
    let type = try PropertyType(required("type", members, of: node))
    var standard: Value?
    if let given = members["standard"] {
      standard = type.convert(given.value, DeclarationRegistry(stack: ""))
      if standard == nil { throw .schema(given.path, expected: type.expectation) }
    }
    return PropertySchema(
      name, type, try members["doc"]?.text() ?? "", standard: standard,
      impact: try members["impact"]?.choice([
        "none": Impact.none, "live": .live, "next-start": .nextStart, "restart": .restart,
        "data-loss": .dataLoss,
      ]) ?? .nextStart,
      isRequired: try members["required"]?.bool() ?? false)
  }

  private static func required(
    _ name: String, _ members: OrderedDictionary<String, SchemaNode>, of node: SchemaNode
  ) throws(MalformedText) -> SchemaNode {
    guard let member = members[name] else { throw .missingMember(name, of: node.path) }
    return member
  }

  /// - Throws: where two rows have one name.
  private static func checkNames(
    _ members: OrderedDictionary<String, SchemaNode>, _ names: [String]
  ) throws(MalformedText) {
    var seen: Set<String> = []
    guard let twice = names.first(where: { !seen.insert($0).inserted }) else { return }
    throw .duplicateRow(twice, at: members["blocks"]?.path ?? members["properties"]?.path ?? "")
  }
}
