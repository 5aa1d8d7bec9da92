import Foundation
import TestSupport

/// An expression in a rule of the published grammar.
indirect enum GrammarExpression {
  case terminal(String)
  case rule(String)
  /// `? … ?`: a token that is described in words.
  case described
  case sequence([GrammarExpression])
  case choice([GrammarExpression])
  case optional(GrammarExpression)
  case repetition(GrammarExpression)
}

/// The published grammar, as read from its file.
struct Grammar {
  private(set) var rules: [String: GrammarExpression] = [:]

  struct Malformed: Error { var near: String }

  static func published() throws -> Grammar {
    let file = packageFolder.appendingPathComponent("grammar/vmscript.ebnf")
    return try Grammar(String(decoding: Data(contentsOf: file), as: UTF8.self))
  }

  init(_ text: String) throws {
    var reader = Reader(tokens: Self.tokens(of: text))
    while let name = reader.next() {
      try reader.expect("=")
      rules[name] = try reader.choice()
      try reader.expect(";")
    }
  }

  private static func tokens(of text: String) -> [String] {
    var tokens: [String] = []
    var rest = Substring(text)
    while let first = rest.first {
      if first.isWhitespace {
        rest.removeFirst()
      } else if rest.hasPrefix("(*") {
        rest = rest.range(of: "*)").map { rest[$0.upperBound...] } ?? ""
      } else if first == "\"" || first == "?" {
        let body = rest.dropFirst()
        let end = body.firstIndex(of: first) ?? body.endIndex
        tokens.append(first == "?" ? "?" : "\"" + body[..<end])
        rest = body[end...].dropFirst()
      } else if first.isLetter {
        let word = rest.prefix { $0.isLetter || $0 == "_" }
        tokens.append(String(word))
        rest = rest[word.endIndex...]
      } else {
        tokens.append(String(rest.removeFirst()))
      }
    }
    return tokens
  }

  private struct Reader {
    let tokens: [String]
    var position = 0

    init(tokens: [String]) { self.tokens = tokens }

    var current: String { position < tokens.count ? tokens[position] : "" }

    mutating func next() -> String? {
      guard position < tokens.count else { return nil }
      position += 1
      return tokens[position - 1]
    }

    mutating func expect(_ token: String) throws {
      guard next() == token else {
        throw Malformed(near: tokens[max(0, position - 4)..<position].joined(separator: " "))
      }
    }

    mutating func choice() throws -> GrammarExpression {
      var choices = [try sequence()]
      while current == "|" {
        position += 1
        choices.append(try sequence())
      }
      return choices.count == 1 ? choices[0] : .choice(choices)
    }

    mutating func sequence() throws -> GrammarExpression {
      var parts: [GrammarExpression] = []
      while !["|", ";", ")", "]", "}", ""].contains(current) { parts.append(try item()) }
      return parts.count == 1 ? parts[0] : .sequence(parts)
    }

    mutating func item() throws -> GrammarExpression {
      let token = next() ?? ""
      let closers = ["(": ")", "[": "]", "{": "}"]
      if let closer = closers[token] {
        let inner = try choice()
        try expect(closer)
        return token == "(" ? inner : token == "[" ? .optional(inner) : .repetition(inner)
      }
      if token == "?" { return .described }
      return token.hasPrefix("\"") ? .terminal(String(token.dropFirst())) : .rule(token)
    }
  }
}

/// Makes sentences of a grammar.
struct SentenceGenerator {
  let grammar: Grammar
  var random: SeededGenerator

  /// Texts for the tokens that the grammar describes in words.
  private static let samples: [String: [String]] = [
    "IDENTIFIER": ["alpha", "beta", "_c", "größe", "web_1", "x"],
    "KIND": ["image", "net", "domain", "queue"], "INTEGER": ["0", "42", "1_000", "0xff"],
    "FLOAT": ["3.5", "0.25"],
    "SIZE": ["512MiB", "1.5GiB", "20G", "4K", "500MB", "17B"],
    "DURATION": ["500ms", "30s", "5m", "2h"], "ADDRESS": ["10.0.0.1", "255.255.255.255"],
    "SUBNET": ["10.0.0.0/24", "0.0.0.0/0"],
    "STRING": [
      #""text""#, #""a\n\u{1F600}\"""#, "'raw \\ ${x}'", "\"\"", "\"\"\"\n  one\n    two\n  \"\"\"",
    ],
    "INTERPOLATED": [#""a \(alpha + 1) b""#, #""\(f("\(x)"))""#, "\"\"\"\n  \\(x)\n  \"\"\""],
    "NEWLINE": ["\n"],
  ]

  /// Tokens of a sentence, to be joined with spaces.
  mutating func sentence() -> [String] {
    var tokens: [String] = []
    expand(.rule("file"), depth: 0, into: &tokens)
    return tokens
  }

  private mutating func expand(_ part: GrammarExpression, depth: Int, into tokens: inout [String]) {
    switch part {
    case .terminal(let text): tokens.append(text)
    case .described: break
    case .rule(let name):
      if let samples = Self.samples[name] {
        tokens.append(samples.randomElement(using: &random) ?? "")
      } else if let rule = grammar.rules[name] {
        expand(rule, depth: depth + 1, into: &tokens)
      }
    case .sequence(let parts):
      for part in parts { expand(part, depth: depth, into: &tokens) }
    case .choice(let choices):
      // Once the sentence is long the choice that ends soonest is taken.
      let simple = isLong(tokens, depth) ? choices.filter { isSimple($0) } : []
      guard let chosen = (simple.isEmpty ? choices : simple).randomElement(using: &random) else {
        return
      }
      expand(chosen, depth: depth, into: &tokens)
    case .optional(let inner):
      if !isLong(tokens, depth), Int.random(in: 0..<3, using: &random) == 0 {
        expand(inner, depth: depth, into: &tokens)
      }
    case .repetition(let inner):
      let limit = isLong(tokens, depth) ? 1 : depth < 4 ? 6 : 2
      for _ in 0..<Int.random(in: 0..<limit, using: &random) {
        expand(inner, depth: depth, into: &tokens)
      }
    }
  }

  private func isLong(_ tokens: [String], _ depth: Int) -> Bool { tokens.count > 80 || depth > 60 }

  /// Whether an expression needs no further nesting.
  private func isSimple(_ part: GrammarExpression) -> Bool {
    switch part {
    case .terminal, .described, .optional, .repetition: true
    case .rule(let name):
      Self.samples[name] != nil
        || ["literal", "string", "name", "conditional", "expression"].contains(name)
    case .sequence(let parts): parts.allSatisfy(isSimple)
    case .choice(let choices): choices.contains(where: isSimple)
    }
  }
}
