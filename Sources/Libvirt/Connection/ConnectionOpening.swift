import CLibvirt
import Foundation
import Synchronization

/// How long the opening of a connection may take, and who hears of a slow one.
public struct ConnectionPatience: Sendable {
  /// The longest wait for an answer of the host.
  public var limit: Duration
  /// The wait after which ``notice`` is called.
  public var noticeAfter: Duration
  /// Called once, from any thread, when a host takes long to answer.
  public var notice: @Sendable () -> Void

  /// A patience; what is left out is half a minute without a notice.
  public init(
    limit: Duration = .seconds(30), noticeAfter: Duration = .seconds(2),
    notice: @escaping @Sendable () -> Void = {}
  ) {
    self.limit = limit
    self.noticeAfter = noticeAfter
    self.notice = notice
  }
}

/// A connection that is being opened on a thread of its own.
///
/// libvirt's call cannot be ended: a host that accepts and never answers holds its thread. Whoever
/// waits for it no longer leaves the thread behind, which closes a connection that comes late.
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

  /// Opens a connection; blocks until it is open, or until the patience is at its end.
  ///
  /// - Parameter isUnwanted: ends the wait, at once after it becomes true.
  /// - Throws: libvirt's error, one with ``LibvirtError/isNoAnswer`` at the limit, `CancellationError`
  ///   where nobody wants the connection any more.
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
  /// The failure to hear anything of a host in time.
  static func noAnswer(of uri: String?, within limit: Duration) -> LibvirtError {
    LibvirtError(
      domain: Int32(bitPattern: VIR_FROM_RPC.rawValue), code: .operationTimeout,
      message: Messages.openFailed(uri: uri, reason: Messages.noAnswer(within: limit)))
  }

  /// Whether a host took the connection and did not answer in time.
  public var isNoAnswer: Bool {
    code == .operationTimeout && domain == Int32(bitPattern: VIR_FROM_RPC.rawValue)
  }
}
