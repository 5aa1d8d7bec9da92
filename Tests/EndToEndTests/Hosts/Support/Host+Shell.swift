import Foundation
import Testing

extension Host {
  /// Has a body use the shell on this host; see ``withShell(columns:rows:host:state:environment:_:_:)``.
  ///
  /// - Parameter isAnswering: whether the host answers now, which is waited for then.
  func withShell(
    isAnswering: Bool = true, columns: Int = 100, rows: Int = 40,
    _ body: (ShellScreen) async throws -> Void
  ) async throws {
    let ofClient = "\(folder)/client"
    try FileManager.default.createDirectory(
      atPath: ofClient, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    let environment = [
      "XDG_CACHE_HOME": ofClient, "XDG_RUNTIME_DIR": ofClient, "VMSCRIPT_HYPERVISOR": "qemu",
    ]
    try await EndToEndTests.withShell(
      columns: columns, rows: rows, host: uri, environment: environment, isAnswering: isAnswering,
      [], body)
  }

  /// The process of a guest that runs.
  func guestProcess(_ name: String) async throws -> pid_t {
    try #require(try await process("-P", "\(firstProcess())", "-f", "guest=\(name),"))
  }

  /// Has the daemon hold still, so that it answers nothing, while a body runs.
  func withHungDaemon(_ body: () async throws -> Void) async throws {
    let daemon = try #require(try await daemon())
    kill(daemon, SIGSTOP)
    defer { kill(daemon, SIGCONT) }
    try await body()
  }

  /// Ends the daemon and keeps it down while a body runs; guests go on running.
  func withoutDaemon(_ body: () async throws -> Void) async throws {
    // What starts it again holds still meanwhile.
    let first = try await firstProcess()
    kill(first, SIGSTOP)
    do {
      kill(try #require(try await daemon()), SIGKILL)
      try await body()
    } catch {
      kill(first, SIGCONT)
      throw error
    }
    kill(first, SIGCONT)
    try await answers()
  }
}
