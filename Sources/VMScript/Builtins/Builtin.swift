/// A function, method or attribute that the language provides: one row with its documentation and
/// its implementation.
///
/// Resolution, calls, completion, signatures, inference, grammars and the reference use these rows.
/// To add one, write it into the list of a file in `Rows`.
package final class Builtin: Sendable {
  /// The syntax with which a script uses it.
  enum Kind: Sendable {
    /// Called by its name alone.
    case function(Group)
    /// Called after a value of one of these types and a dot.
    case method([ValueType])
    /// Read after a value of one of these types and a dot; empty parentheses may follow.
    case attribute([ValueType])
  }

  /// The topics by which the documentation groups the functions.
  package enum Group: String, CaseIterable {
    case collections = "Numbers, lists and maps"
    case types = "Types and identities"
    case outside = "Files and the environment"
    case formats = "Formats and digests"
    case texts = "Texts"
    case resources = "Resources"
  }

  /// The treatment of arguments that are known only after apply.
  enum Unknowns {
    /// The result is unknown if an argument is.
    case pass
    /// The result is unknown if an argument is, or contains an unknown value.
    case passParts
    /// Unknown arguments are treated like any others.
    case accept
  }

  /// The new part of a result, whose memory is counted.
  enum Production {
    /// Nothing: the result is a part of an argument.
    case nothing
    /// The result, but not its elements.
    case result
    /// The result with its elements.
    case everything
  }

  typealias Body = @Sendable (inout Evaluator, BuiltinCall) throws -> Value

  package let name: String
  let kind: Kind
  /// The parameters in parentheses, without the value before the dot.
  let parameters: [Parameter]
  /// The number of arguments.
  let arity: ClosedRange<Int>
  package let reference: ReferenceEntry
  /// The type of the result, as far as the text of a call determines it.
  package let type: ResultType
  let unknowns: Unknowns
  let produces: Production
  let body: Body

  private init(
    _ kind: Kind, _ name: String, _ parameters: [Parameter], _ doc: String, _ example: String,
    gives result: String?, _ type: ResultType, _ unknowns: Unknowns, _ produces: Production,
    _ body: @escaping Body
  ) {
    self.name = name
    self.kind = kind
    self.parameters = parameters
    let isOpen = parameters.last?.isRepeated ?? false
    let required = parameters.count { $0.defaultValue == nil }
    arity = required...(isOpen ? .max : parameters.count)
    let form: String
    if case .attribute = kind {
      form = name
    } else {
      form = "\(name)(\(parameters.map(\.form).joined(separator: ", ")))"
    }
    reference = ReferenceEntry(name, form, doc, example, gives: result)
    self.type = type
    self.unknowns = unknowns
    self.produces = produces
    self.body = body
  }

  /// Creates the row of a function.
  static func function(
    _ group: Group, _ name: String, _ parameters: [Parameter], _ doc: String,
    _ example: String = "",
    gives result: String? = nil, type: ResultType, unknowns: Unknowns = .pass,
    produces: Production = .result, _ body: @escaping Body
  ) -> Builtin {
    Builtin(
      .function(group), name, parameters, doc, example, gives: result, type, unknowns, produces,
      body)
  }

  /// Creates the row of a method; the example uses the first type.
  static func method(
    _ name: String, of types: ValueType..., taking parameters: [Parameter] = [], doc: String,
    _ example: String, gives result: String, type: ResultType, unknowns: Unknowns = .pass,
    produces: Production = .result, _ body: @escaping Body
  ) -> Builtin {
    Builtin(
      .method(types), name, parameters, doc, example, gives: result, type, unknowns, produces, body)
  }

  /// Creates the row of an attribute; the example uses the first type.
  static func attribute(
    _ name: String, of types: ValueType..., doc: String, _ example: String, gives result: String,
    type: ResultType, produces: Production = .nothing, _ body: @escaping Body
  ) -> Builtin {
    Builtin(.attribute(types), name, [], doc, example, gives: result, type, .pass, produces, body)
  }

  /// Whether it is called rather than read.
  package var isCalled: Bool { if case .attribute = kind { false } else { true } }

  /// The topic of a function; nil for a member of a value.
  package var group: Group? { if case .function(let group) = kind { group } else { nil } }

  /// Whether its last argument is a function that it calls.
  package var takesCallback: Bool { parameters.last?.type.isCallback ?? false }

  /// The types whose values have it; empty for a function.
  var types: [ValueType] {
    switch kind {
    case .function: []
    case .method(let types), .attribute(let types): types
    }
  }
}

