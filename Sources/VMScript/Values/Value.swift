import VMScriptSyntax

/// A value of the language. Values are immutable and compare by content.
public enum Value: Sendable {
  case none
  case bool(Bool)
  case int(Int64)
  case float(Double)
  case string(String)
  case size(ByteSize)
  case duration(Duration)
  case ip(IPAddress)
  case cidr(Subnet)
  case mac(MACAddress)
  case list([Value])
  case map(ValueMap)
  /// Ints (`1...9`) or addresses (`10.0.0.1...10.0.0.9`).
  indirect case range(ValueRange)
  case function(FunctionValue)
  indirect case resource(ResourceReference)
  /// A string that every output masks.
  case secret(SecretText)
  /// A value that is known only after apply; it propagates through expressions.
  case unknown(UnknownOrigin)

  /// Whether the value is or contains a value that is known only after apply.
  public var isUnknown: Bool {
    switch self {
    case .unknown: true
    case .list(let items): items.contains(where: \.isUnknown)
    case .map(let entries): entries.values.contains(where: \.isUnknown)
    default: false
    }
  }

  /// Whether the value is or contains a secret.
  var holdsSecret: Bool {
    switch self {
    case .secret: true
    case .list(let items): items.contains(where: \.holdsSecret)
    case .map(let entries): entries.values.contains(where: \.holdsSecret)
    default: false
    }
  }
}

// Values as Swift literals: `["replicas": 3, "zones": ["a", "b"], "note": .none]`.

extension Value: ExpressibleByBooleanLiteral {
  /// A bool.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
}

extension Value: ExpressibleByIntegerLiteral {
  /// An int.
  public init(integerLiteral value: Int64) { self = .int(value) }
}

extension Value: ExpressibleByFloatLiteral {
  /// A float.
  public init(floatLiteral value: Double) { self = .float(value) }
}

extension Value: ExpressibleByStringInterpolation {
  /// A string.
  public init(stringLiteral value: String) { self = .string(value) }
}

extension Value: ExpressibleByArrayLiteral {
  /// A list.
  public init(arrayLiteral elements: Value...) { self = .list(elements) }
}

extension Value: ExpressibleByDictionaryLiteral {
  /// A map in the order of the literal; the last value of a repeated key counts.
  public init(dictionaryLiteral elements: (String, Value)...) {
    self = .map(ValueMap(elements))
  }
}

extension Value {
  /// Reads a JSON text, keeping the order of its keys; whole numbers are ints.
  ///
  ///     let ports = try Value(json: "[80, 443]")
  ///
  /// - Throws: ``MalformedText`` with the error and its place.
  public init(json text: String) throws(MalformedText) { self = try JSONReader.value(text) }
}

extension Value: Equatable {
  /// Equality of the language: by content. An int equals the float of the same number; functions
  /// are never equal.
  public static func == (a: Value, b: Value) -> Bool {
    var count = 0
    return areEqual(a, b, counting: &count)
  }

  /// - Parameter count: increases by the number of members and bytes compared.
  static func areEqual(_ a: Value, _ b: Value, counting count: inout Int) -> Bool {
    count &+= min(a.extent, b.extent)
    return switch (a, b) {
    case (.none, .none): true
    case (.bool(let a), .bool(let b)): a == b
    case (.int(let a), .int(let b)): a == b
    case (.float(let a), .float(let b)): a == b
    case (.int(let a), .float(let b)), (.float(let b), .int(let a)): Double(a) == b
    case (.string(let a), .string(let b)): ExactText.areEqual(a, b)
    case (.secret(let a), .secret(let b)): a == b
    case (.secret(let a), .string(let b)), (.string(let b), .secret(let a)):
      ExactText.areEqual(a.revealed, b)
    case (.size(let a), .size(let b)): a == b
    case (.duration(let a), .duration(let b)): a == b
    case (.ip(let a), .ip(let b)): a == b
    case (.cidr(let a), .cidr(let b)): a == b
    case (.mac(let a), .mac(let b)): a == b
    case (.list(let a), .list(let b)): areEqual(a, b, counting: &count)
    case (.map(let a), .map(let b)): areEqual(a, b, counting: &count)
    case (.range(let a), .range(let b)): a == b || (a.count == 0 && b.count == 0)
    case (.resource(let a), .resource(let b)): a.kind == b.kind && a.name == b.name
    default: false
    }
  }

