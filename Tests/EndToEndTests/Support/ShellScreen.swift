import Foundation
import Testing

/// The shell on a terminal with a screen, which is tmux's: keys in, rows of text out.
///
/// Nothing is timed: ``expect(_:)`` waits for what the screen shows, and fails after a minute.
final class ShellScreen {
  struct TimedOut: Error, CustomStringConvertible {
    let awaited: String
    let screen: String
    var description: String { "no `\(awaited)` on:\n\(screen)" }
  }

  private static let program = "/usr/bin/tmux"
  private let socket: String
  /// Where the shell keeps its state.
  let state: URL

  /// Whether there is a tmux.
  static var isAvailable: Bool { FileManager.default.isExecutableFile(atPath: program) }

  /// Starts the shell over the test driver and waits for its prompt.
  init(
    columns: Int = 90, rows: Int = 40, _ arguments: [String] = [], state: URL? = nil
  ) throws {
    socket = "vms-\(UUID().uuidString.prefix(8))"
    self.state =
      state ?? FileManager.default.temporaryDirectory.appendingPathComponent("state-\(socket)")
    let command =
      (["env", "LIBVIRT_DEFAULT_URI=test:///default", "XDG_STATE_HOME=\(self.state.path)"]
      + [vmscriptBinary.path] + arguments).joined(separator: " ")
    try startServer([
      "-f", "/dev/null", "new-session", "-d", "-x", "\(columns)", "-y", "\(rows)",
      "\(command); echo left with $?; sleep 600",
    ])
    try expect("connected to test:///default")
  }

  deinit { _ = try? run(["kill-server"]) }

  /// The server lives on as a daemon. It must hold nothing that it inherited: who waits for another
  /// process of these tests waits until nobody holds what that one was given.
  private func startServer(_ arguments: [String]) throws {
    let script = """
      for fd in /proc/$$/fd/*; do n=${fd##*/}; [ $n -gt 2 ] && eval "exec $n>&-"; done
      exec "$0" "$@"
      """
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = ["-c", script, Self.program, "-L", socket] + arguments
    process.currentDirectoryURL = packageFolder
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
  }

  /// Types text as it is.
  func type(_ text: String) throws { _ = try tmux(["send-keys", "-l", text]) }

  /// Presses keys by tmux's names, such as `Enter`, `C-c`, `Up`.
  func press(_ keys: String...) throws { _ = try tmux(["send-keys"] + keys) }

  /// Types an entry and Enter.
  func enter(_ text: String) throws {
    try type(text)
    try press("Enter")
  }

  /// Pastes text as a terminal that brackets it.
  func paste(_ text: String) throws {
    _ = try tmux(["set-buffer", text])
    _ = try tmux(["paste-buffer", "-p"])
  }

  /// Makes the window as wide as this.
  func resize(columns: Int) throws { _ = try tmux(["resize-window", "-x", "\(columns)"]) }

  /// The rows of the screen, spaces at their ends cut off.
  var rows: [String] {
    get throws {
      try tmux(["capture-pane", "-p"]).split(separator: "\n", omittingEmptySubsequences: false)
        .map { String($0.reversed().drop { $0 == " " }.reversed()) }
    }
  }

  /// Waits until the screen shows rows below each other that end with these lines.
  func expect(_ lines: String) throws {
    let deadline = ContinuousClock.now + .seconds(60)
    while true {
      let screen = try rows.joined(separator: "\n")
      if screen.contains(lines) { return }
      guard ContinuousClock.now < deadline else { throw TimedOut(awaited: lines, screen: screen) }
      usleep(50_000)
    }
  }

  private func tmux(_ arguments: [String]) throws -> String {
    let (status, output) = try run(arguments)
    try #require(status == 0, "tmux \(arguments)")
    return output
  }

  private func run(_ arguments: [String]) throws -> (status: Int32, output: String) {
    let process = Process()
    let files = FileManager.default
    let output = files.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    _ = files.createFile(atPath: output.path, contents: nil)
    defer { try? files.removeItem(at: output) }
    process.executableURL = URL(fileURLWithPath: Self.program)
    // Never a server of its own making, see `startServer`.
    process.arguments = ["-N", "-L", socket] + arguments
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return (
      process.terminationStatus, String(decoding: try Data(contentsOf: output), as: UTF8.self)
    )
  }
}
