import Foundation
import Synchronization
import TestSupport

/// Runs a program without keeping a thread of the test run busy; ends it when the task is cancelled.
///
/// Not by Foundation's `Process`, which keeps the files of every child open until its own end: some
/// tests start a thousand.
enum Subprocess {
  /// - Parameters:
  ///   - program: a path, or a name to be found on the path.
  ///   - environment: added to the test run's own.
  ///   - started: given the process identifier as soon as there is one.
  static func run(
    _ program: String, _ arguments: [String], environment: [String: String] = [:],
    started: @escaping @Sendable (pid_t) -> Void = { _ in }
  ) async throws -> CommandResult {
    let scratch = try ScratchFolder()
    let output = scratch.url.appendingPathComponent("out")
    let errors = scratch.url.appendingPathComponent("err")
    let child = try spawn(
      ["env", "--chdir", packageFolder.path, program] + arguments,
      ProcessInfo.processInfo.environment.merging(environment) { $1 },
      output: output.path, errors: errors.path)
    let running = Mutex<pid_t?>(child)
    started(child)
    let status = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        Thread.detachNewThread {
          var status: Int32 = 0
          while waitpid(child, &status, 0) == -1, errno == EINTR {}
          running.withLock { $0 = nil }
          // The number of the signal, or the exit status.
          continuation.resume(returning: status & 0x7F != 0 ? status & 0x7F : status >> 8 & 0xFF)
        }
      }
    } onCancel: {
      running.withLock { identifier in
        if let identifier { _ = kill(identifier, SIGKILL) }
      }
    }
    return CommandResult(
      status: status,
      output: String(decoding: try Data(contentsOf: output), as: UTF8.self),
      errors: String(decoding: try Data(contentsOf: errors), as: UTF8.self))
  }

  /// Starts a program with its output in files, not pipes: what it leaves running may keep them open
  /// as long as it likes.
  private static func spawn(
    _ command: [String], _ environment: [String: String], output: String, errors: String
  ) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    let writing = O_WRONLY | O_CREAT | O_TRUNC
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, output, writing, 0o600)
    posix_spawn_file_actions_addopen(&actions, 2, errors, writing, 0o600)
    // What it leaves running must hold none of this process's files, and hear every signal.
    for descriptor in 3..<1024 { posix_spawn_file_actions_addclose(&actions, Int32(descriptor)) }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
    var variables: [UnsafeMutablePointer<CChar>?] =
      environment.map { strdup("\($0)=\($1)") } + [nil]
    defer { for text in arguments + variables { free(text) } }
    var child: pid_t = 0
    let failure = posix_spawnp(&child, command[0], &actions, &attributes, &arguments, &variables)
    guard failure == 0 else {
      throw CocoaError(.executableNotLoadable, userInfo: [NSFilePathErrorKey: command[0]])
    }
    return child
  }
}
