import Synchronization
import VMScript
import VMScriptPlan
import VMScriptRuntime
import VMScriptTerminal

/// Work that goes on elsewhere while the shell's thread waits for it, for Ctrl-C and for questions.
final class Work<T: Sendable>: Sendable {
  /// What the shell's thread does for the work.
  struct Attendance {
    /// Puts a question to the user.
    let answer: (Plan) -> Bool
    /// Called once the work has taken two seconds, and whenever the shell is woken after that.
    let delayed: () -> Void
    /// Called some time after the first Ctrl-C, if the work has not ended by then.
    let cancelling: () -> Void
    /// Called at each further Ctrl-C, so that the work ends; nil leaves it behind at the first one.
    let insist: (() -> Void)?
  }

  private struct State {
    var result: T?
    var question: (plan: Plan, answer: CheckedContinuation<Bool, Never>)?
  }

  /// How long work may take to end before one is told that it is being cancelled, in milliseconds.
  private static var patience: Int32 { 300 }
  /// How long work may take until it is said what it waits for.
  private static var noticeAfter: Duration { .seconds(2) }

  private let state = Mutex(State())
  private let pipe: SignalPipe

  init(_ pipe: SignalPipe) { self.pipe = pipe }

  /// Asks the user whether a plan is to be applied; called by the work.
  func ask(_ plan: Plan) async -> Bool {
    await withCheckedContinuation { continuation in
      state.withLock { $0.question = (plan, continuation) }
      pipe.wake()
    }
  }

  /// Starts work and waits for it; the first Ctrl-C cancels it.
  ///
  /// - Returns: what the work gives; nil if it was left behind.
  func run(
    _ keys: KeyReader, _ attendance: Attendance,
    _ body: @escaping @Sendable (Work<T>) async -> T
  ) -> T? {
    let task = Task.detached { [self] in
      let result = await body(self)
      state.withLock { $0.result = result }
      pipe.wake()
    }
    var (isCancelled, isTold) = (false, false)
    let notice = ContinuousClock.now + Self.noticeAfter
    while true {
      let rest = notice - .now
      let limit = rest > .zero ? Int32(rest / .milliseconds(1)) + 1 : -1
      let events = keys.nextSignals(within: isCancelled && !isTold ? Self.patience : limit)
      if let result = state.withLock(\.result) { return result }
      if let (plan, continuation) = state.withLock({ $0.question.take() }) {
        continuation.resume(returning: attendance.answer(plan))
      }
      if events.contains(.interrupt) {
        guard let insist = attendance.insist else {
          task.cancel()
          return nil
        }
        if isCancelled { insist() } else { task.cancel() }
        isCancelled = true
      } else if isCancelled, !isTold, events.isEmpty {
        isTold = true
        attendance.cancelling()
      } else if !isCancelled, notice <= .now {
        attendance.delayed()
      }
    }
  }
}
