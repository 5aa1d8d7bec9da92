import Foundation
import Synchronization

/// Runs a program without keeping a thread of the test run busy; ends it when the task is cancelled.
enum Subprocess {
  /// - Parameters:
  ///   - program: a path, or a name to be found on the path.
  ///   - environment: added to the test run's own.
  ///   - started: given the process identifier as soon as there is one.
  static func run(
    _ program: String, _ arguments: [String], environment: [String: String] = [:],
    started: @escaping @Sendable (pid_t) -> Void = { _ in }
  ) async throws -> CommandResult {
    let files = FileManager.default
    let scratch = files.temporaryDirectory.appendingPathComponent("vmo-" + UUID().uuidString)
    try files.createDirectory(at: scratch, withIntermediateDirectories: true)
    defer { try? files.removeItem(at: scratch) }
    let output = scratch.appendingPathComponent("out")
    let errors = scratch.appendingPathComponent("err")
    // Files, not pipes: what the program leaves running may keep them open as long as it likes.
    for file in [output, errors] { try Data().write(to: file) }

    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [program] + arguments
    process.currentDirectoryURL = packageFolder
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: errors)
    let running = Mutex<pid_t?>(nil)
    let status = try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<_, _>) in
        process.terminationHandler = { process in
          running.withLock { $0 = nil }
          continuation.resume(returning: process.terminationStatus)
        }
        do {
          try process.run()
          let identifier = process.processIdentifier
          running.withLock { $0 = process.isRunning ? identifier : nil }
          started(identifier)
        } catch { continuation.resume(throwing: error) }
      }
    } onCancel: {
      running.withLock { identifier in
        if let identifier { kill(identifier, SIGKILL) }
      }
    }
    return CommandResult(
      status: status,
      output: String(decoding: try Data(contentsOf: output), as: UTF8.self),
      errors: String(decoding: try Data(contentsOf: errors), as: UTF8.self))
  }
}
