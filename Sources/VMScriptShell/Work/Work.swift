import Foundation
import Synchronization
import VMScript
import VMScriptRuntime
import VMScriptTerminal

/// Work that goes on elsewhere while the shell's thread waits for it, for Ctrl-C and for questions.
final class Work<T: Sendable>: Sendable {
  private struct State {
    var result: T?
    var question: (plan: Plan, answer: CheckedContinuation<Bool, Never>)?
  }

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

  /// Starts work and waits for it.
  ///
  /// The first Ctrl-C cancels it; the second one waits no longer.
  ///
  /// - Parameters:
  ///   - answer: puts a question to the user.
  ///   - cancelling: called at the first Ctrl-C.
  /// - Returns: what the work gives; nil if it was not waited for to its end.
  func run(
    _ keys: KeyReader, answer: (Plan) -> Bool, cancelling: () -> Void,
    _ body: @escaping @Sendable (Work<T>) async -> T
  ) -> T? {
    let task = Task.detached { [self] in
      let result = await body(self)
      state.withLock { $0.result = result }
      pipe.wake()
    }
    var isCancelled = false
    while true {
      let events = keys.nextSignals()
      if let result = state.withLock(\.result) { return result }
      if let (plan, continuation) = state.withLock({ $0.question.take() }) {
        continuation.resume(returning: answer(plan))
      }
      guard events.contains(.interrupt) else { continue }
      if isCancelled { return nil }
      isCancelled = true
      task.cancel()
      cancelling()
    }
  }
}
