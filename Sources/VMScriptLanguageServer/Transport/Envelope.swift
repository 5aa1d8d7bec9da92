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
