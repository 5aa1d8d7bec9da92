import OrderedCollections

/// The additions of a host to the language: values, functions and kinds of resources.
package struct Vocabulary: Sendable {
  /// The values by name; for a kind, the function that finds a resource by its name.
  package private(set) var names: OrderedDictionary<String, (value: Value, doc: String)> = [:]
  /// The schemas of the host's own kinds, by the word that declares one.
  package private(set) var kinds: OrderedDictionary<String, BlockSchema> = [:]

  package mutating func define(_ name: String, _ value: Value, doc: String) {
    names[name] = (value, doc)
  }

  mutating func define(_ function: HostFunction) {
    names[function.name] = (.function(FunctionValue(code: .host(function))), function.doc)
  }

  package mutating func define(_ schema: BlockSchema) {
    kinds[schema.name] = schema
    define(HostFunction(lookingUp: .custom(schema.name), schema.doc))
  }

  /// Returns the kind that a word declares; the host's own kinds take precedence.
  package func kind(_ word: String) -> ResourceKind? {
    if kinds[word] != nil { return .custom(word) }
    return ResourceKind(rawValue: word)
  }

  /// Returns the schema of a resource of this kind; an empty one for an undefined kind.
  package func schema(_ kind: ResourceKind) -> BlockSchema {
    guard case .custom(let word) = kind else { return Schema.resource(kind) }
    return kinds[word] ?? Schema.resource(kind)
  }
}

/// A function of the host, or one that finds a resource of a kind that the host defined.
final class HostFunction: Sendable {
  enum Body: Sendable {
    case values(@Sendable ([Value]) throws -> Value)
    case lookup(ResourceKind)
  }

  let name: String
  let doc: String
  /// The number of arguments.
  let arity: ClosedRange<Int>
  /// The types of the arguments, in words such as `a string`; empty if any value is accepted.
  let types: [String]
  /// The arguments' names; may be fewer than the arguments.
  let parameters: [String]
  let body: Body

  init(
    _ name: String, _ doc: String, arity: ClosedRange<Int>, types: [String] = [],
    parameters: [String] = [], body: @escaping @Sendable ([Value]) throws -> Value
  ) {
    self.name = name
    self.doc = doc
    self.arity = arity
    self.types = types
    self.parameters = parameters
    self.body = .values(body)
  }

  init(lookingUp kind: ResourceKind, _ doc: String) {
    name = kind.rawValue
    self.doc = doc
    arity = 1...1
    types = [String.scriptType]
    parameters = ["name"]
    body = .lookup(kind)
  }

  /// The notation of a call, such as `quota(team, kind?)`.
  var signature: String {
    let count =
      arity.upperBound == .max ? max(arity.lowerBound, parameters.count) : arity.upperBound
    let arguments = (0..<count).map { position in
      let name =
        parameters.indices.contains(position)
        ? parameters[position]
        : types.indices.contains(position) ? withoutArticle(types[position]) : "value"
      return arity.lowerBound > position ? name : name + "?"
    }
    return "\(name)(\(arguments.joined(separator: ", ")))"
  }
}

/// The error for an argument that does not fit the type of the function.
struct ArgumentMismatch: Error {
  let position: Int
  let expected: String
}

/// Converts a function's arguments one after another to Swift values.
struct ArgumentReader {
  private let values: [Value]
  private var position = 0

  init(_ values: [Value]) { self.values = values }

  /// - Throws: ``ArgumentMismatch``; an omitted argument counts as `none`.
  mutating func next<Argument: ScriptValue>(_ type: Argument.Type) throws -> Argument {
    let value = values.indices.contains(position) ? values[position] : .none
    defer { position += 1 }
    guard let argument = type.init(scriptValue: value) else {
      throw ArgumentMismatch(position: position, expected: type.scriptType)
    }
    return argument
  }
}
