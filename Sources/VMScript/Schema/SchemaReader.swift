import OrderedCollections
import VMScriptSyntax

/// Reads the rows of a schema from JSON.
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
    let members = try node.members(["name", "type", "doc", "default", "required", "impact"])
    let name = try required("name", members, of: node).name()
    let type = try PropertyType(required("type", members, of: node))
    var defaultValue: Value?
    if let given = members["default"] {
      defaultValue = type.convert(given.value, DeclarationRegistry(stack: ""))
      if defaultValue == nil { throw .schema(given.path, expected: type.expectation) }
    }
    return PropertySchema(
      name, type, try members["doc"]?.text() ?? "", defaultValue: defaultValue,
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

  /// - Throws: if two rows have the same name.
  private static func checkNames(
    _ members: OrderedDictionary<String, SchemaNode>, _ names: [String]
  ) throws(MalformedText) {
    var seen: Set<String> = []
    guard let twice = names.first(where: { !seen.insert($0).inserted }) else { return }
    throw .duplicateRow(twice, at: members["blocks"]?.path ?? members["properties"]?.path ?? "")
  }
}

extension BlockSchema {
  /// Reads a kind of resources from JSON, for hosts that keep their schemas in files or are not
  /// written in Swift.
  ///
  ///     let queue = try BlockSchema(
  ///       json: """
  ///         {
  ///           "name": "queue", "doc": "A queue of jobs",
  ///           "properties": [
  ///             {"name": "depth", "type": {"int": [1, 1000]}, "doc": "Jobs that may wait",
  ///              "required": true},
  ///             {"name": "retention", "type": "duration", "default": "1h"},
  ///             {"name": "order", "type": {"word": ["fifo", "lifo"]}},
  ///             {"name": "targets", "type": {"list": "ip"}}
  ///           ],
  ///           "blocks": [
  ///             {"name": "worker", "label": "optional", "repeats": true,
  ///              "properties": [{"name": "cores", "type": "int"}]}
  ///           ]
  ///         }
  ///         """)
  ///
  /// Only names, and types of properties, are required. A type is one of `bool`, `int`, `float`,
  /// `string`, `secret`, `path`, `size`, `duration`, `ip`, `ipv6`, `ip_range`, `cidr`, `cidr6`,
  /// `mac`, `uuid` and `any`, or an object with one member: `int` with the least and the greatest number,
  /// `word` with the words, `list` or `map` with the type of the elements, `resource` with kinds,
  /// `either` with types. A label is `none`, `optional`, `required` or `text`. `shorthand` names
  /// the property that a plain value sets. `impact` is the time at which a change takes effect, in
  /// the words of ``Impact``.
  ///
  /// - Throws: ``MalformedText`` with the error and its place, such as `properties[1].type`.
  public convenience init(json text: String) throws(MalformedText) {
    let block = try SchemaReader.block(SchemaNode(Value(json: text)))
    self.init(
      block.name, block.doc, label: block.label, repeats: block.repeats,
      shorthand: block.shorthand, properties: block.properties, blocks: block.blocks)
  }
}

extension PropertyType {
  /// The types that are written as one word.
  private static let plain: KeyValuePairs<String, PropertyType> = [
    "bool": .bool, "int": .int(.min ... .max), "float": .float, "string": .string,
    "secret": .secret, "path": .path, "size": .size, "duration": .duration, "ip": .ip,
    "ipv6": .ipv6, "ip_range": .ipRange, "cidr": .cidr, "cidr6": .cidr6, "mac": .mac,
    "uuid": .uuid, "any": .any,
  ]

  /// Reads a type: a word, or an object with one member.
  init(_ node: SchemaNode) throws(MalformedText) {
    if case .string = node.value {
      self = try node.choice(Self.plain)
      return
    }
    let members = try node.members(["int", "word", "list", "map", "resource", "either"])
    guard let (name, content) = members.elements.first, members.count == 1 else {
      throw .schema(node.path, expected: "a type: a string, or an object with one member")
    }
    switch name {
    case "int": self = .int(try content.range())
    case "word": self = .word(try content.nonEmpty().texts())
    case "list": self = .list(try PropertyType(content))
    case "map": self = .map(try PropertyType(content))
    case "resource":
      self = .resource(
        try content.nonEmpty().texts().map { ResourceKind(rawValue: $0) ?? .custom($0) })
    default: self = .either(try content.nonEmpty().types())
    }
  }
}

