import Foundation
import Synchronization
import VMScript

/// The identifier of a request.
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

/// The common part of messages: the method, and the identifier of a request.
struct Envelope: Decodable {
  var id: RequestID?
  var method: String?
}

/// The parameters of a message.
struct Parameters<P: Decodable>: Decodable {
  var params: P
}

/// The error of a failed request.
struct Failure: Error, Encodable, Equatable {
  var code: Int
  var message: String

  static func parseError(_ what: String) -> Failure { Failure(code: -32700, message: what) }
  static func invalidRequest(_ what: String) -> Failure { Failure(code: -32600, message: what) }
  static func unknownMethod(_ name: String) -> Failure {
    Failure(code: -32601, message: "there is no method `\(name)`")
  }
  static func invalidParameters(_ what: String) -> Failure { Failure(code: -32602, message: what) }
  static let notInitialized = Failure(code: -32002, message: "the server is not initialized")
  static let cancelled = Failure(code: -32800, message: "the request was cancelled")
  static func failed(_ what: String) -> Failure { Failure(code: -32803, message: what) }
}

/// A response: a result, which may be null, or an error.
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

/// A message without a response.
struct Notification<P: Encodable>: Encodable {
  var jsonrpc = "2.0"
  var method: String
  var params: P
}

/// The result of a request without one.
struct Null: Encodable {
  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encodeNil()
  }
}

/// Splits a stream of bytes into messages, each after its `Content-Length` header.
struct MessageReader {
  /// An incoming event.
  enum Event: Equatable {
    case message(Data)
    /// A header without a length; the next bytes are read as another header.
    case malformed(String)
    case end
  }

  /// The maximum size of a message in bytes.
  static let maximumLength = 256 << 20
  private static let headerEnd = Data("\r\n\r\n".utf8)
  private static let maximumHeader = 8 << 10

  private let read: () -> Data
  private var buffer = Data()

  /// - Parameter read: returns the next bytes of the stream; none at its end.
  init(read: @escaping () -> Data) { self.read = read }

  /// Waits for the next message.
  mutating func next() -> Event {
    while true {
      if let range = buffer.range(of: Self.headerEnd) {
        let header = String(decoding: buffer[..<range.lowerBound], as: UTF8.self)
        buffer = Data(buffer[range.upperBound...])
        guard let length = Self.length(in: header) else {
          return .malformed("a header without a valid Content-Length")
        }
        return body(length)
      }
      if buffer.count > Self.maximumHeader {
        buffer = Data()
        return .malformed("a header that does not end")
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

/// The queue of messages for the server, filled by a reading thread.
///
/// Cancellations apply to requests that still wait, and a new message interrupts background work.
final class Inbox: Sendable {
  private struct State {
    var events: [MessageReader.Event] = []
    var cancelled: Set<RequestID> = []
    /// The cancellation of the current background work.
    var work: Cancellation?
  }

  private let state = Mutex(State())
  /// Signalled once per event.
  private let arrival = DispatchSemaphore(value: 0)

  /// Adds an event.
  func add(_ event: MessageReader.Event) {
    if let id = Self.cancelledRequest(event) {
      // A cancellation that arrives after the response is dropped.
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

  /// The request that an event cancels.
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

  /// The next event; nil if none arrives before `deadline`. Without a deadline, waits forever.
  func next(until deadline: Date?) -> MessageReader.Event? {
    if let deadline {
      let result = arrival.wait(timeout: .now() + max(0, deadline.timeIntervalSinceNow))
      guard result == .success else { return nil }
    } else {
      arrival.wait()
    }
    return state.withLock { $0.events.removeFirst() }
  }

  /// Performs work that is cancelled as soon as an event waits.
  func whileEmpty<T>(_ work: (Cancellation) -> T) -> T {
    let cancellation = Cancellation()
    state.withLock {
      if !$0.events.isEmpty { cancellation.cancel() }
      $0.work = cancellation
    }
    defer { state.withLock { $0.work = nil } }
    return work(cancellation)
  }

  /// Removes the cancellation of a request; returns whether there was one.
  func takeCancellation(of id: RequestID) -> Bool {
    state.withLock { $0.cancelled.remove(id) != nil }
  }
}
