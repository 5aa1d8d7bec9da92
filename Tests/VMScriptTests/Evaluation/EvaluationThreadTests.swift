import Foundation
import Synchronization
import Testing

@testable import VMScript

/// Where evaluations run: threads with deep stacks that are used again.
@Suite struct EvaluationThreadTests {
  /// An object that a host function captures.
  private final class Ledger: Sendable {
    func cores() -> Int { 7 }
  }

  /// Evaluates with a host function that holds a ledger; gives the ledger as nobody else holds it.
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
