import Dispatch
import Testing

@testable import VMScript

/// Limits that no script can exceed, and cancellation.
@Suite struct LimitsTests {
  private func codes(_ engine: Engine, _ text: String, _ options: EvaluationOptions = .init())
    -> [Int]
  {
    let compiled = engine.compilation(of: SourceText(name: "t", text: text))
    let outcome = compiled.program?.evaluate(options)
    return (compiled.diagnostics + (outcome?.diagnostics ?? [])).map(\.code.number)
  }

  private static let endless = "func f() { for i in 1...1000000000000 { } }\nf()"

  @Test func limitsOfTheEngineHoldUnlessOptionsSayOtherwise() {
    let engine = Engine(limits: Limits(steps: 100))
    let text = "let x = [i for i in 1...200]"
    #expect(codes(engine, text) == [410])
    #expect(codes(engine, text, EvaluationOptions(limits: Limits(steps: 10_000))) == [])
  }

  @Test(arguments: [
    (Limits(steps: 10_000), endless, 410),
    (Limits(time: .milliseconds(20)), endless, 417),
    (Limits(depth: 10), "func f(n) = n == 0 ? 0 : f(n - 1)\nf(11)", 412),
    (
      Limits(memory: .mib(1)),
      "func f(s, n) = n == 0 ? s : f(s + s, n - 1)\nprint f('ab', 30).count", 411
    ),
    (Limits(output: .kib(1)), "for i in 1...1000 { print 'ten bytes.' }", 416),
    (Limits(memory: .mib(1)), "let fs = [x => x + a + b for a in 1...1000000 for b in 1...2]", 411),
    (Limits(memory: .mib(1)), "let big = make()", 411),
  ])
  func eachEndsTheEvaluation(limits: Limits, text: String, code: Int) {
    var engine = Engine(limits: limits)
    engine.function("make") { Array(repeating: 1, count: 1_000_000) }
    #expect(codes(engine, text) == [code])
  }

  @Test func anEvaluationIsCalledOffFromAnotherThread() throws {
    let program = try Engine().compile(.text(Self.endless))
    let cancellation = Cancellation()
    DispatchQueue.global().asyncAfter(deadline: .now() + 0.05) { cancellation.cancel() }
    let outcome = program.evaluate(EvaluationOptions(cancellation: cancellation))
    #expect(outcome.diagnostics.map(\.code.number) == [418])
    let later = program.evaluate(EvaluationOptions(cancellation: cancellation))
    #expect(later.diagnostics.map(\.code.number) == [418])
  }

  @Test func errorsAreNoMoreThanAHundred() {
    let text = (1...20_000).map { "let a\($0) = b\($0)" }.joined(separator: "\n")
    let compiled = Engine().compilation(of: SourceText(name: "t", text: text))
    #expect(compiled.diagnostics.count <= 102)
    #expect(compiled.diagnostics.contains { $0.code.number == 415 })
  }

  @Test func devicesWithoutEndAreNotRead() {
    let engine = Engine(access: .local)
    #expect(codes(engine, "let x = read('/dev/zero')") == [414])
    #expect(codes(engine, "let x = read(\"/etc/hostname\\u{0}\")") == [414])
    #expect(codes(Engine(), "let x = read('/etc/hostname')") == [413])
  }
}
