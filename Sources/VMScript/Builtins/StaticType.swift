/// The type of a value as far as a script's text determines it, with the types of its parts.
package indirect enum StaticType {
  /// A type without known parts, by its name.
  case named(String)
  /// A list with items of this type.
  case list(StaticType?)
  /// A range of ints or addresses.
  case range(StaticType?)
  /// A map with these entries, in their order.
  case map([(key: String, type: StaticType?)])
  case resource(ResourceKind)
  /// A block of a resource, read as a map.
  case block(BlockSchema)
  case value(Value)

  /// The name of the type.
  package var name: String {
    switch self {
    case .named(let name): name
    case .list: "list"
    case .range: "range"
    case .map, .block: "map"
    case .resource: "resource"
    case .value(let value): value.typeName
    }
  }

  /// The type of an item of a list or range, or of a value of a map.
  package var element: StaticType? {
    switch self {
    case .list(let element), .range(let element): return element
    case .map(let entries): return Self.common(entries.map(\.type))
    case .value(.list(let items)): return Self.common(items.map(Self.init))
    case .value(.map(let entries)): return Self.common(entries.values.map(Self.init))
    case .value(.range(let range)): return range.count == 0 ? nil : .value(range.member(at: 0))
    default: return nil
    }
  }

  /// The type of the one binding of a loop over the value: a key of a map, otherwise an item.
  package var binding: StaticType? { name == "map" ? .named("string") : element }

  /// The type of a known value.
  package init?(_ value: Value) {
    switch value {
    case .none, .unknown: return nil
    default: self = .value(value)
    }
  }

  /// The type of a property's values.
  package init?(_ type: PropertyType) {
    switch type {
    case .bool: self = .named("bool")
    case .int: self = .named("int")
    case .float: self = .named("float")
    case .string, .path, .ipv6, .cidr6, .uuid, .word: self = .named("string")
    case .size: self = .named("size")
    case .duration: self = .named("duration")
    case .ip: self = .named("ip")
    case .cidr: self = .named("cidr")
    case .mac: self = .named("mac")
    case .ipRange: self = .range(.named("ip"))
    case .list(let element): self = .list(Self(element))
    case .map: self = .named("map")
    case .resource(let kinds):
      guard let kind = kinds.first, kinds.count == 1 else { return nil }
      self = .resource(kind)
    case .either(let types):
      guard let type = types.lazy.compactMap(Self.init).first else { return nil }
      self = type
    case .secret: self = .named("secret")
    case .any: return nil
    }
  }

  /// The type of a literal; nil if the text is not one.
  package init?(literal text: String) {
    switch text.first {
    case "\"": self = .named("string")
    case "{": self = .named("map")
    case "[": self = .list(Self(literal: String(text.dropFirst())))
    default:
      if text == "true" || text == "false" {
        self = .named("bool")
      } else if Int64(text) != nil {
        self = .named("int")
      } else if IPAddress(text) != nil {
        self = .named("ip")
      } else if Double(text) != nil {
        self = .named("float")
      } else {
        return nil
      }
    }
  }

  /// Returns the common type: for maps one with the entries of all, otherwise the first that is
  /// known.
  package static func common(_ types: [StaticType?]) -> StaticType? {
    let known = types.compactMap(\.self)
    guard let first = known.first else { return nil }
    guard known.count > 1, known.allSatisfy({ $0.entries != nil }) else { return first }
    var seen: Set<String> = []
    return .map(known.flatMap { $0.entries ?? [] }.filter { seen.insert($0.key).inserted })
  }

  /// The entries of a map, as far as they are known; nil for other types.
  private var entries: [(key: String, type: StaticType?)]? {
    switch self {
    case .map(let entries): entries
    case .value(.map(let entries)): entries.map { ($0.key, StaticType($0.value)) }
    default: nil
    }
  }
}

// MARK: Members

extension StaticType {
  /// Returns the type of a member of this name that needs no call.
  package func member(_ name: String, _ vocabulary: Vocabulary) -> StaticType? {
    if let entry = entries?.first(where: { $0.key == name }) { return entry.type }
    switch (self, name) {
    case (.resource(let kind), _): return Self.attribute(name, of: kind, vocabulary)
    case (.block(let schema), _):
      if let type = Self.entry(name, of: schema) { return type }
    default: break
    }
    guard let builtin = builtin(name), !builtin.isCalled else { return nil }
    return builtin.type.type(ResultType.Arguments(types: [self]))
  }

  /// Returns the built-in member of this name for values of the type.
  package func builtin(_ name: String) -> Builtin? {
    ValueType(name: self.name).flatMap { Builtin.member(name, of: $0) }
  }

  private static func attribute(
    _ name: String, of kind: ResourceKind, _ vocabulary: Vocabulary
  ) -> StaticType? {
    kind.attribute(name)?.row.type ?? entry(name, of: vocabulary.schema(kind))
      ?? (name == "name" ? .named("string") : nil)
  }

  private static func entry(_ name: String, of schema: BlockSchema) -> StaticType? {
    if let property = schema.property(name) { return StaticType(property.type) }
    return schema.block(name).map { $0.repeats ? .list(.block($0)) : .block($0) }
  }
}

/// The type of the result of a call, as far as the text of the call determines it.
package struct ResultType: Sendable {
  /// The types of the arguments.
  package struct Arguments {
    /// The types, with that of the value before the dot first.
    package let types: [StaticType?]
    /// The type of the result of a function that is the last argument.
    package var returned: StaticType?

    package init(types: [StaticType?], returned: StaticType? = nil) {
      self.types = types
      self.returned = returned
    }

    package var first: StaticType? { types.first ?? nil }
    /// The type of an item of the first.
    package var item: StaticType? { first?.element }
  }

  package let type: @Sendable (Arguments) -> StaticType?

  package init(_ type: @escaping @Sendable (Arguments) -> StaticType?) { self.type = type }

  /// Returns the type of this name, whatever the arguments are.
  static func named(_ type: ValueType) -> ResultType { ResultType { _ in .named(type.name) } }

  /// A resource of this kind.
  package static func resource(_ kind: ResourceKind) -> ResultType {
    ResultType { _ in .resource(kind) }
  }

  /// Any type, because it depends on the text that is read.
  package static let any = ResultType { _ in nil }
  package static let bool = named(.bool)
  package static let int = named(.int)
  package static let number = named(.float)
  package static let string = named(.string)
  package static let address = named(.ip)
  package static let map = named(.map)
  package static let strings = ResultType { _ in .list(.named("string")) }
  package static let ints = ResultType { _ in .list(.named("int")) }
  /// The type of the first argument.
  package static let same = ResultType(\.first)
  /// The type of an item of the first argument.
  package static let item = ResultType(\.item)
  /// A list of items like those of the first argument.
  package static let items = ResultType { .list($0.item) }
  package static let pairs = ResultType { .list(.list($0.item)) }
  /// A list of results of the last argument.
  package static let returned = ResultType { .list($0.returned) }
}
