/// The reason why a text is not in the expected format.
public struct MalformedText: Error, Sendable {
  /// The error and its place, in a few words.
  public let reason: String
}

/// Reads YAML 1.2 (core schema) into values, with the order of keys kept.
///
/// A document contains maps with string keys, lists and scalars. Merge keys (`<<`) are applied, and
/// aliases repeat their nodes. Constructs that would lose information are refused: other tags,
/// further documents, duplicate keys, keys that are not scalars, infinite numbers.
struct YAMLReader {
  private let events: YAMLEvents
  private var budget: ReadingBudget
  /// The values of the anchors so far, with the number of their nodes; nil while a node is being
  /// read.
  private var anchors: [String: (value: Value, nodes: Int)?] = [:]
  /// The number of nodes so far, including those of aliases.
  private var nodes = 0
  /// The largest number of nodes. A few lines of aliases could expand to more than any memory.
  private let maximumNodes: Int
  private var depth = 0

  private static let maximumDepth = 200

  private init(_ text: String, _ bounds: ReadBounds) {
    events = YAMLEvents(text)
    budget = ReadingBudget(bounds)
    maximumNodes = 1000 + 4 * text.utf8.count
  }

  /// Returns the value of a text with one document, or none.
  ///
  /// - Throws: ``MalformedText``, or ``OutOfBounds`` if the value exceeds the bounds.
  static func value(_ text: String, bounds: ReadBounds = ReadBounds()) throws -> Value {
    var reader = YAMLReader(text, bounds)
    guard case .documentStart = try reader.events.next() else { return .none }
    let value = try reader.value(after: try reader.events.next())
    _ = try reader.events.next()
    guard case .end = try reader.events.next() else {
      throw reader.problem("it contains several documents, but only one can be read")
    }
    return value
  }

  private mutating func value(after event: YAMLEvents.Event) throws -> Value {
    try count(1)
    try budget.takeElement()
    switch event {
    case .scalar(let text, let isPlain, let properties):
      try budget.take(text.utf8.count)
      return try anchored(properties) { reader in
        try reader.scalar(text, isPlain: isPlain, tag: properties.tag)
      }
    case .sequenceStart(let properties):
      try require(properties.tag, "seq", "a list")
      return try anchored(properties) { try $0.nested { try $0.sequence() } }
    case .mappingStart(let properties):
      try require(properties.tag, "map", "a map")
      return try anchored(properties) { try $0.nested { try $0.mapping() } }
    case .alias(let name):
      guard let known = anchors[name] else { throw problem("there is no anchor `&\(name)`") }
      guard let known else { throw problem("`*\(name)` is inside its own anchor") }
      try count(known.nodes)
      return known.value
    case .documentStart, .documentEnd, .end, .sequenceEnd, .mappingEnd:
      throw problem("a value is missing")
    }
  }

  /// Reads a node, which may have an anchor.
  private mutating func anchored(
    _ properties: YAMLEvents.Properties, _ read: (inout YAMLReader) throws -> Value
  ) throws -> Value {
    guard let name = properties.anchor else { return try read(&self) }
    let before = nodes
    anchors[name] = .some(nil)
    let value = try read(&self)
    anchors[name] = (value, nodes - before)
    return value
  }

  private mutating func nested(_ read: (inout YAMLReader) throws -> Value) throws -> Value {
    depth += 1
    guard depth <= Self.maximumDepth else {
      throw MalformedText(reason: "it is nested more than \(Self.maximumDepth) deep")
    }
    defer { depth -= 1 }
    return try read(&self)
  }

  private mutating func sequence() throws -> Value {
    var items: [Value] = []
    while true {
      let event = try events.next()
      if case .sequenceEnd = event { return .list(items) }
      items.append(try value(after: event))
    }
  }

  private mutating func mapping() throws -> Value {
    var entries = ValueMap()
    var merged: ValueMap?
    while true {
      let event = try events.next()
      if case .mappingEnd = event { break }
      let line = events.line
      let (key, isMerge) = try self.key(event)
      try count(1)
      try budget.takeEntry(key)
      guard isMerge ? merged == nil : entries[key] == nil else {
        throw MalformedText(
          reason: "the key \(QuotedKey.shown(key)) occurs twice at line \(line)")
      }
      let value = try value(after: try events.next())
      if isMerge { merged = try merge(value, line) } else { entries[key] = value }
    }
    guard var merged else { return .map(entries) }
    merged.merge(entries) { $1 }
    return .map(merged)
  }

