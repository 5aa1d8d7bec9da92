import CLibvirt
import Foundation
import Synchronization

/// Several connections to one host, each on its own thread, for use from asynchronous code.
///
/// libvirtd answers five calls of one connection at a time, and every call blocks. The pool spreads
/// calls over connections and keeps them off the cooperative threads.
public final class ConnectionPool: Sendable {
  /// The URI of every connection; nil selects libvirt's default.
  public let uri: String?
  private let worker: Worker<Connection?>
  private let patience: ConnectionPatience
  private let isNoticed = CancellationFlag()
  private let isClosing = CancellationFlag()
  private let ends: AsyncStream<Void>

  /// Creates a pool, which connects on first use.
  ///
  /// - Parameters:
  ///   - uri: libvirt's URI; nil is libvirt's own default.
  ///   - size: the number of connections and threads, at least one.
  ///   - patience: how long each connection may take to open.
  public init(uri: String?, size: Int, patience: ConnectionPatience = ConnectionPatience()) {
    self.uri = uri
    self.patience = patience
    let threads = max(size, 1)
    let (ends, continuation) = AsyncStream.makeStream(of: Void.self)
    self.ends = ends
    let counter = EndCounter(count: threads, continuation: continuation)
    worker = Worker(
      name: "libvirt-call", threads: threads, context: { nil }, ended: { counter.ended() })
  }

  deinit {
    worker.close()
  }

  /// Runs blocking calls on one of the pool's connections.
  ///
  /// A connection that was lost while idle is reopened first. One that is lost during `body` is
  /// not, because the calls may have taken effect: the caller decides. The next run has a new
  /// connection.
  ///
  /// - Throws: the error of `body`, a ``LibvirtError`` if no connection can be opened, or
  ///   `CancellationError` if the task was cancelled before `body` began.
  public func run<T: Sendable>(
    _ body: @escaping @Sendable (Connection) throws -> T
  ) async throws -> T {
    try Task.checkCancellation()
    let cancelled = CancellationFlag()
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let accepted = worker.submit { [opener] connection in
          let result = Result {
            if cancelled.isSet { throw CancellationError() }
            return try Self.call(body, on: &connection) { try opener { cancelled.isSet } }
          }
          continuation.resume(with: result)
        }
        if !accepted {
          continuation.resume(
            throwing: LibvirtError(code: .invalidConnection, message: Messages.poolClosed))
        }
      }
    } onCancel: {
      cancelled.set()
    }
  }

  /// Opens a connection, unless it is no longer wanted.
  private var opener: @Sendable (_ isUnwanted: () -> Bool) throws -> Connection {
    { [uri, patience, isNoticed, isClosing] isUnwanted in
      do {
        return try ConnectionOpening.open(uri, patience) {
          if isNoticed.set() { patience.notice() }
        } unless: {
          isClosing.isSet || isUnwanted()
        }
      } catch {
        // The next attempt gives its own notice.
        isNoticed.clear()
        throw error
      }
    }
  }

  /// Finishes the current calls, closes all connections and ends the threads. Does not wait for
  /// connections that are still opening.
  public func close() async {
    isClosing.set()
    worker.close()
    for await _ in ends {}
  }

  private static func call<T>(
    _ body: (Connection) throws -> T, on connection: inout Connection?,
    opening open: () throws -> Connection
  ) throws -> T {
    if let idle = connection, !idle.isAlive { connection = nil }
    let current = try connection ?? open()
    connection = current
    do {
      return try body(current)
    } catch let error as LibvirtError where error.isConnectionLost && !current.isAlive {
      connection = nil
      throw error
    }
  }
}

/// A flag that any thread can set.
private final class CancellationFlag: Sendable {
  private let flag = Atomic(false)
  var isSet: Bool { flag.load(ordering: .acquiring) }
  func clear() { flag.store(false, ordering: .releasing) }
  /// Sets it; false if it was set before.
  @discardableResult
  func set() -> Bool { !flag.exchange(true, ordering: .acquiringAndReleasing) }
}

/// Ends a stream when the last of several threads has ended.
private final class EndCounter: Sendable {
  private let left: Atomic<Int>
  private let continuation: AsyncStream<Void>.Continuation

  init(count: Int, continuation: AsyncStream<Void>.Continuation) {
    left = Atomic(count)
    self.continuation = continuation
  }

  func ended() {
    let (_, left) = left.subtract(1, ordering: .acquiringAndReleasing)
    if left == 0 { continuation.finish() }
  }
}