  private static func areEqual(_ a: [Value], _ b: [Value], counting count: inout Int) -> Bool {
    guard a.count == b.count else { return false }
    for (one, other) in zip(a, b) where !areEqual(one, other, counting: &count) { return false }
    return true
  }

  private static func areEqual(
    _ a: ValueMap, _ b: ValueMap,
    counting count: inout Int
  ) -> Bool {
    guard a.count == b.count else { return false }
    for (key, value) in a {
      guard let other = b[key], areEqual(value, other, counting: &count) else { return false }
    }
    return true
  }
}

extension Value {
  /// The int or float as a float.
  var number: Double? {
    switch self {
    case .int(let number): Double(number)
    case .float(let number): number
    default: nil
    }
  }

  /// Returns whether this precedes `other`; nil if the two have no order.
  func precedes(_ other: Value) -> Bool? {
    switch (self, other) {
    case (.int(let a), .int(let b)): a < b
    case (.string(let a), .string(let b)): ExactText.precedes(a, b)
    case (.size(let a), .size(let b)): a < b
    case (.duration(let a), .duration(let b)): a < b
    case (.ip(let a), .ip(let b)): a < b
    default:
      if let a = number, let b = other.number { a < b } else { nil }
    }
  }

  /// Returns `self in container` for a container that is neither a list nor a string; nil if that
  /// has no meaning.
  func isContained(in container: Value) -> Bool? {
    switch (self, container) {
    case (.string(let key), .map(let entries)): entries[key] != nil
    case (.int, .range(let range)), (.ip, .range(let range)): range.contains(self)
    case (.ip(let address), .cidr(let subnet)): subnet.contains(address)
    case (.cidr(let inner), .cidr(let outer)):
      inner.prefix >= outer.prefix && outer.contains(inner.base)
    default: nil
    }
  }
}

extension Value: CustomStringConvertible {
  /// The value as `print` and interpolation show it: a string without quotes, but with quotes
  /// inside lists and maps.
  public var description: String {
    if case .string(let text) = self { return text }
    return literal
  }

  /// The value in the notation of the language.
  public var literal: String { literal(limit: .max) }

  /// Returns the literal; if it is longer, a prefix of at least `limit` bytes.
  func literal(limit: Int) -> String {
    var text = ""
    write(to: &text, limit: limit)
    return text
  }

  /// The beginning of the literal, for messages.
  public var excerpt: String { excerpt(80) }

  /// Returns the literal, cut after a number of characters, in time proportional to that number.
  public func excerpt(_ limit: Int) -> String {
    var text = ""
    write(to: &text, limit: limit * 4)
    return VMScript.excerpt(text, limit)
  }

  /// Appends the literal; stops inside lists and maps once the text has `limit` bytes.
  private func write(to text: inout String, limit: Int) {
    switch self {
    case .none: text += "none"
    case .bool(let value): text += value ? "true" : "false"
    case .int(let value): text += String(value)
    case .float(let value): text += String(value)
    case .string(let string):
      text += QuotedText.literal(string, limit: limit)
    case .size(let size): text += size.description
    case .duration(let duration): text += duration.scriptDescription
    case .ip(let address): text += address.description
    case .cidr(let subnet): text += subnet.description
    case .mac(let address): text += address.description
    case .list(let items):
      text += "["
      for (index, item) in items.enumerated() where text.utf8.count < limit {
        if index > 0 { text += ", " }
        item.write(to: &text, limit: limit)
      }
      text += "]"
    case .map(let entries):
      text += "{"
      for (index, entry) in entries.enumerated() where text.utf8.count < limit {
        text += (index > 0 ? ", " : " ") + Self.key(entry.key, limit: limit) + ": "
        entry.value.write(to: &text, limit: limit)
      }
      text += entries.isEmpty ? "}" : " }"
    case .range(let range): text += range.description
    case .function: text += "(function)"
    case .resource(let reference):
      text += "\(reference.kind.rawValue)(\(QuotedText.literal(reference.name)))"
    case .secret: text += SecretText.mask
    case .unknown: text += UnknownOrigin.text
    }
  }

  /// Returns a key of a map in the notation of the language: without quotes if it is a word.
  static func key(_ text: String, limit: Int = .max) -> String {
    Identifier.hasForm(text) ? text : QuotedText.literal(text, limit: limit)
  }
}

