import Foundation
import Libvirt
import VMScriptPlan

/// The QEMU guest agent of a running domain: its protocol as far as this program uses it.
///
/// Reference: https://qemu-project.gitlab.io/qemu/interop/qemu-ga-ref.html
struct GuestAgent: Sendable {
  let pool: ConnectionPool
  /// The domain's name.
  let name: String

  /// The state of a process that the agent started.
  struct Status: Decodable, Sendable {
    let exited: Bool
    let exitcode: Int?
    let signal: Int?
    let outData: String?
    let errData: String?

    enum CodingKeys: String, CodingKey {
      case exited, exitcode, signal
      case outData = "out-data"
      case errData = "err-data"
    }

    /// The exit status; 128 plus its number for a signal. Nil while the process runs.
    var code: Int32? {
      guard exited else { return nil }
      return signal.map { 128 + Int32(clamping: $0) } ?? Int32(clamping: exitcode ?? 0)
    }

    /// The captured output and errors, trimmed.
    var output: String {
      [outData, errData].compactMap { $0.flatMap { Data(base64Encoded: $0) } }
        .map { String(decoding: $0, as: UTF8.self) }.joined()
        .trimmingCharacters(in: .whitespacesAndNewlines)
    }
  }

  /// An open file in the guest.
  struct File: Sendable {
    fileprivate let handle: Int
  }

  /// Whether the agent answers; also false if the domain has none, is off or does not exist.
  func answers() async throws -> Bool {
    try await pool.run { [name] connection in
      guard let domain = try connection.domain(named: name) else { return false }
      return try LiveReader.unlessGone(.noDomain) { try domain.isAgentConnected() } ?? false
    }
  }

  // MARK: Processes

  /// Starts a program (`guest-exec`).
  ///
  /// - Parameters:
  ///   - program: its path, or its name on the agent's own path.
  ///   - capturesOutput: whether the last ``Status`` has its output.
  /// - Returns: the number of the process.
  func start(
    _ program: String, _ arguments: [String] = [], capturesOutput: Bool = false
  ) async throws -> Int {
    let begun: Begun = try await ask(
      "guest-exec",
      Arguments(path: program, arg: arguments, capturesOutput: capturesOutput ? true : nil))
    return begun.pid
  }

  /// Returns the state of a process (`guest-exec-status`); the agent forgets it once it has ended.
  func status(of process: Int) async throws -> Status {
    try await ask("guest-exec-status", Arguments(pid: process))
  }

  /// Runs a short program; returns its last state.
  func finish(_ program: String, _ arguments: [String]) async throws -> Status {
    let process = try await start(program, arguments, capturesOutput: true)
    var pause = Pause()
    while true {
      let status = try await status(of: process)
      if status.exited { return status }
      try await pause.wait()
    }
  }

  // MARK: Files

  /// The bytes of one message. Agents stop answering at messages of about a megabyte.
  static let chunk = 1 << 16

  /// Opens a file (`guest-file-open`).
  ///
  /// - Parameter mode: the mode as for fopen(3), such as `r`.
  func open(_ path: String, mode: String) async throws -> File {
    File(handle: try await ask("guest-file-open", Arguments(path: path, mode: mode)))
  }

  /// Reads up to ``chunk`` bytes (`guest-file-read`).
  func read(_ file: File) async throws -> (bytes: [UInt8], isAtEnd: Bool) {
    let read: Read = try await ask(
      "guest-file-read", Arguments(handle: file.handle, count: Self.chunk))
    return (Data(base64Encoded: read.content).map(Array.init) ?? [], read.eof)
  }

  /// Writes bytes, at most ``chunk`` (`guest-file-write`).
  func write(_ bytes: some DataProtocol, to file: File) async throws {
    var rest = Data(bytes)
    while !rest.isEmpty {
      let written: Written = try await ask(
        "guest-file-write",
        Arguments(handle: file.handle, content: rest.base64EncodedString()))
      rest = rest.dropFirst(max(1, written.count))
    }
  }

  /// Closes a file (`guest-file-close`).
  func close(_ file: File) async throws {
    let _: Nothing = try await ask("guest-file-close", Arguments(handle: file.handle))
  }

  // MARK: Messages

  private func ask<Value: Decodable & Sendable>(
    _ command: String, _ arguments: Arguments
  ) async throws -> Value {
    let text = String(
      decoding: try JSONEncoder().encode(Command(execute: command, arguments: arguments)),
      as: UTF8.self)
    let answer = try await pool.run { [name] connection in
      guard let domain = try connection.domain(named: name) else {
        throw ReachMessages.notRunning(name)
      }
      return try domain.agentCommand(text, timeout: 30)
    }
    return try JSONDecoder().decode(Answer<Value>.self, from: Data(answer.utf8)).value
  }

  private struct Command: Encodable {
    let execute: String
    let arguments: Arguments
  }

  private struct Arguments: Encodable {
    var path: String?
    var arg: [String]?
    var capturesOutput: Bool?
    var pid: Int?
    var mode: String?
    var handle: Int?
    var count: Int?
    var content: String?

    enum CodingKeys: String, CodingKey {
      case path, arg, pid, mode, handle, count
      case capturesOutput = "capture-output"
      case content = "buf-b64"
    }
  }

  private struct Answer<Value: Decodable>: Decodable {
    let value: Value
    enum CodingKeys: String, CodingKey { case value = "return" }
  }

  private struct Begun: Decodable, Sendable { let pid: Int }
  private struct Nothing: Decodable, Sendable {}
  private struct Written: Decodable, Sendable { let count: Int }

  private struct Read: Decodable, Sendable {
    let content: String
    let eof: Bool
    enum CodingKeys: String, CodingKey {
      case content = "buf-b64"
      case eof
    }
  }
}

/// Growing pauses between two questions to a guest, which sends no events.
struct Pause {
  private var length = Duration.milliseconds(30)

  /// Waits; throws if the task is cancelled.
  mutating func wait() async throws {
    try await Task.sleep(for: length)
    length = min(length * 3 / 2, .milliseconds(500))
  }

  /// Begins again with a short pause.
  mutating func reset() { length = .milliseconds(30) }
}