  /// Returns the text of a key, and whether it merges other maps into this one.
  private mutating func key(_ event: YAMLEvents.Event) throws -> (text: String, isMerge: Bool) {
    switch event {
    case .scalar(let text, let isPlain, let properties):
      if let anchor = properties.anchor { anchors[anchor] = (.string(text), 1) }
      return (text, text == "<<" && isPlain && properties.tag == nil)
    case .alias:
      if case .string(let text) = try value(after: event) { return (text, false) }
    default: break
    }
    throw problem("a key must be a string, not a list or a map,")
  }

  /// Returns the entries that a merge key adds; of several maps the first one takes precedence.
  private mutating func merge(_ value: Value, _ line: Int) throws -> ValueMap {
    var result = ValueMap()
    let maps = if case .list(let items) = value { items } else { [value] }
    for map in maps {
      guard case .map(let entries) = map else {
        throw MalformedText(reason: "`<<` takes a map or a list of maps at line \(line)")
      }
      for (key, value) in entries where result[key] == nil {
        try count(1)
        try budget.takeEntry(key)
        result[key] = value
      }
    }
    return result
  }

  private mutating func count(_ more: Int) throws {
    nodes += more
    guard nodes <= maximumNodes else {
      throw MalformedText(reason: "its aliases expand to too many nodes")
    }
  }

  private func problem(_ reason: String) -> MalformedText {
    MalformedText(reason: "\(reason) at line \(events.line)")
  }

  // MARK: Tags and scalars

  private static let prefix = "tag:yaml.org,2002:"

  /// Refuses a tag that declares a list or a map to be something else.
  private func require(_ tag: String?, _ own: String, _ what: String) throws {
    guard let tag, tag != "!", tag != Self.prefix + own else { return }
    throw unknownTag(tag)
  }

  private func unknownTag(_ tag: String) -> MalformedText {
    let name = tag.hasPrefix(Self.prefix) ? "!!\(tag.dropFirst(Self.prefix.count))" : tag
    return problem("the tag `\(name)` is not known")
  }

  private func scalar(_ text: String, isPlain: Bool, tag: String?) throws -> Value {
    guard let tag else { return isPlain ? try plain(text) : .string(text) }
    if tag == "!" || tag == Self.prefix + "str" { return .string(text) }
    guard tag.hasPrefix(Self.prefix) else { throw unknownTag(tag) }
    let type = tag.dropFirst(Self.prefix.count)
    switch (type, try plain(text)) {
    case ("null", .none): return .none
    case ("bool", .bool(let flag)): return .bool(flag)
    case ("int", .int(let number)): return .int(number)
    case ("float", .float(let number)): return .float(number)
    case ("float", .int(let number)): return .float(Double(number))
    case ("null", _), ("bool", _), ("int", _), ("float", _):
      throw problem("\(QuotedKey.shown(text)) does not fit the tag `!!\(type)`")
    default: throw unknownTag(tag)
    }
  }

  /// Returns the value of a scalar without quotes, by YAML's core schema.
  private func plain(_ text: String) throws -> Value {
    switch text {
    case "", "~", "null", "Null", "NULL": return .none
    case "true", "True", "TRUE": return .bool(true)
    case "false", "False", "FALSE": return .bool(false)
    case ".nan", ".NaN", ".NAN": throw problem("`\(text)` is not a supported number")
    default: break
    }
    let unsigned = text.hasPrefix("-") || text.hasPrefix("+") ? text.dropFirst() : text[...]
    if [".inf", ".Inf", ".INF"].contains(unsigned) {
      throw problem("`\(text)` is not a supported number")
    }
    if let number = Int64(text) { return .int(number) }
    for (prefix, radix) in [("0x", 16), ("0o", 8)] where text.hasPrefix(prefix) {
      let digits = text.dropFirst(2)
      guard !digits.isEmpty, digits.utf8.allSatisfy({ Self.isDigit($0, radix) }) else { continue }
      guard let number = Int64(digits, radix: radix) else {
        throw problem("`\(text)` is out of range")
      }
      return .int(number)
    }
    if let number = Double(decimal: text) { return .float(number) }
    return .string(text)
  }

  private static func isDigit(_ byte: UInt8, _ radix: Int) -> Bool {
    Int(String(UnicodeScalar(byte)), radix: radix) != nil
  }
}

/// Keys in the notation of messages.
enum QuotedKey {
  static func shown(_ text: String) -> String { Value.string(text).excerpt }
}

extension Value {
  /// Reads a YAML text with one document.
  ///
  /// - Throws: ``MalformedText``, and an error for a text that exceeds the bounds of a script.
  package static func yaml(_ text: String) throws -> Value { try YAMLReader.value(text) }
}
