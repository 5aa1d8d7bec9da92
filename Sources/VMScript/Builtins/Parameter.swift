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
