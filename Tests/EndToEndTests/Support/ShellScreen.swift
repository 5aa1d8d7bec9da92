import Foundation
import TestSupport
import Testing

/// Has a body use the shell on a screen, over the test driver unless `host` says otherwise, and ends
/// the shell whatever came of it.
///
/// - Parameters:
///   - state: where the shell keeps its state; nil is a folder of its own.
///   - environment: added to the test run's own.
///   - isAnswering: whether the host answers now, which is waited for then.
func withShell(
  columns: Int = 90, rows: Int = 40, host: String = "test:///default", state: URL? = nil,
  environment: [String: String] = [:], isAnswering: Bool = true, _ arguments: [String] = [],
  _ body: (ShellScreen) async throws -> Void
) async throws {
  let own = try ScratchFolder()
  let variables = environment.merging([
    "LIBVIRT_DEFAULT_URI": host, "XDG_STATE_HOME": state?.path ?? own.path, "EDITRC": "/dev/null",
    "NO_COLOR": "",
  ]) { mine, _ in mine }
  let command =
    ["env"] + variables.map { "\($0)=\($1)" } + [vmscriptBinary.path] + arguments
  let shell = try await ShellScreen(columns: columns, rows: rows, command)
  do {
    try await shell.expect(isAnswering ? "connected to " : "vm>")
    try await body(shell)
  } catch {
    await shell.end()
    throw error
  }
  await shell.end()
}

/// A program on a terminal with a screen, which is tmux's: keys in, rows of text out.
///
/// Nothing is timed: ``expect(_:)`` waits for what the screen shows, and fails after two minutes.
struct ShellScreen: Sendable {
  struct TimedOut: Error, CustomStringConvertible {
    let awaited: String
    let screen: String
    var description: String { "no `\(awaited)` on:\n\(screen)" }
  }

  private static let program = "/usr/bin/tmux"
  private let socket = "vms-\(UUID().uuidString.prefix(8))"

  /// Whether there is a tmux.
  static var isAvailable: Bool { FileManager.default.isExecutableFile(atPath: program) }

  /// Starts a program; what it left with is shown below what it wrote.
  init(columns: Int, rows: Int, _ command: [String]) async throws {
    let quoted = command.map { "'\($0)'" }.joined(separator: " ")
    let result = try await Subprocess.run(
      Self.program,
      [
        "-L", socket, "-f", "/dev/null", "new-session", "-d", "-x", "\(columns)", "-y", "\(rows)",
        "\(quoted); echo left with $?; sleep 600",
      ])
    try #require(result.status == 0, "\(result.errors)")
  }

  /// Closes the terminal with all that runs on it.
  func end() async { _ = try? await tmux("kill-server") }

  /// Types text as it is.
  func type(_ text: String) async throws { _ = try await tmux("send-keys", "-l", text) }

  /// Presses keys by tmux's names, such as `Enter`, `C-c`, `Up`.
  func press(_ keys: String...) async throws { _ = try await tmux(["send-keys"] + keys) }

  /// Types an entry and Enter.
  func enter(_ text: String) async throws {
    try await type(text)
    try await press("Enter")
  }

  /// Pastes text as a terminal that brackets it.
  func paste(_ text: String) async throws {
    _ = try await tmux("set-buffer", text)
    _ = try await tmux("paste-buffer", "-p")
  }

  /// Types bytes of any kind, as a terminal might send them.
  func send(_ bytes: String) async throws { try await send(Array(bytes.utf8)) }

  /// Types bytes of any kind, be they UTF-8 or not.
  func send(_ bytes: [UInt8]) async throws {
    let hexadecimal = bytes.map { String($0, radix: 16) }
    _ = try await tmux(["send-keys", "-H"] + hexadecimal)
  }

  /// Makes the window as wide, and as high, as this.
  func resize(columns: Int, rows: Int? = nil) async throws {
    _ = try await tmux(
      ["resize-window", "-x", "\(columns)"] + (rows.map { ["-y", "\($0)"] } ?? []))
  }

  /// From now on writes all that the program sends to its terminal to a file as well.
  func record(to file: URL) async throws {
    _ = try await tmux("pipe-pane", "-o", "cat > '\(file.path)'")
  }

  /// Ends the program at once, which can do nothing about it.
  func kill() async throws {
    let parent = try await tmux("display-message", "-p", "#{pane_pid}")
    _ = try await Subprocess.run("/usr/bin/pkill", ["-KILL", "-P", parent.filter(\.isNumber)])
  }

  /// The rows of the screen, spaces at their ends cut off.
  var rows: [String] {
    get async throws {
      try await tmux("capture-pane", "-p").split(separator: "\n", omittingEmptySubsequences: false)
        .map { String($0.reversed().drop { $0 == " " }.reversed()) }
    }
  }

  /// The screen as it is, with each change of colour written as `[32m`; the background has none.
  var colored: String {
    get async throws {
      try await tmux("capture-pane", "-p", "-e").replacingOccurrences(of: "\u{1B}", with: "")
        .replacingOccurrences(of: "[49m", with: "")
    }
  }

  /// Waits until the screen shows rows below each other that end with these lines.
  func expect(_ lines: String) async throws {
    try await wait(for: lines) { $0.contains(lines) }
  }

  /// Waits until these lines are the last ones on the screen, and the cursor, if given, stands in
  /// that column of the row so far above the last one.
  func expectEnd(_ lines: String, cursor: (column: Int, above: Int)? = nil) async throws {
    try await wait(for: "\(lines)` at the end, cursor at `\(cursor.map { "\($0)" } ?? "")") {
      screen in
      let text = String(screen.reversed().drop { $0 == "\n" }.reversed())
      guard text.hasSuffix(lines) else { return false }
      guard let cursor else { return true }
      let row = text.split(separator: "\n", omittingEmptySubsequences: false).count - 1
      let place = try await tmux("display-message", "-p", "#{cursor_x} #{cursor_y}")
      return place.hasPrefix("\(cursor.column) \(row - cursor.above)\n")
    }
  }

  /// Waits until the screen with its colours has a text.
  func expectColored(_ text: String) async throws {
    let deadline = ContinuousClock.now + .seconds(120)
    while true {
      let screen = try await colored
      if screen.contains(text) { return }
      guard ContinuousClock.now < deadline else { throw TimedOut(awaited: text, screen: screen) }
      try await Task.sleep(for: .milliseconds(50))
    }
  }

  private func wait(
    for awaited: String, _ condition: (String) async throws -> Bool
  ) async throws {
    let deadline = ContinuousClock.now + .seconds(120)
    while true {
      let screen = try await rows.joined(separator: "\n")
      if try await condition(screen) { return }
      guard ContinuousClock.now < deadline else { throw TimedOut(awaited: awaited, screen: screen) }
      try await Task.sleep(for: .milliseconds(50))
    }
  }

  /// Waits until the screen shows a row that starts with a text; gives the first such row.
  func expect(startingWith start: String) async throws -> String {
    try await expect("\n\(start)")
    return try #require(await rows.first { $0.hasPrefix(start) })
  }

  private func tmux(_ arguments: String...) async throws -> String { try await tmux(arguments) }

  private func tmux(_ arguments: [String]) async throws -> String {
    let result = try await Subprocess.run(Self.program, ["-L", socket] + arguments)
    try #require(result.status == 0, "tmux \(arguments): \(result.errors)")
    return result.output
  }
}
