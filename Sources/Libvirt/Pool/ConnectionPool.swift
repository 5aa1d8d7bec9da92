import Synchronization

/// Several connections to one host, each on a thread of its own, for use from asynchronous code.
///
/// libvirtd answers five calls of one connection at a time, and every call blocks: the pool keeps
/// them off the cooperative threads and spreads them.
public final class ConnectionPool: Sendable {
  /// The URI that every connection is opened with; nil is libvirt's own default.
  public let uri: String?
  private let worker: Worker<Connection?>
  private let patience: ConnectionPatience
  private let isNoticed = CancellationFlag()
  private let isClosing = CancellationFlag()
  private let ends: AsyncStream<Void>

  /// Makes a pool; nothing is connected before its first use.
  ///
  /// - Parameters:
  ///   - uri: libvirt's URI; nil is libvirt's own default.
  ///   - size: how many connections and threads, at least one.
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
  /// A connection that was lost while idle is opened anew first. One that is lost during `body` is
  /// not: the calls may have taken effect, so that the caller decides; the next run has a new one.
  ///
  /// - Throws: what `body` throws, a ``LibvirtError`` where no connection can be opened,
  ///   `CancellationError` where the task was cancelled before `body` began.
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

  /// Opens a connection unless it is not wanted any more.
  private var opener: @Sendable (_ isUnwanted: () -> Bool) throws -> Connection {
    { [uri, patience, isNoticed, isClosing] isUnwanted in
      do {
        return try ConnectionOpening.open(uri, patience) {
          if isNoticed.set() { patience.notice() }
        } unless: {
          isClosing.isSet || isUnwanted()
        }
      } catch {
        // The next try is one of its own.
        isNoticed.clear()
        throw error
      }
    }
  }

  /// Finishes what was begun, closes all connections and ends the threads. Connections that are being
  /// opened are not waited for.
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

/// Set from any thread.
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
  private let left: Mutex<Int>
  private let continuation: AsyncStream<Void>.Continuation

  init(count: Int, continuation: AsyncStream<Void>.Continuation) {
    left = Mutex(count)
    self.continuation = continuation
  }

  func ended() {
    let isLast = left.withLock { left in
      left -= 1
      return left == 0
    }
    if isLast { continuation.finish() }
  }
}
