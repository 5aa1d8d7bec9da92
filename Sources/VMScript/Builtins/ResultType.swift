/// The type of what a call gives, as far as the text of the call shows it.
package struct ResultType: Sendable {
  /// What the text shows of the arguments.
  package struct Arguments {
    /// Their types, that of the value before the dot first.
    package let types: [StaticType?]
    /// The type that a function returns which is the last argument.
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

  /// The type of this name, whatever the arguments are.
  static func named(_ type: ValueType) -> ResultType { ResultType { _ in .named(type.name) } }

  /// A resource of this kind.
  package static func resource(_ kind: ResourceKind) -> ResultType {
    ResultType { _ in .resource(kind) }
  }

  /// Any, as what was read decides.
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
  /// A list of what the last argument returns.
  package static let returned = ResultType { .list($0.returned) }
}
