extension PropertyType {
  /// The types that are written as one word.
  private static let plain: KeyValuePairs<String, PropertyType> = [
    "bool": .bool, "int": .int(.min ... .max), "float": .float, "string": .string,
    "secret": .secret, "path": .path, "size": .size, "duration": .duration, "ip": .ip,
    "ipv6": .ipv6, "ip_range": .ipRange, "cidr": .cidr, "cidr6": .cidr6, "mac": .mac,
    "uuid": .uuid,
  ]

  /// Reads a type: a word, or an object whose one member says what is in it.
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
  /// The least and the greatest number, `null` for none.
  fileprivate func range() throws(MalformedText) -> ClosedRange<Int64> {
    guard case .list(let items) = value, items.count == 2,
      let least = items[0].bound(else: .min), let greatest = items[1].bound(else: .max),
      least <= greatest
    else { throw .schema(path, expected: "the least and the greatest number, in this order") }
    return least...greatest
  }

  fileprivate func nonEmpty() throws(MalformedText) -> [SchemaNode] {
    let items = try items()
    guard !items.isEmpty else { throw .schema(path, expected: "an array that is not empty") }
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
  fileprivate func bound(else standard: Int64) -> Int64? {
    switch self {
    case .none: standard
    case .int(let number): number
    default: nil
    }
  }
}
