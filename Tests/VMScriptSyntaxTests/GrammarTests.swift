import Testing

@testable import VMScriptSyntax

/// The published grammar and the parser are held to each other.
@Suite struct GrammarTests {
  private func sentences(_ count: Int, seed: UInt64) throws -> [[String]] {
    var generator = SentenceGenerator(
      grammar: try Grammar.published(), random: SeededGenerator(seed: seed))
    return (0..<count).map { _ in generator.sentence() }
  }

  @Test func everyRuleThatIsUsedIsDefined() throws {
    let grammar = try Grammar.published()
    func check(_ part: GrammarExpression) {
      switch part {
      case .rule(let name): #expect(grammar.rules[name] != nil, "\(name)")
      case .sequence(let parts), .choice(let parts): parts.forEach(check)
      case .optional(let inner), .repetition(let inner): check(inner)
      case .terminal, .described: break
      }
    }
    grammar.rules.values.forEach(check)
  }

  @Test func sentencesOfTheGrammarParseAndFormat() throws {
    for tokens in try sentences(3_000, seed: 1) {
      let text = tokens.joined(separator: " ")
      let parsed = parsed(text)
      if !parsed.codes.isEmpty {
        Issue.record("\(parsed.result.diagnostics.map(\.message)) in:\n\(text)")
        return
      }
      let once = formatted(text)
      if VMScriptSyntaxTests.parsed(once).description != parsed.description {
        Issue.record("formatting changed the meaning of:\n\(text)\ninto:\n\(once)")
        return
      }
      if formatted(once) != once {
        Issue.record("formatting twice changes:\n\(once)\ninto:\n\(formatted(once))")
        return
      }
    }
  }

  @Test func mutatedSentencesNeitherCrashNorHang() throws {
    var random = SeededGenerator(seed: 2)
    for tokens in try sentences(1_500, seed: 3) where !tokens.isEmpty {
      var bytes = Array(tokens.joined(separator: " ").utf8)
      for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<3, using: &random) {
        case 0: bytes.remove(at: place)
        case 1: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
        default: bytes.insert(contentsOf: bytes[0..<min(place, 8)], at: place)
        }
      }
      let parsed = parsed(bytes: bytes)
      let renderer = DiagnosticRenderer(sources: parsed.sources, color: false)
      for diagnostic in parsed.result.diagnostics {
        #expect(diagnostic.primary.map { Int($0.span.end) <= bytes.count } ?? false)
        #expect(!renderer.render(diagnostic).isEmpty)
      }
    }
  }
}