extension Value {
  /// Returns the value as JSON text, with the order of keys kept. Sizes, durations and addresses
  /// are strings; secrets and unknown values are placeholders.
  ///
  /// - Parameter indentation: the spaces for each level; nil for one line.
  public func json(indentation: Int? = 2) -> String {
    json(indentation: indentation, revealsSecrets: false)
  }

  /// Returns the value as JSON.
  ///
  /// - Parameters:
  ///   - revealsSecrets: whether to write secrets, for a text that is itself a secret.
  ///   - limit: the bytes after which the rest is cut off.
  package func json(indentation: Int?, revealsSecrets: Bool, limit: Int = .max) -> String {
    var text = ""
    writeJSON(to: &text, indentation, level: 0, revealsSecrets, limit)
    return text
  }

  private func writeJSON(
    to text: inout String, _ indentation: Int?, level: Int, _ revealsSecrets: Bool, _ limit: Int
  ) {
    func newline(_ level: Int) {
      guard let indentation else { return }
      text += "\n" + String(repeating: " ", count: indentation * level)
    }
    func items(_ count: Int, open: String, close: String, _ write: (Int) -> Void) {
      guard count > 0 else { return text += open + close }
      text += open
      for position in 0..<count where text.utf8.count <= limit {
        if position > 0 { text += indentation == nil ? ", " : "," }
        newline(level + 1)
        write(position)
      }
      newline(level)
      text += close
    }
    switch self {
    case .none: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .int(let value): text += String(value)
    case .float(let value): text += value.isFinite ? String(value) : "null"
    case .list(let values):
      items(values.count, open: "[", close: "]") { position in
        values[position].writeJSON(to: &text, indentation, level: level + 1, revealsSecrets, limit)
      }
    case .map(let entries):
      items(entries.count, open: "{", close: "}") { position in
        let (key, value) = entries[position]
        text += QuotedText.json(key, limit: limit) + ": "
        value.writeJSON(to: &text, indentation, level: level + 1, revealsSecrets, limit)
      }
    case .secret(let secret) where revealsSecrets:
      text += QuotedText.json(secret.revealed, limit: limit)
    case .resource(let reference): text += QuotedText.json(reference.name)
    case .string(let string): text += QuotedText.json(string, limit: limit)
    default: text += QuotedText.json(description)
    }
  }
}

/// The reason why a value is unknown: it is an attribute of a resource that does not exist yet.
public final class UnknownOrigin: Sendable {
  /// The resource's name.
  public let resource: String
  /// The attribute that was read.
  public let attribute: String
  /// Whether the value is missing for another reason, which was already reported.
  let isReported: Bool

  /// Creates the origin of an attribute that is known after apply.
  public convenience init(resource: String, attribute: String) {
    self.init(resource: resource, attribute: attribute, isReported: false)
  }

  private init(resource: String, attribute: String, isReported: Bool) {
    self.resource = resource
    self.attribute = attribute
    self.isReported = isReported
  }

  /// A part of the value is known after apply.
  static let part = UnknownOrigin(resource: "", attribute: "")

  /// The statement of the value failed, or the parameter has no value yet.
  static let failed = UnknownOrigin(resource: "", attribute: "", isReported: true)

  /// The placeholder of an unknown value in outputs.
  public static let text = "(known after apply)"
}

/// A function as a value: one of the script with its captures, or a built-in.
public struct FunctionValue: Sendable {
  enum Code: Sendable {
    /// An index into the program's functions.
    case script(Int)
    case builtin(Builtin)
    case host(HostFunction)
  }

  /// The captured values of a function, in a class so that a value stays small.
  ///
  /// A local function is visible to its neighbours before its statement runs and sets the captures,
  /// so that two functions can call each other.
  ///
  /// @unchecked: the captures are set once, on the evaluator's thread, before anyone else can have
  /// the value.
  final class Captures: @unchecked Sendable {
    /// Nil until the function's statement has run.
    private(set) var values: [Value]?

    init(_ values: [Value]? = nil) { self.values = values }

    func fill(_ values: [Value]) { self.values = values }

    /// Releases the captures, because two functions that refer to each other would never be
    /// released.
    func clear() { values = [] }
  }

  let code: Code
  let captures: Captures?

  init(code: Code, captures: Captures? = nil) {
    self.code = code
    self.captures = captures
  }

  /// The signature of a function of the host, such as `lookup(name: string)`; nil for all others.
  package var hostSignature: String? {
    if case .host(let function) = code { function.signature } else { nil }
  }
}
