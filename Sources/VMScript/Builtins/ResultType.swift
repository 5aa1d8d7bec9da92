/// The type of what a call gives, as far as the text of the call shows it.
struct ResultType: Sendable {
  /// What the text shows of the arguments.
  struct Arguments {
    /// Their types, that of the value before the dot first.
    let types: [StaticType?]
    /// The type that a function returns which is the last argument.
    var returned: StaticType?

    var first: StaticType? { types.first ?? nil }
    /// The type of an item of the first.
    var item: StaticType? { first?.element }
  }

  let type: @Sendable (Arguments) -> StaticType?

  init(_ type: @escaping @Sendable (Arguments) -> StaticType?) { self.type = type }

  /// The type of this name, whatever the arguments are.
  static func named(_ type: ValueType) -> ResultType { ResultType { _ in .named(type.name) } }

  /// A resource of this kind.
  static func resource(_ kind: ResourceKind) -> ResultType { ResultType { _ in .resource(kind) } }

  /// Any, as what was read decides.
  static let any = ResultType { _ in nil }
  static let bool = named(.bool)
  static let int = named(.int)
  static let number = named(.float)
  static let string = named(.string)
  static let address = named(.ip)
  static let map = named(.map)
  static let strings = ResultType { _ in .list(.named("string")) }
  static let ints = ResultType { _ in .list(.named("int")) }
  /// The type of the first argument.
  static let same = ResultType(\.first)
  /// The type of an item of the first argument.
  static let item = ResultType(\.item)
  /// A list of items like those of the first argument.
  static let items = ResultType { .list($0.item) }
  static let pairs = ResultType { .list(.list($0.item)) }
  /// A list of what the last argument returns.
  static let returned = ResultType { .list($0.returned) }
}
