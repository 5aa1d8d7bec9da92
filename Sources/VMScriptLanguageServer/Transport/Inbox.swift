import Foundation
import Synchronization

/// Messages that wait for the server, filled by a thread that does nothing but read.
///
/// What is cancelled while it waits is known before its turn comes.
final class Inbox: Sendable {
  private struct State {
    var events: [MessageReader.Event] = []
    var cancelled: Set<RequestID> = []
  }

  private let state = Mutex(State())
  /// As often signalled as there are events.
  private let arrival = DispatchSemaphore(value: 0)

  /// Takes an event in.
  func add(_ event: MessageReader.Event) {
    if let id = Self.cancellation(event) {
      state.withLock { _ = $0.cancelled.insert(id) }
    } else {
      state.withLock { $0.events.append(event) }
      arrival.signal()
    }
  }

  private struct Cancellation: Decodable { var id: RequestID }

  /// The request that an event takes back.
  private static func cancellation(_ event: MessageReader.Event) -> RequestID? {
    guard case .message(let data) = event, data.count < 1_000,
      let envelope = try? JSONDecoder().decode(Envelope.self, from: data),
      envelope.method == "$/cancelRequest"
    else { return nil }
    return (try? JSONDecoder().decode(Parameters<Cancellation>.self, from: data))?.params.id
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

  /// Whether a request was cancelled; it is forgotten then.
  func takeCancellation(of id: RequestID) -> Bool {
    state.withLock { $0.cancelled.remove(id) != nil }
  }
}
