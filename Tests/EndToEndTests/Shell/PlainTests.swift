import Foundation
import TestSupport
import Testing

/// Terminals without colours, terminals that cannot move their cursor, and none at all.
@Suite(.enabled(if: ShellScreen.isAvailable)) struct PlainTests {
  /// The output of the shell while a body uses it.
  private func record(
    _ environment: [String: String], _ body: (ShellScreen) async throws -> Void
  ) async throws -> String {
    let folder = try ScratchFolder()
    let file = folder.url.appendingPathComponent("record")
    // Without redrawing, the connection may be reported with the second prompt.
    try await withShell(
      environment: environment, isAnswering: !["dumb", ""].contains(environment["TERM"])
    ) { shell in
      try await shell.record(to: file)
      try await body(shell)
    }
    return String(decoding: try Data(contentsOf: file), as: UTF8.self)
  }

  @Test func withoutColoursEntriesAreEditedAllTheSame() async throws {
    let written = try await record(["NO_COLOR": "1"]) { shell in
      try await shell.enter("let word = \"abc\" # why")
      try await shell.expectEnd("why\nvm>")
      try await shell.type("let")
      // Nothing is suggested, so that nothing is taken.
      try await shell.press("Right")
      try await shell.expectEnd("vm> let", cursor: (7, 0))
      try await shell.type(" list = [")
      try await shell.press("Enter")
      try await shell.type("1 2]")
      try await shell.press("Left", "Left", "BSpace")
      try await shell.type(", ")
      try await shell.expectEnd("vm> let list = [\n  1, 2]", cursor: (5, 0))
      try await shell.press("Enter")
      try await shell.type("l")
      try await shell.press("Tab", "Tab")
      try await shell.expect("  list")
    }
    #expect(!written.contains(/\u{1B}\[[0-9;]*m/))
  }

  @Test func aTerminalThatCannotMoveItsCursorGetsTextAlone() async throws {
    let written = try await record(["TERM": "dumb"]) { shell in
      try await shell.enter("let list = [")
      try await shell.expectEnd("vm> let list = [\n...")
      try await shell.type("1, 23")
      try await shell.press("BSpace")
      try await shell.enter("]")
      try await shell.expectEnd("... 1, 2]\nvm>")
      try await shell.type("never")
      try await shell.press("C-c")
      try await shell.expect("\nvm> never^C\nvm>")
      try await shell.enter("list")
      try await shell.expectEnd("\n[1, 2]\nvm>")
      try await shell.enter("domain web { memory = 64MiB }")
      try await shell.expect("1 created")
      try await shell.enter("lis")
      try await shell.expect("did you mean `list`")
      try await shell.press("C-d")
      try await shell.expect("left with 0")
    }
    #expect(!written.contains("\u{1B}"))
  }

  @Test(arguments: ["", "dumb"]) func theFirstPromptIsDrawnOnce(terminal: String) async throws {
    // What tmux would set is taken away: `env` knows no other way to have the variable unset.
    let start = terminal.isEmpty ? ["env", "-u", "TERM"] : ["env", "TERM=\(terminal)"]
    let shell = try await ShellScreen(
      columns: 90, rows: 20, start + [vmscriptBinary.path, "-c", "test:///default"])
    do {
      try await shell.expect("vm>")
      // The connection, and news of it, come behind it.
      try await Task.sleep(for: .seconds(2))
      #expect(try await shell.rows.filter { $0.hasPrefix("vm>") } == ["vm>"])
      try await shell.enter("1 + 1")
      try await shell.expectEnd("\n2\nvm>")
      let screen = try await shell.rows
      #expect(screen.filter { $0.hasPrefix("vm>") } == ["vm> 1 + 1", "vm>"])
      #expect(screen.contains("connected to test:///default"))
      #expect(!(try await shell.colored).contains("[2m"))
    } catch {
      await shell.end()
      throw error
    }
    await shell.end()
  }

  @Test func withoutATerminalStandardInputIsAScript() throws {
    let result = try vmscript(
      "-c", "test:///default", input: Array("let a = [\n1]\nprint a\nprint len(a)\n".utf8),
      environment: ["TERM": "xterm-256color"])
    #expect(result.status == 0)
    #expect(result.output == "[1]\n1\n")
    #expect(!result.errors.contains("\u{1B}"))
  }
}
