import Foundation
import Synchronization
import VMScript

/// Messages that wait for the server, filled by a thread that does nothing but read.
///
/// What is cancelled while it waits is known before its turn comes, and what the server does unasked
/// ends when a message comes in.
final class Inbox: Sendable {
  private struct State {
    var events: [MessageReader.Event] = []
    var cancelled: Set<RequestID> = []
    /// Of the work that goes on while nothing waits.
    var work: Cancellation?
  }

  private let state = Mutex(State())
  /// As often signalled as there are events.
  private let arrival = DispatchSemaphore(value: 0)

  /// Takes an event in.
  func add(_ event: MessageReader.Event) {
    if let id = Self.cancelledRequest(event) {
      // A request that was answered is over: nothing is kept of what comes too late for it.
      state.withLock { state in
        guard state.events.contains(where: { Self.envelope($0)?.id == id }) else { return }
        state.cancelled.insert(id)
      }
    } else {
      state.withLock {
        $0.events.append(event)
        $0.work?.cancel()
      }
      arrival.signal()
    }
  }

  private struct CancelParameters: Decodable { var id: RequestID }

  /// The request that an event takes back.
  private static func cancelledRequest(_ event: MessageReader.Event) -> RequestID? {
    guard case .message(let data) = event, data.count < 1_000,
      envelope(event)?.method == "$/cancelRequest"
    else { return nil }
    return (try? JSONDecoder().decode(Parameters<CancelParameters>.self, from: data))?.params.id
  }

  private static func envelope(_ event: MessageReader.Event) -> Envelope? {
    guard case .message(let data) = event else { return nil }
    return try? JSONDecoder().decode(Envelope.self, from: data)
  }

  /// The next event; nil where none came in before `deadline`, none being for ever.
  func next(until deadline: Date?) -> MessageReader.Event? {
    if let deadline {
      let result = arrival.wait(timeout: .now() + max(0, deadline.timeIntervalSinceNow))
      guard result == .success else { return nil }
    } else {
      arrival.wait()
    }
    return state.withLock { $0.events.removeFirst() }
  }

  /// Does work that is called off as soon as an event waits.
  func whileEmpty<T>(_ work: (Cancellation) -> T) -> T {
    let cancellation = Cancellation()
    state.withLock {
      if !$0.events.isEmpty { cancellation.cancel() }
      $0.work = cancellation
    }
    defer { state.withLock { $0.work = nil } }
    return work(cancellation)
  }

  /// Whether a request was cancelled; it is forgotten then.
  func takeCancellation(of id: RequestID) -> Bool {
    state.withLock { $0.cancelled.remove(id) != nil }
  }
}
