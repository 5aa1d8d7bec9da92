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
  /// Not known before the plan was applied; flows through expressions.
  case unknown(UnknownOrigin)

  /// Whether the value is, or holds, something that is known only after the plan was applied.
  public var isUnknown: Bool {
    switch self {
    case .unknown: true
    case .list(let items): items.contains(where: \.isUnknown)
    case .map(let entries): entries.values.contains(where: \.isUnknown)
    default: false
    }
  }

  /// Whether the value is, or holds, a secret.
  var holdsSecret: Bool {
    switch self {
    case .secret: true
    case .list(let items): items.contains(where: \.holdsSecret)
    case .map(let entries): entries.values.contains(where: \.holdsSecret)
    default: false
    }
  }
}

// Values as Swift writes them: `["replicas": 3, "zones": ["a", "b"], "note": .none]`.

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
  /// A map in the order of the literal; of a key that stands twice the last value counts.
  public init(dictionaryLiteral elements: (String, Value)...) {
    self = .map(ValueMap(elements))
  }
}

extension Value {
  /// Reads a JSON text, the order of its keys kept; whole numbers are ints.
  ///
  ///     let ports = try Value(json: "[80, 443]")
  ///
  /// - Throws: ``MalformedText`` with the place of what is wrong.
  public init(json text: String) throws(MalformedText) { self = try JSONReader.value(text) }
}

extension Value: Equatable {
  /// Equality of the language: by content; an int equals the float of the same number; functions
  /// are never equal.
  public static func == (a: Value, b: Value) -> Bool {
    var count = 0
    return areEqual(a, b, counting: &count)
  }

  /// - Parameter count: grows by the members and bytes that are compared.
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
  /// An int or a float as a float.
  var number: Double? {
    switch self {
    case .int(let number): Double(number)
    case .float(let number): number
    default: nil
    }
  }

  /// Whether this comes before `other`; nil where the two have no order.
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

  /// `self in container`, which is neither a list nor a string; nil where that means nothing.
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
  /// The value as `print` and interpolation show it: strings bare at the top, quoted within lists and maps.
  public var description: String {
    if case .string(let text) = self { return text }
    return literal
  }

  /// The value as the language would write it.
  public var literal: String { literal(limit: .max) }

  /// The literal, or more of its beginning than `limit` bytes where it is longer.
  func literal(limit: Int) -> String {
    var text = ""
    write(to: &text, limit: limit)
    return text
  }

  /// The beginning of the literal, for messages.
  public var excerpt: String { excerpt(80) }

  /// The literal, cut after so many characters; takes no longer than that is.
  public func excerpt(_ limit: Int) -> String {
    var text = ""
    write(to: &text, limit: limit * 4)
    return VMScript.excerpt(text, limit)
  }

  /// Appends the literal; of lists and maps no more once the text has `limit` bytes.
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

  /// A key of a map as the language writes it: bare if it is a word.
  static func key(_ text: String, limit: Int = .max) -> String {
    Identifier.hasForm(text) ? text : QuotedText.literal(text, limit: limit)
  }
}

extension Value {
  /// The value as JSON text, order kept; sizes, durations and addresses are strings, secrets and
  /// unknown values the words that stand for them.
  ///
  /// - Parameter indentation: spaces a level; nil gives one line.
  public func json(indentation: Int? = 2) -> String {
    json(indentation: indentation, revealsSecrets: false)
  }

  /// - Parameters:
  ///   - revealsSecrets: for a text that is a secret itself.
  ///   - limit: bytes after which the rest is left out.
  func json(indentation: Int?, revealsSecrets: Bool, limit: Int = .max) -> String {
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

/// Why a value is not known: it is an attribute of something that does not exist yet.
public final class UnknownOrigin: Sendable {
  /// The resource's name.
  public let resource: String
  /// The attribute that was read.
  public let attribute: String
  /// Whether the value is missing for another reason, of which nothing more needs to be said.
  let isReported: Bool

  /// The origin of an attribute that is known after apply.
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

  /// The statement that should give the value failed, or nobody gave the parameter yet.
  static let failed = UnknownOrigin(resource: "", attribute: "", isReported: true)

  /// What stands for an unknown value in outputs.
  public static let text = "(known after apply)"
}

/// A function as a value: one of the script's, with what it captured, or a built-in.
public struct FunctionValue: Sendable {
  enum Code: Sendable {
    /// Index into the program's functions.
    case script(Int)
    case builtin(Builtin)
    case host(HostFunction)
  }

  /// The values of outer scopes that the function uses; in a class so that a value stays small.
  ///
  /// A local function is known to its neighbours before its statement runs, which fills it in: that
  /// is how two of them can call each other. Filled once, by the evaluator's thread, before anyone
  /// else can have the value; hence Sendable.
  final class Captures: @unchecked Sendable {
    /// Nil until the function's statement ran.
    private(set) var values: [Value]?

    init(_ values: [Value]? = nil) { self.values = values }

    func fill(_ values: [Value]) { self.values = values }

    /// Lets go of what it holds, for two functions that hold each other would never go.
    func clear() { values = [] }
  }

  let code: Code
  let captures: Captures?

  init(code: Code, captures: Captures? = nil) {
    self.code = code
    self.captures = captures
  }

  /// The signature of a function of the host's, such as `lookup(name: string)`; nil for all others.
  package var hostSignature: String? {
    if case .host(let function) = code { function.signature } else { nil }
  }
}