// MARK: Tables

extension Builtin {
  /// The functions that every script knows, in the order of the documentation. The resolver stores
  /// positions in this list, so that a call needs no lookup by name.
  package static let functions = [
    collectionFunctions, typeFunctions, outsideFunctions, formatFunctions, textFunctions,
    resourceFunctions,
  ].flatMap(\.self)

  /// The methods and attributes of values, in the order of the documentation.
  static let members = [textMembers, quantityMembers, addressMembers, collectionMembers]
    .flatMap(\.self)

  private static let positions = Dictionary(
    uniqueKeysWithValues: functions.enumerated().map { ($1.name, UInt32($0)) })

  /// Returns the position in ``functions`` of the function of this name.
  static func position(ofFunction name: String) -> UInt32? { positions[name] }

  /// Returns the function of this name.
  package static func function(_ name: String) -> Builtin? {
    positions[name].map { functions[Int($0)] }
  }

  /// Members by name, for each type in the order of its cases.
  private static let membersByType = ValueType.allCases.map { type in
    Dictionary(uniqueKeysWithValues: members(of: type).map { ($0.name, $0) })
  }

  /// Returns the member of this name for values of the type.
  static func member(_ name: String, of type: ValueType) -> Builtin? {
    membersByType[type.rawValue][name]
  }

  /// Returns all members of the values of a type.
  static func members(of type: ValueType) -> [Builtin] {
    members.filter { $0.types.contains(type) }
  }
}

/// A parameter of a built-in function or method.
struct Parameter: Sendable {
  let name: String
  let type: ArgumentType
  /// The default value; nil if the argument is required.
  let defaultValue: Value?
  /// Whether the argument may be repeated; only for the last parameter.
  let isRepeated: Bool

  init(
    _ name: String, _ type: ArgumentType = .any, default defaultValue: Value? = nil,
    isRepeated: Bool = false
  ) {
    self.name = name
    self.type = type
    self.defaultValue = defaultValue
    self.isRepeated = isRepeated
  }

  /// The parameter as the reference writes it.
  var form: String { name.uppercased() + (isRepeated ? ", …" : "") }
}

/// The values that a parameter accepts.
struct ArgumentType: Sendable {
  /// The expected values, in the words of a message.
  let words: String
  /// Whether its result determines the type of the call's result.
  let isCallback: Bool
  let accepts: @Sendable (Value) -> Bool

  init(
    _ words: String, isCallback: Bool = false, _ accepts: @escaping @Sendable (Value) -> Bool
  ) {
    self.words = words
    self.isCallback = isCallback
    self.accepts = accepts
  }

  static let any = ArgumentType("a value") { _ in true }
  static let string = ArgumentType("a string", only: .string)
  static let text = ArgumentType("a string", only: .string, .secret)
  static let name = ArgumentType("a name", only: .string)
  static let ints = ArgumentType("ints", only: .int)
  static let number = ArgumentType("a number", only: .int, .float)
  static let list = ArgumentType("a list", only: .list, .range)
  static let map = ArgumentType("a map", only: .map)
  static let address = ArgumentType("an address", only: .ip, .cidr)
  static let member = ArgumentType("an int or address", only: .int, .ip)
  static let countable = ArgumentType(
    "a string, list, map or range", only: .string, .list, .map, .range)
  /// The call itself reports a value that is not a function.
  static let function = ArgumentType("a function", isCallback: true) { _ in true }

  init(_ words: String, only types: ValueType...) {
    self.init(words) { types.contains($0.type) }
  }
}
