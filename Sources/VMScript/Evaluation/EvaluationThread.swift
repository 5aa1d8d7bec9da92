import Foundation
import Synchronization

/// A thread with room for deep recursion.
///
/// Starting one takes longer than most evaluations, and makes others wait while the process gets
/// and gives back memory for its stack. So one that is done waits a moment for more work. These few
/// are all that evaluations leave behind, and they are gone soon after the last one.
final class EvaluationThread: Sendable {
  /// Bytes of stack that an evaluation gets; enough for ``Limits/depth`` calls of deep expressions.
  private static let stackSize = 1 << 29
  /// How long one waits for work.
  private static let patience = DispatchTimeInterval.seconds(1)
  /// Evaluations of one thread: what a deep one touched of its stack is not kept for ever.
  private static let mostUses = 10_000
  /// How many wait for work, at most: more end as soon as they are done.
  private static let mostIdle = 64
  /// Those that wait for work, the last one that was busy last.
  private static let idle = Locked<[EvaluationThread]>([])

  /// What is to be done; each has a signal of its own, for the next one may come before the one who
  /// waits for this has seen its end.
  private struct Assignment {
    let work: @Sendable () -> Void
    let isDone: DispatchSemaphore
  }

  private let assignment = Mutex<Assignment?>(nil)
  private let hasWork = DispatchSemaphore(value: 0)

  /// Does work on a thread with a deep stack while the calling one waits; when it goes on, the work
  /// and what it captured is released.
  ///
  /// - Returns: what the work gives; nil where no thread could be had.
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

  /// Works until nothing comes any more.
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

  /// Does what is assigned and releases it; gives who waits for that.
  private func work() -> DispatchSemaphore? {
    let task = assignment.withLock { assignment in
      defer { assignment = nil }
      return assignment
    }
    task?.work()
    return task?.isDone
  }

  /// Lets others find this thread; false where enough wait already.
  private func rest() -> Bool {
    Self.idle.withLock { idle in
      guard idle.count < Self.mostIdle else { return false }
      idle.append(self)
      return true
    }
  }

  /// False where work is on its way, because another thread has found this one.
  private func leave() -> Bool {
    Self.idle.withLock { idle in
      guard let place = idle.firstIndex(where: { $0 === self }) else { return false }
      idle.remove(at: place)
      return true
    }
  }
}

/// A thread of the operating system with a stack as large as is asked for.
///
/// Foundation's `Thread` does not tell when none could be had.
enum NativeThread {
  private final class Body: Sendable {
    let run: @Sendable () -> Void

    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  /// Runs a body on a new thread, which ends with it.
  ///
  /// - Parameters:
  ///   - stackSize: bytes; taken from memory only as far as they are touched.
  ///   - name: what debuggers and `top` show.
  /// - Returns: false where no thread could be had: `pthread_create` says so where the process may
  ///   have no more threads or no address space for the stack.
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
      // SAFETY: retained until the thread takes it, or below where there is none.
      body.toOpaque())
    if status != 0 { body.release() }
    return status == 0
  }
}

/// A value that one thread at a time looks at or changes, where threads are expected to wait for
/// each other.
///
/// It is what `Mutex` is, but for one thing: a `Mutex` that somebody waits for is handed over by the
/// kernel, of which Thread Sanitizer sees nothing, so that it reports races where none are.
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
