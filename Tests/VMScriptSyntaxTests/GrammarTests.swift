import TestSupport
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

  @Test(arguments: 1...6 as ClosedRange<UInt64>)
  func sentencesOfTheGrammarParseAndFormat(seed: UInt64) throws {
    for tokens in try sentences(500, seed: seed) {
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

  @Test func scriptsAreDerivableAndWhatIsRefusedIsNot() throws {
    let recognizer = GrammarRecognizer(try .published())
    for script in try tourScripts() + scripts(in: "Tests/Spec") {
      let codes = parsed(bytes: script.bytes).codes
      // What is wrong within a token is nothing that the rules say.
      if !codes.isEmpty, codes.allSatisfy(Self.tokenCodes.contains) { continue }
      let isDerived = GrammarTokens(script.bytes).map { recognizer.derives($0) } ?? false
      #expect(isDerived == codes.isEmpty, "\(script.name)")
    }
  }

  /// One token of a sentence is left out, put in or exchanged: mostly that is wrong, and then both
  /// the grammar and the parser have to say so.
  @Test(arguments: 1...4 as ClosedRange<UInt64>)
  func theParserTakesWhatTheGrammarDerives(seed: UInt64) throws {
    let recognizer = GrammarRecognizer(try .published())
    var random = SeededGenerator(seed: seed)
    for var tokens in try sentences(500, seed: seed + 10) where (2...150).contains(tokens.count) {
      let place = Int.random(in: 0..<tokens.count, using: &random)
      let other = Int.random(in: 0..<tokens.count, using: &random)
      switch Int.random(in: 0..<5, using: &random) {
      case 0: tokens.remove(at: place)
      case 1: tokens.insert(tokens[other], at: place)
      case 2: tokens.swapAt(place, other)
      case 3: tokens[place] = Self.words.randomElement(using: &random) ?? ""
      default: tokens.insert(Self.words.randomElement(using: &random) ?? "", at: place)
      }
      let text = tokens.joined(separator: " ")
      let isDerived = GrammarTokens(Array(text.utf8)).map { recognizer.derives($0) } ?? false
      let parsed = parsed(text)
      if isDerived != parsed.codes.isEmpty {
        Issue.record("\(parsed.result.diagnostics.map(\.message)), derived \(isDerived):\n\(text)")
        return
      }
    }
  }

  private static let tokenCodes: Set = [102, 104, 105, 106, 107, 108, 109, 110, 111]

  private static let words = """
    let param func if else for in import as return true none ( ) [ ] { } , ; : . = => ? ... ?? == < \
    + - ! x "s" 5 image clone start stop wait remove print output stack snapshot revert
    """.split(separator: " ").map(String.init) + ["\n"]

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
