/// Parses the text of an ``XMLPath``.
struct XMLPathParser {
  private typealias Malformed = XMLPath.Malformed

  /// The deepest nesting of predicates and parentheses.
  private static let maximumNesting = 16

  private var scanner: XMLScanner
  private var nesting = 0

  init(_ text: String) { scanner = XMLScanner(text) }

  /// Returns the steps of the whole text, which leads from the root to elements or an attribute.
  mutating func path() throws(XMLPath.Malformed) -> [XMLPath.Step] {
    guard scanner.isNext("/") else { throw malformed("a path begins with `/`") }
    let steps = try location()
    guard scanner.isAtEnd else { throw malformed("unexpected text") }
    if steps.last?.axis == .text {
      throw malformed("a path leads to an element or an attribute, not to a text")
    }
    return steps
  }

  /// Parses steps, with the `/` before the first of an absolute path.
  private mutating func location() throws(XMLPath.Malformed) -> [XMLPath.Step] {
    var steps: [XMLPath.Step] = []
    if !scanner.isNext("/") { steps.append(try step()) }
    while scanner.skip("/") {
      let slash = scanner.offset - 1
      if let axis = steps.last?.axis, axis == .text || axis.isAttribute {
        throw Malformed(reason: "an attribute or a text has no parts", offset: slash)
      }
      if scanner.skip("/") {
        if scanner.isNext(".") { throw malformed("a name follows `//`") }
        steps.append(XMLPath.Step(axis: .descendants))
      }
      steps.append(try step())
    }
    return steps
  }

  private mutating func step() throws(XMLPath.Malformed) -> XMLPath.Step {
    if scanner.skip("..") { return XMLPath.Step(axis: .parent) }
    if scanner.skip(".") { return XMLPath.Step(axis: .itself) }
    if scanner.skip("@") { return XMLPath.Step(axis: .attribute(try name("an attribute"))) }
    var step: XMLPath.Step
    if scanner.skip("*") {
      step = XMLPath.Step(axis: .child(nil))
    } else if scanner.skip("text()") {
      step = XMLPath.Step(axis: .text)
    } else {
      step = XMLPath.Step(axis: .child(try name("an element")))
    }
    while scanner.skip("[") {
      let start = scanner.offset
      let predicate = try nested { parser throws(XMLPath.Malformed) in try parser.either() }
      guard scanner.skip("]") else { throw malformed("`]` is missing") }
      if case .number(0) = predicate {
        throw Malformed(reason: "positions count from 1", offset: start)
      }
      step.predicates.append(predicate)
    }
    return step
  }

  private mutating func name(_ what: String) throws(XMLPath.Malformed) -> String {
    let start = scanner.offset
    guard let name = try? scanner.name() else { throw malformed("the name of \(what) is missing") }
    if name.contains("::") {
      throw Malformed(reason: "axes such as `child::` are not supported", offset: start)
    }
    guard name.split(separator: ":", omittingEmptySubsequences: false).count <= 2,
      !name.hasPrefix(":"), !name.hasSuffix(":")
    else { throw Malformed(reason: "`\(name)` is not a name", offset: start) }
    if scanner.isNext("(") {
      throw Malformed(reason: "the function `\(name)` is not supported here", offset: start)
    }
    return name
  }

  /// Parses a part that may contain itself.
  private mutating func nested(
    _ part: (inout XMLPathParser) throws(XMLPath.Malformed) -> XMLPredicate
  ) throws(XMLPath.Malformed) -> XMLPredicate {
    nesting += 1
    guard nesting <= Self.maximumNesting else { throw malformed("predicates are nested too deep") }
    scanner.skipSpace()
    let result = try part(&self)
    scanner.skipSpace()
    nesting -= 1
    return result
  }

  private mutating func either() throws(XMLPath.Malformed) -> XMLPredicate {
    var parts = [try both()]
    while word("or") { parts.append(try both()) }
    return parts.count == 1 ? parts[0] : .any(parts)
  }

  private mutating func both() throws(XMLPath.Malformed) -> XMLPredicate {
    var parts = [try comparison()]
    while word("and") { parts.append(try comparison()) }
    return parts.count == 1 ? parts[0] : .all(parts)
  }

  /// Skips a word that joins two predicates.
  private mutating func word(_ word: String) -> Bool {
    var ahead = scanner
    ahead.skipSpace()
    guard (try? ahead.name()) == word else { return false }
    ahead.skipSpace()
    scanner = ahead
    return true
  }

  private mutating func comparison() throws(XMLPath.Malformed) -> XMLPredicate {
    let first = try operand()
    var ahead = scanner
    ahead.skipSpace()
    for comparison in XMLPredicate.Comparison.allCases where ahead.skip(comparison.rawValue) {
      ahead.skipSpace()
      scanner = ahead
      return .comparison(first, comparison, try operand())
    }
    return first
  }

  private mutating func operand() throws(XMLPath.Malformed) -> XMLPredicate {
    if let number = scanner.number() {
      return .number(Double(number))
    }
    if scanner.isNext("'") || scanner.isNext("\"") {
      let start = scanner.offset
      guard let text = scanner.quoted() else {
        throw Malformed(reason: "the quote is not closed", offset: start)
      }
      return .text(text)
    }
    if scanner.skip("(") {
      let inner = try nested { parser throws(XMLPath.Malformed) in try parser.either() }
      guard scanner.skip(")") else { throw malformed("`)` is missing") }
      return inner
    }
    if let call = try call() { return call }
    let isAbsolute = scanner.isNext("/")
    return .nodes(try location(), isAbsolute: isAbsolute)
  }

  /// Parses the call of a function; nil, without skipping anything, if none comes next.
  private mutating func call() throws(XMLPath.Malformed) -> XMLPredicate? {
    var ahead = scanner
    guard let name = try? ahead.name(), let count = Self.functions[name], ahead.skip("(") else {
      return nil
    }
    scanner = ahead
    var arguments: [XMLPredicate] = []
    scanner.skipSpace()
    let start = scanner.offset
    while arguments.count < count {
      if !arguments.isEmpty, !scanner.skip(",") { throw malformed("`,` is missing") }
      arguments.append(try nested { parser throws(XMLPath.Malformed) in try parser.either() })
    }
    guard scanner.skip(")") else { throw malformed("`)` is missing") }
    switch name {
    case "not": return .not(arguments[0])
    case "count":
      guard case .nodes = arguments[0] else {
        throw Malformed(reason: "`count` takes a path", offset: start)
      }
      return .count(arguments[0])
    case "contains": return .contains(arguments[0], arguments[1])
    case "starts-with": return .startsWith(arguments[0], arguments[1])
    case "last": return .last
    default: return .position
    }
  }

  /// The functions, with the number of their arguments.
  private static let functions = [
    "not": 1, "count": 1, "contains": 2, "starts-with": 2, "last": 0, "position": 0,
  ]

  private func malformed(_ reason: String) -> XMLPath.Malformed {
    Malformed(reason: reason, offset: scanner.offset)
  }
}

extension XMLPath.Axis {
  fileprivate var isAttribute: Bool { if case .attribute = self { true } else { false } }
}
