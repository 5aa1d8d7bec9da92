import Dispatch
import Synchronization

/// Work that blocks a thread, done off the cooperative pool.
package enum BlockingWork {
  /// Set once the surrounding task is cancelled; long work looks at it between two steps.
  package final class Cancellation: Sendable {
    private let flag = Atomic<Bool>(false)

    package init() {}

    package func cancel() { flag.store(true, ordering: .relaxed) }
    package var isCancelled: Bool { flag.load(ordering: .relaxed) }
    package func check() throws {
      if isCancelled { throw CancellationError() }
    }
  }

  /// Runs `body` on a thread of its own and hands its result back.
  package static func run<T: Sendable>(_ body: @escaping @Sendable (Cancellation) throws -> T)
    async throws
    -> T
  {
    let cancellation = Cancellation()
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        DispatchQueue.global().async {
          continuation.resume(with: Result { try body(cancellation) })
        }
      }
    } onCancel: {
      cancellation.cancel()
    }
  }
}
