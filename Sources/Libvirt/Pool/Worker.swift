import Foundation

// @unchecked: `jobs` and `isClosed` are only touched while `condition` is held.

/// A queue of jobs that threads of its own work off, in order.
///
/// `Context` is what each thread keeps for itself from job to job.
final class Worker<Context>: @unchecked Sendable {
  typealias Job = @Sendable (inout Context) -> Void

  private let condition = NSCondition()
  private var jobs: [Job] = []
  private var isClosed = false

  /// Starts the threads; `ended` runs on each after its context is gone.
  init(
    name: String, threads: Int, context: @escaping @Sendable () -> Context,
    ended: @escaping @Sendable () -> Void = {}
  ) {
    for _ in 0..<threads {
      let thread = Thread { [self] in
        BrokenPipe.becomesErrorOnThisThread()
        work(context())
        ended()
      }
      thread.name = name
      thread.start()
    }
  }

  /// Adds a job; false when the queue is closed.
  @discardableResult
  func submit(_ job: @escaping Job) -> Bool {
    condition.withLock {
      guard !isClosed else { return false }
      jobs.append(job)
      condition.signal()
      return true
    }
  }

  /// Takes no more jobs; those that wait are still done.
  func close() {
    condition.withLock {
      isClosed = true
      condition.broadcast()
    }
  }

  private func work(_ initial: Context) {
    var context = initial
    while let job = next() { job(&context) }
  }

  private func next() -> Job? {
    condition.withLock {
      while jobs.isEmpty && !isClosed { condition.wait() }
      return jobs.isEmpty ? nil : jobs.removeFirst()
    }
  }
}

/// For what may block and must not hold up its caller, such as taking back a registration.
let housekeeping = Worker<Void>(name: "libvirt-housekeeping", threads: 1, context: {})
