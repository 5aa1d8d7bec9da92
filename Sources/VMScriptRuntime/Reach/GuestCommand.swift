import Foundation
import Libvirt
import Synchronization
import VMScript
import VMScriptPlan
import VMScriptSyntax

/// A command in a guest, through its agent.
///
/// The agent reports output only at the end of a process, and only a part of it. So the command
/// writes into files in a private folder of the guest, which are read while it runs.
struct GuestCommand: Sendable {
  /// One of the two outputs of a command.
  enum Output: String, Sendable { case out, err }

  let agent: GuestAgent
  /// The program and its arguments.
  let command: [String]
  /// The open file that becomes the standard input; nil for none. It is read to its end first.
  var input: Int32?

  /// Creates the folder. Others in the guest do not know its name, and `mkdir` fails if it exists.
  private static let prepare = #"mkdir -m 700 "$0""#
  private static let begin = #"""
    folder=$1
    shift
    # A group of its own can be ended as a whole.
    if command -v setsid >/dev/null; then set -- setsid "$@"; fi
    exec "$@" >"$folder/out" 2>"$folder/err" <"$folder/in"
    """#
  private static let end = #"kill -TERM -- -"$0" 2>/dev/null || kill -TERM "$0""#

  /// Runs the command.
  ///
  /// - Parameter receive: receives its output as it comes.
  /// - Returns: the exit status; 127 if there is no such program, 128 plus its number for a signal.
  /// - Throws: libvirt's error if the agent refuses, `CancellationError` after it ended the command.
  func run(
    _ receive: @Sendable (Output, [UInt8]) throws -> Void
  ) async throws -> Int32 {
    let folder = "/tmp/vmscript-\(UUID().uuidString.lowercased())"
    let prepared = try await agent.finish("/bin/sh", ["-c", Self.prepare, folder])
    guard prepared.code == 0 else {
      throw ReachMessages.commandNotStarted(agent.name, prepared.output)
    }
    do {
      let status = try await run(in: folder, receive)
      await remove(folder)
      return status
    } catch {
      await remove(folder)
      throw error
    }
  }

  private func run(
    in folder: String, _ receive: @Sendable (Output, [UInt8]) throws -> Void
  ) async throws -> Int32 {
    let file = try await agent.open("\(folder)/in", mode: "w")
    if let input {
      while true {
        let bytes = try await BlockingWork.run { _ in
          try LocalFile.read(upTo: GuestAgent.chunk, from: input)
        }
        guard !bytes.isEmpty else { break }
        try await agent.write(bytes, to: file)
      }
    }
    try await agent.close(file)
    let process = try await agent.start(
      "/bin/sh", ["-c", Self.begin, "vmscript", folder] + command)
    do {
      return try await follow(process, in: folder, receive)
    } catch let error as CancellationError {
      // The agent cannot end a process; a second one does.
      await Task.detached { [agent] in
        _ = try? await agent.finish("/bin/sh", ["-c", Self.end, String(process)])
      }.value
      throw error
    }
  }

  /// Passes the output on until the process has ended.
  private func follow(
    _ process: Int, in folder: String, _ receive: @Sendable (Output, [UInt8]) throws -> Void
  ) async throws -> Int32 {
    var files: [Output: GuestAgent.File] = [:]
    var pause = Pause()
    while true {
      let code = try await agent.status(of: process).code
      var isNew = false
      for output in [Output.out, .err] {
        // Until the shell has opened it, there is no such file.
        if files[output] == nil {
          files[output] = try? await agent.open("\(folder)/\(output.rawValue)", mode: "r")
        }
        guard let file = files[output] else { continue }
        while true {
          let (bytes, _) = try await agent.read(file)
          guard !bytes.isEmpty else { break }
          isNew = true
          try receive(output, bytes)
        }
      }
      if let code {
        for file in files.values { try? await agent.close(file) }
        return code
      }
      if isNew { pause.reset() }
      try await pause.wait()
    }
  }

  /// Removes the folder, also after a cancellation.
  private func remove(_ folder: String) async {
    await Task.detached { [agent] in _ = try? await agent.finish("rm", ["-rf", folder]) }.value
  }
}

/// The way into a guest: its agent, or its SSH server.
enum GuestRoute: Sendable {
  case agent(GuestAgent)
  case ssh(SSHDestination, user: String?)

  /// Finds the way into a running guest.
  ///
  /// - Parameters:
  ///   - user: the user to sign in as by SSH.
  ///   - triesAgent: whether the agent comes first. Its commands run as root, whatever the user.
  /// - Throws: a diagnostic if the guest is off, or neither its agent answers nor its address is
  ///   known.
  static func to(
    _ name: String, user: String?, _ pool: ConnectionPool, triesAgent: Bool = true,
    at span: Span? = nil
  ) async throws -> GuestRoute {
    let agent = GuestAgent(pool: pool, name: name)
    if triesAgent, try await agent.answers() { return .agent(agent) }
    return try await pool.run { connection in
      guard let domain = try connection.domain(named: name) else {
        throw span.map { HostMessages.missing(name, at: $0) }
          ?? InspectionMessages.nothingNamed(name, closest: nil)
      }
      guard try domain.isActive() else { throw ReachMessages.notRunning(name, at: span) }
      guard let destination = try SSHDestination(of: domain) else {
        throw ReachMessages.noWayIn(name, at: span)
      }
      return .ssh(destination, user: user)
    }
  }
}

/// A shell command of a script in a guest.
struct ShellCommand: Sendable {
  /// The result of a command.
  struct Result: Sendable {
    let status: Int32
    /// The standard output.
    let output: String
    /// The end of the standard error.
    let errors: String
  }

  let text: String
  let route: GuestRoute

  /// The limit of the output that a script can use, in bytes.
  static let maximumOutput = 1 << 20

  /// Runs the command in the guest's shell.
  func run() async throws -> Result {
    switch route {
    case .agent(let agent):
      let kept = KeptOutput()
      let status = try await GuestCommand(agent: agent, command: ["/bin/sh", "-c", text])
        .run { kept.add($1, to: $0) }
      return kept.result(status)
    case .ssh(let destination, let user):
      let command = destination.unattendedCommand(user: user, running: [text])
      let result = try await BlockingWork.run { cancellation in
        try ChildProcess.run(
          command[0], Array(command.dropFirst()),
          limits: .init(seconds: 24 * 3600, memory: 1 << 32, fileSize: 1 << 30),
          cancellation: cancellation)
      }
      return Result(
        status: result.status, output: String(decoding: result.output, as: UTF8.self),
        errors: result.errors)
    }
  }
}

/// The output of a command, up to the limit.
private final class KeptOutput: Sendable {
  private let content = Mutex((out: [UInt8](), err: [UInt8]()))

  func add(_ bytes: [UInt8], to output: GuestCommand.Output) {
    content.withLock { content in
      switch output {
      case .out: content.out += bytes.prefix(ShellCommand.maximumOutput - content.out.count)
      // The end of the errors says why it failed.
      case .err: content.err = (content.err + bytes).suffix(4096)
      }
    }
  }

  func result(_ status: Int32) -> ShellCommand.Result {
    content.withLock { content in
      ShellCommand.Result(
        status: status, output: String(decoding: content.out, as: UTF8.self),
        errors: String(decoding: content.err, as: UTF8.self))
    }
  }
}
