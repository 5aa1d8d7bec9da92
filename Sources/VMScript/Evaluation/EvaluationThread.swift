import Foundation
import Synchronization

/// A thread with enough stack for deep recursion.
///
/// Starting a thread takes longer than most evaluations, and makes others wait while the process
/// allocates and releases memory for its stack. So a finished thread waits briefly for more work.
/// Evaluations leave nothing behind but these few threads, which end soon after the last one.
final class EvaluationThread: Sendable {
  /// The stack of an evaluation in bytes; enough for ``Limits/depth`` calls of deep expressions.
  private static let stackSize = 1 << 29
  /// The longest wait of a thread for work.
  private static let patience = DispatchTimeInterval.seconds(1)
  /// The number of evaluations on one thread, so that stack pages touched by a deep one are
  /// eventually released.
  private static let mostUses = 10_000
  /// The largest number of waiting threads; further ones end when they are done.
  private static let mostIdle = 64
  /// The waiting threads, most recently used last.
  private static let idle = Locked<[EvaluationThread]>([])

  /// A unit of work. Each has its own signal, because the next one may arrive before the caller of
  /// this one has seen its end.
  private struct Assignment {
    let work: @Sendable () -> Void
    let isDone: DispatchSemaphore
  }

  private let assignment = Mutex<Assignment?>(nil)
  private let hasWork = DispatchSemaphore(value: 0)

  /// Runs work on a thread with a deep stack while the calling thread waits. On return, the work
  /// and its captures are released.
  ///
  /// - Returns: the result of the work; nil if no thread could be started.
  static func run<T: Sendable>(_ work: @escaping @Sendable () -> T) -> T? {
    guard let thread = idle.withLock({ $0.popLast() }) ?? started() else { return nil }
    let result = Mutex<T?>(nil)
    thread.run {
      let value = work()
      result.withLock { $0 = value }
    }
    return result.withLock(\.self)
  }

  private static func started() -> EvaluationThread? {
    let thread = EvaluationThread()
    let isStarted = NativeThread.start(stackSize: stackSize, name: "vmscript evaluation") {
      thread.serve()
    }
    return isStarted ? thread : nil
  }

  private func run(_ task: @escaping @Sendable () -> Void) {
    let isDone = DispatchSemaphore(value: 0)
    assignment.withLock { $0 = Assignment(work: task, isDone: isDone) }
    hasWork.signal()
    isDone.wait()
  }

  /// Runs work until none arrives for a while.
  private func serve() {
    var uses = 0
    while uses < Self.mostUses {
      guard hasWork.wait(timeout: .now() + Self.patience) == .success else {
        if leave() { return }
        continue
      }
      uses += 1
      let isDone = work()
      let stays = uses < Self.mostUses && rest()
      isDone?.signal()
      if !stays { return }
    }
  }

  /// Runs and releases the assigned work; returns the signal of its caller.
  private func work() -> DispatchSemaphore? {
    let task = assignment.withLock { assignment in
      defer { assignment = nil }
      return assignment
    }
    task?.work()
    return task?.isDone
  }

  /// Offers this thread to others; returns false if enough threads wait already.
  private func rest() -> Bool {
    Self.idle.withLock { idle in
      guard idle.count < Self.mostIdle else { return false }
      idle.append(self)
      return true
    }
  }

  /// Withdraws this thread; returns false if another thread has already taken it to assign work.
  private func leave() -> Bool {
    Self.idle.withLock { idle in
      guard let place = idle.firstIndex(where: { $0 === self }) else { return false }
      idle.remove(at: place)
      return true
    }
  }
}

/// A thread of the operating system with a stack of any size.
///
/// Foundation's `Thread` does not report a failure to start one.
enum NativeThread {
  private final class Body: Sendable {
    let run: @Sendable () -> Void

    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  /// Runs a body on a new thread, which ends with it.
  ///
  /// - Parameters:
  ///   - stackSize: the size of the stack in bytes; only touched pages take memory.
  ///   - name: the name in debuggers and `top`.
  /// - Returns: false if `pthread_create` fails, because the process may have no more threads or no
  ///   address space for the stack.
  static func start(
    stackSize: Int, name: String, _ run: @escaping @Sendable () -> Void
  ) -> Bool {
    var attributes = pthread_attr_t()
    guard pthread_attr_init(&attributes) == 0 else { return false }
    defer { pthread_attr_destroy(&attributes) }
    guard pthread_attr_setstacksize(&attributes, stackSize) == 0,
      pthread_attr_setdetachstate(&attributes, CInt(PTHREAD_CREATE_DETACHED)) == 0
    else { return false }
    let body = Unmanaged.passRetained(
      Body {
        Thread.current.name = name
        run()
      })
    var thread = pthread_t()
    let status = pthread_create(
      &thread, &attributes,
      { pointer in
        // SAFETY: the pointer is the body that was retained for this thread alone.
        if let pointer { Unmanaged<Body>.fromOpaque(pointer).takeRetainedValue().run() }
        return nil
      },
      // SAFETY: retained until the thread takes it, or below if there is no thread.
      body.toOpaque())
    if status != 0 { body.release() }
    return status == 0
  }
}

/// A value that only one thread at a time accesses, for threads that are expected to wait for each
/// other.
///
/// It differs from `Mutex` in one respect: the kernel hands over a contended `Mutex` in a way that
/// Thread Sanitizer does not see, so that it reports false races.
///
/// @unchecked: `value` is only touched while `lock` is held.
package final class Locked<Value: Sendable>: @unchecked Sendable {
  private let lock = NSLock()
  private var value: Value

  package init(_ value: Value) { self.value = value }

  package func withLock<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
    try lock.withLock { try body(&value) }
  }
}