extension SchemaNode {
  /// Returns the least and the greatest number; `null` means no bound.
  fileprivate func range() throws(MalformedText) -> ClosedRange<Int64> {
    guard case .list(let items) = value, items.count == 2,
      let least = items[0].bound(else: .min), let greatest = items[1].bound(else: .max),
      least <= greatest
    else { throw .schema(path, expected: "the least and the greatest number, in this order") }
    return least...greatest
  }

  fileprivate func nonEmpty() throws(MalformedText) -> [SchemaNode] {
    let items = try items()
    guard !items.isEmpty else { throw .schema(path, expected: "a non-empty array") }
    return items
  }
}

extension [SchemaNode] {
  fileprivate func texts() throws(MalformedText) -> [String] {
    try map { node throws(MalformedText) in try node.text() }
  }

  fileprivate func types() throws(MalformedText) -> [PropertyType] {
    try map { node throws(MalformedText) in try PropertyType(node) }
  }
}

extension Value {
  fileprivate func bound(else unbounded: Int64) -> Int64? {
    switch self {
    case .none: unbounded
    case .int(let number): number
    default: nil
    }
  }
}

/// A place in the JSON of a schema, with its name in messages.
struct SchemaNode {
  let value: Value
  /// The path of the place, such as `properties[1].type`; empty at the root.
  let path: String

  init(_ value: Value, path: String = "") {
    self.value = value
    self.path = path
  }

  /// Returns the members of an object.
  ///
  /// - Parameter known: the names that they may have.
  func members(_ known: [String]) throws(MalformedText) -> OrderedDictionary<String, SchemaNode> {
    guard case .map(let entries) = value else { throw .schema(path, expected: "an object") }
    var members: OrderedDictionary<String, SchemaNode> = [:]
    for (name, entry) in entries {
      guard known.contains(name) else { throw .unknownMember(name, of: path, known: known) }
      members[name] = SchemaNode(entry, path: path.isEmpty ? name : "\(path).\(name)")
    }
    return members
  }

  func items() throws(MalformedText) -> [SchemaNode] {
    guard case .list(let items) = value else { throw .schema(path, expected: "an array") }
    return items.enumerated().map { SchemaNode($1, path: "\(path)[\($0)]") }
  }

  func text() throws(MalformedText) -> String {
    guard case .string(let text) = value else { throw .schema(path, expected: "a string") }
    return text
  }

  func bool() throws(MalformedText) -> Bool {
    guard case .bool(let bool) = value else { throw .schema(path, expected: "true or false") }
    return bool
  }

  /// Returns a name that scripts can use; a reserved word would begin another statement.
  func name() throws(MalformedText) -> String {
    let name = try text()
    guard Identifier.isName(name) else { throw .unfitName(name, at: path) }
    return name
  }

  /// Returns the meaning of one of the strings in `choices`.
  func choice<Meaning>(
    _ choices: KeyValuePairs<String, Meaning>
  ) throws(MalformedText) -> Meaning {
    let text = try text()
    guard let choice = choices.first(where: { $0.key == text }) else {
      throw .schema(path, expected: "one of \(choices.map(\.key).joined(separator: ", "))")
    }
    return choice.value
  }
}

// The wording of errors in a schema.

extension MalformedText {
  /// - Parameter path: a path such as `properties[1].type`; empty for the whole schema.
  static func schema(_ path: String, expected: String) -> MalformedText {
    MalformedText(reason: "\(place(path)): expected \(expected)")
  }

  static func missingMember(_ name: String, of path: String) -> MalformedText {
    MalformedText(reason: "\(place(path)) has no `\(name)`")
  }

  static func unknownMember(
    _ name: String, of path: String, known: [String]
  ) -> MalformedText {
    let help = didYouMean(name, known).map { "; \($0)" } ?? ""
    return MalformedText(reason: "\(place(path)) cannot have `\(excerpt(name, 40))`\(help)")
  }

  static func unfitName(_ name: String, at path: String) -> MalformedText {
    MalformedText(
      reason: "\(place(path)): `\(excerpt(name, 40))` is not a name that scripts can use")
  }

  static func duplicateRow(_ name: String, at path: String) -> MalformedText {
    MalformedText(reason: "\(place(path)): two properties or blocks are named `\(name)`")
  }

  private static func place(_ path: String) -> String { path.isEmpty ? "the schema" : "`\(path)`" }
}
