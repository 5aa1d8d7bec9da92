import Foundation
import Synchronization
import VMScript

/// What a request is known by until it is answered.
enum RequestID: Codable, Hashable, Sendable {
  case number(Int)
  case text(String)

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let number = try? container.decode(Int.self) {
      self = .number(number)
    } else {
      self = .text(try container.decode(String.self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .number(let number): try container.encode(number)
    case .text(let text): try container.encode(text)
    }
  }
}

/// What every message has: its method, and where an answer is wanted its identifier.
struct Envelope: Decodable {
  var id: RequestID?
  var method: String?
}

/// The parameters of a message.
struct Parameters<P: Decodable>: Decodable {
  var params: P
}

/// Why a request is not answered as wished.
struct Failure: Error, Encodable, Equatable {
  var code: Int
  var message: String

  static func parseError(_ what: String) -> Failure { Failure(code: -32700, message: what) }
  static func invalidRequest(_ what: String) -> Failure { Failure(code: -32600, message: what) }
  static func unknownMethod(_ name: String) -> Failure {
    Failure(code: -32601, message: "there is no method \(name)")
  }
  static func invalidParameters(_ what: String) -> Failure { Failure(code: -32602, message: what) }
  static let notInitialized = Failure(code: -32002, message: "the server is not initialized")
  static let cancelled = Failure(code: -32800, message: "the request was cancelled")
  static func failed(_ what: String) -> Failure { Failure(code: -32803, message: what) }
}

/// An answer: a result, which may be null, or a failure.
struct Response<R: Encodable>: Encodable {
  var id: RequestID?
  var outcome: Result<R, Failure>

  private enum Key: String, CodingKey { case jsonrpc, id, result, error }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode("2.0", forKey: .jsonrpc)
    try container.encode(id, forKey: .id)
    switch outcome {
    case .success(let result): try container.encode(result, forKey: .result)
    case .failure(let failure): try container.encode(failure, forKey: .error)
    }
  }
}

/// A message that wants no answer.
struct Notification<P: Encodable>: Encodable {
  var jsonrpc = "2.0"
  var method: String
  var params: P
}

/// The result of a request that gives none.
struct Null: Encodable {
  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encodeNil()
  }
}

/// Cuts a stream of bytes into messages, each behind its `Content-Length` header.
struct MessageReader {
  /// Something that came in.
  enum Event: Equatable {
    case message(Data)
    /// A header that says no length; what follows it is read as the next header.
    case malformed(String)
    case end
  }

  /// Bytes of the longest message that is taken.
  static let maximumLength = 256 << 20
  private static let headerEnd = Data("\r\n\r\n".utf8)
  private static let maximumHeader = 8 << 10

  private let read: () -> Data
  private var buffer = Data()

  /// - Parameter read: the next bytes of the stream; none at its end.
  init(read: @escaping () -> Data) { self.read = read }

  /// Waits for the next message.
  mutating func next() -> Event {
    while true {
      if let range = buffer.range(of: Self.headerEnd) {
        let header = String(decoding: buffer[..<range.lowerBound], as: UTF8.self)
        buffer = Data(buffer[range.upperBound...])
        guard let length = Self.length(in: header) else {
          return .malformed("a header without a fit Content-Length")
        }
        return body(length)
      }
      if buffer.count > Self.maximumHeader {
        buffer = Data()
        return .malformed("a header without end")
      }
      guard fill() else { return .end }
    }
  }

  private mutating func body(_ length: Int) -> Event {
    while buffer.count < length {
      guard fill() else { return .end }
    }
    let message = Data(buffer.prefix(length))
    buffer = Data(buffer.dropFirst(length))
    return .message(message)
  }

  private mutating func fill() -> Bool {
    let more = read()
    buffer.append(more)
    return !more.isEmpty
  }

  private static func length(in header: String) -> Int? {
    for line in header.split(whereSeparator: \.isNewline) {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2, parts[0].lowercased() == "content-length" else { continue }
      let length = Int(parts[1].trimmingCharacters(in: .whitespaces))
      return length.flatMap { (0...maximumLength).contains($0) ? $0 : nil }
    }
    return nil
  }
}

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
