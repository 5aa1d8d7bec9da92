import Synchronization
import Testing
import VMScriptSyntax

@testable import VMScriptPlan
@testable import VMScriptRuntime

@Suite struct ChangeSchedulerTests {
  private func changes(_ dependencies: [[Int]]) -> [Change] {
    dependencies.enumerated().map { id, needed in
      Change(id: id, action: .create, kind: .domain, name: "d\(id)", dependencies: needed)
    }
  }

  /// The completed changes, in the order of completion.
  private final class Log: Sendable {
    private let entries = Mutex<[Int]>([])
    var order: [Int] { entries.withLock(\.self) }
    func add(_ id: Int) { entries.withLock { $0.append(id) } }
  }

  @Test(arguments: [1, 3])
  func dependenciesComeFirst(jobs: Int) async throws {
    let log = Log()
    let outcome = await ChangeScheduler(jobs: jobs).apply(changes([[1, 2], [2], [], [0]])) {
      log.add($0.id)
    }
    #expect(log.order == [2, 1, 0, 3])
    #expect(outcome.changes.allSatisfy { $0.result == .done && $0.milliseconds != nil })
    #expect(outcome.diagnostics.isEmpty)
  }

  @Test func neverMoreThanJobsAreInFlight() async {
    let counts = Mutex((now: 0, most: 0))
    _ = await ChangeScheduler(jobs: 3).apply(changes(Array(repeating: [], count: 40))) { _ in
      counts.withLock { counts in
        counts.now += 1
        counts.most = max(counts.most, counts.now)
      }
      await Task.yield()
      counts.withLock { $0.now -= 1 }
    }
    #expect(counts.withLock(\.most) <= 3)
  }

  @Test func aFailureSkipsItsDependentsAndNoOthers() async {
    let skipped = Mutex<[String]>([])
    let scheduler = ChangeScheduler(
      jobs: 2,
      progress: { event in
        if case .skipped(let change, because: "d0") = event {
          skipped.withLock { $0.append(change.name) }
        }
      })
    let outcome = await scheduler.apply(changes([[], [0], [1], []])) {
      change throws(Diagnostic) in
      if change.id == 0 { throw Diagnostic(code: DiagnosticCode(701), "no") }
    }
    #expect(
      outcome.changes.map(\.result) == [
        .failed, .skipped(because: "d0"), .skipped(because: "d0"), .done,
      ])
    #expect(outcome.diagnostics.map(\.code.number) == [701])
    #expect(skipped.withLock(\.self) == ["d1", "d2"])
  }

  @Test func anErrorThatEndsEverythingLeavesTheRest() async {
    let scheduler = ChangeScheduler(jobs: 1, isFatal: { $0.code.number == 702 })
    let outcome = await scheduler.apply(changes([[], [], []])) { _ throws(Diagnostic) in
      throw Diagnostic(code: DiagnosticCode(702), "lost")
    }
    #expect(outcome.changes.map(\.result) == [.failed, .notAttempted, .notAttempted])
  }

  @Test func cancellingFinishesWhatIsInFlight() async {
    let (started, start) = AsyncStream<Void>.makeStream()
    let (released, release) = AsyncStream<Void>.makeStream()
    let changes = changes([[], [0]])
    let run = Task {
      await ChangeScheduler(jobs: 2).apply(changes) { _ in
        start.yield()
        for await _ in released { break }
      }
    }
    for await _ in started { break }
    run.cancel()
    release.yield()
    let outcome = await run.value
    #expect(outcome.changes.map(\.result) == [.done, .notAttempted])
  }

  @Test func nothingToDoIsDone() async {
    let outcome = await ChangeScheduler(jobs: 0).apply([]) { _ in }
    #expect(outcome.changes.isEmpty)
  }
}