// @unchecked: `jobs` and `isClosed` are only touched while `condition` is held.

/// A queue of jobs, which its own threads run in order.
///
/// Each thread keeps its own `Context` from job to job.
final class Worker<Context>: @unchecked Sendable {
  typealias Job = @Sendable (inout Context) -> Void

  private let condition = NSCondition()
  private var jobs: [Job] = []
  private var isClosed = false

  /// Starts the threads; each calls `ended` after it releases its context.
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

  /// Adds a job; returns false if the queue is closed.
  @discardableResult
  func submit(_ job: @escaping Job) -> Bool {
    condition.withLock {
      guard !isClosed else { return false }
      jobs.append(job)
      condition.signal()
      return true
    }
  }

  /// Accepts no more jobs; queued ones still run.
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

/// For calls that may block but must not delay their caller, such as removing a registration.
let housekeeping = Worker<Void>(name: "libvirt-housekeeping", threads: 1, context: {})

/// Time limit for opening a connection, and the notice for a slow one.
public struct ConnectionPatience: Sendable {
  /// The longest wait for the host to answer.
  public var limit: Duration
  /// The wait after which ``notice`` is called.
  public var noticeAfter: Duration
  /// Called once, from any thread, when the host is slow to answer.
  public var notice: @Sendable () -> Void

  /// Defaults to a limit of 30 seconds without a notice.
  public init(
    limit: Duration = .seconds(30), noticeAfter: Duration = .seconds(2),
    notice: @escaping @Sendable () -> Void = {}
  ) {
    self.limit = limit
    self.noticeAfter = noticeAfter
    self.notice = notice
  }
}

/// A connection that is opening on its own thread.
///
/// libvirt's call cannot be cancelled: a host that accepts and never answers blocks its thread. A
/// caller that stops waiting abandons the thread, which closes a connection that arrives late.
final class ConnectionOpening: Sendable {
  private struct State {
    var result: Result<Connection, LibvirtError>?
    var isAbandoned = false
  }

  private let state = Mutex(State())
  private let done = DispatchSemaphore(value: 0)

  private init(_ uri: String?) {
    let thread = Thread { [self] in
      BrokenPipe.becomesErrorOnThisThread()
      let result = Result { () throws(LibvirtError) in try Connection.open(uri) }
      state.withLock { if !$0.isAbandoned { $0.result = result } }
      done.signal()
    }
    thread.name = "libvirt-open"
    thread.start()
  }

  /// Opens a connection; blocks until it is open or the time limit is reached.
  ///
  /// - Parameter isUnwanted: ends the wait as soon as it returns true.
  /// - Throws: libvirt's error, one with ``LibvirtError/isNoAnswer`` at the limit, or
  ///   `CancellationError` if the connection is no longer wanted.
  static func open(
    _ uri: String?, _ patience: ConnectionPatience, notice: () -> Void,
    unless isUnwanted: () -> Bool
  ) throws -> Connection {
    let opening = ConnectionOpening(uri)
    let start = ContinuousClock.now
    var isNoticed = false
    while opening.done.wait(timeout: .now() + .milliseconds(50)) == .timedOut {
      let waited = ContinuousClock.now - start
      if isUnwanted() {
        opening.abandon()
        throw CancellationError()
      }
      guard waited < patience.limit else {
        opening.abandon()
        throw LibvirtError.noAnswer(of: uri, within: patience.limit)
      }
      if waited >= patience.noticeAfter, !isNoticed {
        isNoticed = true
        notice()
      }
    }
    guard let result = opening.state.withLock({ $0.result.take() }) else {
      throw LibvirtError.noAnswer(of: uri, within: patience.limit)
    }
    return try result.get()
  }

  private func abandon() {
    let late = state.withLock { state in
      state.isAbandoned = true
      return state.result.take()
    }
    withExtendedLifetime(late) {}
  }
}

extension LibvirtError {
  /// The error for a host that does not answer in time.
  static func noAnswer(of uri: String?, within limit: Duration) -> LibvirtError {
    LibvirtError(
      domain: Int32(bitPattern: VIR_FROM_RPC.rawValue), code: .operationTimeout,
      message: Messages.openFailed(uri: uri, reason: Messages.noAnswer(within: limit)))
  }

  /// Whether the host accepted the connection but did not answer in time.
  public var isNoAnswer: Bool {
    code == .operationTimeout && domain == Int32(bitPattern: VIR_FROM_RPC.rawValue)
  }
}
