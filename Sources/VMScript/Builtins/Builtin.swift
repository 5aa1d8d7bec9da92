/// A function, method or attribute that the language provides: one row for each, with all that there
/// is to say about it and what it does.
///
/// Resolution, calls, completion, signatures, inference, grammars and the reference read these rows. To
/// add one, write it into the list of a file in `Rows`.
package final class Builtin: Sendable {
  /// How a script reaches it.
  enum Kind: Sendable {
    /// Called by its name alone.
    case function(Group)
    /// Called behind a value of one of these types and a dot.
    case method([ValueType])
    /// Read behind a value of one of these types and a dot; empty parentheses may follow it.
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

  /// What becomes of arguments that are known only after apply.
  enum Unknowns {
    /// The result is unknown if an argument is.
    case pass
    /// The result is unknown if an argument is, or holds, what is.
    case passParts
    /// They are values like others.
    case accept
  }

  /// The part of a result that is new, whose memory is counted.
  enum Production {
    /// Nothing: the result is a part of an argument.
    case nothing
    /// The result, but not what is in it.
    case result
    /// The result and all that is in it.
    case everything
  }

  typealias Body = @Sendable (inout Evaluator, BuiltinCall) throws -> Value

  package let name: String
  let kind: Kind
  /// Those between the parentheses: what stands before the dot is not among them.
  let parameters: [Parameter]
  /// The number of arguments that it takes.
  let arity: ClosedRange<Int>
  package let reference: ReferenceEntry
  /// The type of the result, as far as the text of a call shows it.
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

  /// A row of a function.
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

  /// A row of a method; the example is one of the first type.
  static func method(
    _ name: String, of types: ValueType..., taking parameters: [Parameter] = [], doc: String,
    _ example: String, gives result: String, type: ResultType, unknowns: Unknowns = .pass,
    produces: Production = .result, _ body: @escaping Body
  ) -> Builtin {
    Builtin(
      .method(types), name, parameters, doc, example, gives: result, type, unknowns, produces, body)
  }

  /// A row of an attribute; the example is one of the first type.
  static func attribute(
    _ name: String, of types: ValueType..., doc: String, _ example: String, gives result: String,
    type: ResultType, produces: Production = .nothing, _ body: @escaping Body
  ) -> Builtin {
    Builtin(.attribute(types), name, [], doc, example, gives: result, type, .pass, produces, body)
  }

  /// Whether it is called, and not just read.
  package var isCalled: Bool { if case .attribute = kind { false } else { true } }

  /// The topic of a function; nil for what belongs to a value.
  package var group: Group? { if case .function(let group) = kind { group } else { nil } }

  /// Whether its last argument is a function that it calls.
  package var takesCallback: Bool { parameters.last?.type.isCallback ?? false }

  /// The types whose values have it; none of a function.
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
  /// positions in this list, so that a call looks no name up.
  package static let functions = [
    collectionFunctions, typeFunctions, outsideFunctions, formatFunctions, textFunctions,
    resourceFunctions,
  ].flatMap(\.self)

  /// The methods and attributes of values, in the order of the documentation.
  static let members = [textMembers, quantityMembers, addressMembers, collectionMembers]
    .flatMap(\.self)

  private static let positions = Dictionary(
    uniqueKeysWithValues: functions.enumerated().map { ($1.name, UInt32($0)) })

  /// The position in ``functions`` of the one of this name.
  static func position(ofFunction name: String) -> UInt32? { positions[name] }

  /// The function of this name.
  package static func function(_ name: String) -> Builtin? {
    positions[name].map { functions[Int($0)] }
  }

  /// Members by name, for each type in the order of its cases.
  private static let membersByType = ValueType.allCases.map { type in
    Dictionary(uniqueKeysWithValues: members(of: type).map { ($0.name, $0) })
  }

  /// The member of this name that a value of the type has.
  static func member(_ name: String, of type: ValueType) -> Builtin? {
    membersByType[type.rawValue][name]
  }

  /// All that belongs to the values of a type.
  static func members(of type: ValueType) -> [Builtin] {
    members.filter { $0.types.contains(type) }
  }
}

/// A parameter of a built-in function or method.
struct Parameter: Sendable {
  let name: String
  let type: ArgumentType
  /// The value where the argument is left out; nil if it must be given.
  let defaultValue: Value?
  /// Whether any number of arguments may follow the first; only of the last parameter.
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

/// What may be given for a parameter.
struct ArgumentType: Sendable {
  /// What is expected, in the words of a message.
  let words: String
  /// Whether its result decides the type of the call's result.
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
  /// Calling it reports what is no function.
  static let function = ArgumentType("a function", isCallback: true) { _ in true }

  init(_ words: String, only types: ValueType...) {
    self.init(words) { types.contains($0.type) }
  }
}
