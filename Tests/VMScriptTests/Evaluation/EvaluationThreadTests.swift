import Foundation
import Synchronization
import Testing
import VMScriptSyntax

@testable import VMScript

/// The threads of evaluations, which have deep stacks and are reused.
@Suite struct EvaluationThreadTests {
  /// An object that a host function captures.
  private final class Ledger: Sendable {
    func cores() -> Int { 7 }
  }

  /// Evaluates with a host function that captures a ledger; returns a weak reference to it.
  private func evaluateWithLedger() throws -> () -> Ledger? {
    let ledger = Ledger()
    var engine = Engine()
    engine.function("cores") { ledger.cores() }
    let outcome = try engine.compile(.text("output x = cores()")).evaluate()
    #expect(outcome.outputs["x"] == 7)
    return { [weak ledger] in ledger }
  }

  @Test func nothingOfAnEvaluationOutlivesIt() throws {
    for _ in 0..<500 {
      let ledger = try evaluateWithLedger()
      #expect(ledger() == nil)
    }
  }

  @Test func capturedObjectsAreReleasedBeforeTheCallerContinues() {
    func run() -> () -> Ledger? {
      let ledger = Ledger()
      let cores: Int? = EvaluationThread.run { ledger.cores() }
      #expect(cores == 7)
      return { [weak ledger] in ledger }
    }
    for _ in 0..<500 { #expect(run()() == nil) }
  }

  @Test func evaluationsWithinEvaluationsTakeAsManyThreadsAsTheyNeed() {
    @Sendable func nested(_ levels: Int) -> Int {
      guard levels > 0 else { return 0 }
      let inner: Int? = EvaluationThread.run { nested(levels - 1) }
      return inner.map { $0 + 1 } ?? -1
    }
    #expect(nested(100) == 100)
    #expect(nested(100) == 100)
  }

  @Test func manyThreadsEvaluateAtOnceAgainAndAgain() throws {
    let program = try Engine().compile(.text("param n: int\noutput x = [i * n for i in 0...n]"))
    let failures = Mutex(0)
    let group = DispatchGroup()
    for number in 1...100 {
      group.enter()
      Thread.detachNewThread {
        defer { group.leave() }
        for _ in 0..<20 {
          let outcome = program.evaluate(EvaluationOptions(values: ["n": .int(Int64(number))]))
          guard case .list(let items) = outcome.outputs["x"],
            items.last == .int(Int64(number * number))
          else {
            failures.withLock { $0 += 1 }
            continue
          }
        }
      }
    }
    group.wait()
    #expect(failures.withLock(\.self) == 0)
  }

  @Test func aThreadThatWentDeepGoesDeepAgain() throws {
    let program = try Engine().compile(
      .text("func f(n) = n == 0 ? 0 : 1 + f(n - 1)\noutput x = f(990)"))
    for _ in 0..<5 { #expect(program.evaluate().outputs["x"] == 990) }
  }
}

/// Scripts that are large in one way or another: read, or refused, in proportion to their size.
@Suite struct LargeInputTests {
  @Test func aLineOfTenMegabytesIsEvaluated() {
    let ran = run("output n = len(\"\(String(repeating: "a", count: 10_000_000))\")")
    #expect(ran.messages == [])
    #expect(ran.output("n") == .int(10_000_000))
  }

  @Test(arguments: ["(", "[", "{ a: ", "-(", "f(", "\"\\(", "if true { "])
  func nestingOfAHundredThousandIsRefused(_ piece: String) {
    let ran = run("let x = 1\n" + String(repeating: piece, count: 100_000))
    #expect(ran.codes.contains(112))
    #expect(ran.outcome == nil)
  }

  @Test func aHundredThousandStatementsNeitherNestNorSlowDown() {
    let text = (0..<100_000).map { "let a\($0) = \($0)" }.joined(separator: "\n")
    let ran = run(text + "\noutput last = a99999")
    #expect(ran.messages == [])
    #expect(ran.output("last") == .int(99_999))
  }

  @Test func aLongTextInAMessageIsCut() throws {
    let ran = run("domain a { memory = \"\(String(repeating: "x", count: 100_000))\" }")
    #expect(ran.codes == [213])
    #expect(try #require(ran.messages.first).count < 200)
  }

  @Test func afterAHundredErrorsNoMoreAreShown() {
    let ran = run("for i in 1...1000 { domain \"a/\\(i)\" { } }")
    #expect(ran.codes.count == 101)
    #expect(ran.codes.last == 415)
  }
}
