import Foundation
import Testing

/// An editor that speaks with the built `vmscript lsp`.
///
/// Nothing is timed: each wait ends with the message that is waited for, and fails after a minute
/// without any.
final class LanguageClient {
  typealias Message = [String: Any]

  struct Gone: Error {}

  private let process = Process()
  private let toServer = Pipe()
  private let fromServer = Pipe()
  private var buffer = Data()
  private var nextID = 1
  /// Messages that came in while another one was waited for.
  private var waiting: [Message] = []

  init() throws {
    process.executableURL = vmscriptBinary
    process.arguments = ["lsp"]
    process.standardInput = toServer
    process.standardOutput = fromServer
    try process.run()
  }

  deinit { if process.isRunning { process.terminate() } }

  /// A client that has been introduced to its server.
  static func initialized(
    encodings: [String] = ["utf-16"], snippets: Bool = false
  ) throws -> LanguageClient {
    let client = try LanguageClient()
    let item: Message = ["snippetSupport": snippets]
    _ = try client.request(
      "initialize",
      [
        "processId": NSNull(), "rootUri": NSNull(),
        "capabilities": [
          "general": ["positionEncodings": encodings],
          "textDocument": ["completion": ["completionItem": item]],
        ],
      ])
    try client.notify("initialized", [:])
    return client
  }

  // MARK: Messages

  func write(_ data: Data) throws { try toServer.fileHandleForWriting.write(contentsOf: data) }

  /// Sends messages as one run of bytes.
  func send(_ messages: Message...) throws {
    var bytes = Data()
    for message in messages {
      let body = try JSONSerialization.data(withJSONObject: message)
      bytes += Data("Content-Length: \(body.count)\r\n\r\n".utf8) + body
    }
    try write(bytes)
  }

  func notify(_ method: String, _ parameters: Message) throws {
    try send(["jsonrpc": "2.0", "method": method, "params": parameters])
  }

  /// Sends a request and waits for the whole answer.
  func answer(_ method: String, _ parameters: Message? = nil) throws -> Message {
    let id = nextID
    nextID += 1
    var message: Message = ["jsonrpc": "2.0", "id": id, "method": method]
    if let parameters { message["params"] = parameters }
    try send(message)
    return try wait { $0["id"] as? Int == id && $0["method"] == nil }
  }

  /// Sends a request and waits for its result.
  func request(_ method: String, _ parameters: Message? = nil) throws -> Any {
    let answer = try answer(method, parameters)
    return try #require(answer["result"], "\(answer)")
  }

  /// The code of the error that a request is answered with.
  func errorCode(_ method: String, _ parameters: Message? = nil) throws -> Int? {
    (try answer(method, parameters)["error"] as? Message)?["code"] as? Int
  }

  /// The next message that fits, be it that it came in before.
  func wait(_ fits: (Message) -> Bool) throws -> Message {
    if let position = waiting.firstIndex(where: fits) { return waiting.remove(at: position) }
    while true {
      let message = try next()
      if fits(message) { return message }
      waiting.append(message)
    }
  }

  private func next() throws -> Message {
    while true {
      if let end = buffer.range(of: Data("\r\n\r\n".utf8)) {
        let header = String(decoding: buffer[..<end.lowerBound], as: UTF8.self)
        let length = try #require(Int(header.dropFirst("Content-Length: ".count)), "\(header)")
        if buffer.distance(from: end.upperBound, to: buffer.endIndex) >= length {
          let body = buffer[end.upperBound..<end.upperBound + length]
          buffer = Data(buffer[(end.upperBound + length)...])
          return try #require(try JSONSerialization.jsonObject(with: body) as? Message)
        }
      }
      var watched = pollfd(
        fd: fromServer.fileHandleForReading.fileDescriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&watched, 1, 60_000) > 0 else { throw Gone() }
      let more = fromServer.fileHandleForReading.availableData
      guard !more.isEmpty else { throw Gone() }
      buffer.append(more)
    }
  }

  /// Takes leave; gives the exit code.
  func leave() throws -> Int32 {
    _ = try request("shutdown")
    try notify("exit", [:])
    return try end()
  }

  /// Waits for the server's end.
  func end() throws -> Int32 {
    try toServer.fileHandleForWriting.close()
    process.waitUntilExit()
    return process.terminationStatus
  }

  // MARK: Documents

  func open(_ uri: String, _ text: String, version: Int = 1) throws {
    let document: Message = [
      "uri": uri, "languageId": "vmscript", "version": version, "text": text,
    ]
    try notify("textDocument/didOpen", ["textDocument": document])
  }

  func change(_ uri: String, version: Int, _ changes: [Message]) throws {
    try notify(
      "textDocument/didChange",
      ["textDocument": ["uri": uri, "version": version] as Message, "contentChanges": changes])
  }

  /// The diagnostics of a version of a text.
  func diagnostics(_ uri: String, version: Int = 1) throws -> [Message] {
    let message = try wait { Self.isOf($0, uri, version) }
    return (message["params"] as? Message)?["diagnostics"] as? [Message] ?? []
  }

  /// Whether the diagnostics of a version came in while something else was waited for.
  func hasDiagnostics(_ uri: String, version: Int) -> Bool {
    waiting.contains { Self.isOf($0, uri, version) }
  }

  private static func isOf(_ message: Message, _ uri: String, _ version: Int) -> Bool {
    let parameters = message.object("params")
    return parameters["uri"] as? String == uri && parameters["version"] as? Int == version
  }

  /// The answer to a request about a place.
  func at(
    _ line: Int, _ character: Int, of uri: String, _ method: String, _ more: Message = [:]
  ) throws -> Message {
    try answer(
      "textDocument/\(method)",
      [
        "textDocument": ["uri": uri],
        "position": ["line": line, "character": character],
      ].merging(more) { $1 })
  }
}

extension LanguageClient.Message {
  /// `3:1-3:5` for a range.
  var rangeText: String {
    func place(_ key: String) -> String {
      let position = self[key] as? [String: Any]
      return "\(position?["line"] ?? "?"):\(position?["character"] ?? "?")"
    }
    return "\(place("start"))-\(place("end"))"
  }

  /// The member that is an object.
  func object(_ key: String) -> LanguageClient.Message {
    self[key] as? LanguageClient.Message ?? [:]
  }
}
