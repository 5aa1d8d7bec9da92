import Foundation
import TestSupport
import Testing

/// The input and the screen of the shell.
@Suite(.enabled(if: ShellScreen.isAvailable)) struct ShellTests {
  @Test func expressionsPrintTheirValues() async throws {
    try await withShell { shell in
      try await shell.enter("20GiB / 8GiB")
      try await shell.expect("vm> 20GiB / 8GiB\n2.5\nvm>")
      try await shell.enter("_ * 2")
      try await shell.expect("\n5.0\nvm>")
    }
  }

  @Test func anEntryGoesOnUntilItIsComplete() async throws {
    try await withShell { shell in
      try await shell.enter("domain web {")
      try await shell.enter("memory = 64MiB")
      try await shell.enter("nic {")
      try await shell.enter(#"net = "default""#)
      try await shell.enter("}")
      try await shell.enter("}")
      try await shell.expect(
        "vm> domain web {\n  memory = 64MiB\n  nic {\n    net = \"default\"\n  }\n}\n+ domain web")
      try await shell.expect("shell: 1 created in")
      try await shell.enter("web.state")
      try await shell.expect("vm> web.state\n\"running\"\nvm>")
    }
  }

  @Test func declaringAgainChangesTheMachine() async throws {
    try await withShell { shell in
      try await shell.enter("domain web { memory = 64MiB, state = stopped }")
      try await shell.expect("1 created")
      try await shell.enter("domain web { memory = 128MiB, state = stopped }")
      try await shell.expect("~ domain web  memory 64MiB → 128MiB")
      try await shell.expect("1 updated")
    }
  }

  @Test func anErrorIsADiagnosticAndTheSessionGoesOn() async throws {
    try await withShell { shell in
      try await shell.enter("domain web { memroy = 64MiB }")
      try await shell.expect("help: did you mean `memory`?")
      try await shell.enter("1 + 1")
      try await shell.expect("\n2\nvm>")
    }
  }

  @Test func controlCClearsTheLineAndEndsWork() async throws {
    try await withShell { shell in
      try await shell.type("let never = 1")
      try await shell.expect("vm> let never = 1")
      try await shell.press("C-c")
      try await shell.expect("vm> let never = 1\nvm>")
      try await shell.enter("print \"begun\"; for i in 1...1000000000 { let x = i }")
      try await shell.expect("\nbegun")
      try await shell.press("C-c")
      try await shell.expect("was cancelled")
      try await shell.enter(
        "domain web { memory = 64MiB }; wait web for web.state == \"stopped\" within 10m")
      try await shell.expect("for a condition of web")
      try await shell.press("C-c")
      try await shell.expect("error[VM0704]")
      try await shell.enter("1 + 1")
      try await shell.expect("\n2\nvm>")
    }
  }

  @Test func controlDLeaves() async throws {
    try await withShell { shell in
      try await shell.type("ab")
      try await shell.press("Left", "C-d", "C-d")
      try await shell.expect("vm> a")
      try await shell.press("BSpace", "C-d")
      try await shell.expect("left with 0")
    }
  }

  @Test func textTypedDuringAnEntryIsTheNextEntry() async throws {
    try await withShell { shell in
      try await shell.enter(
        "domain web { memory = 64MiB }; wait web for web.state == \"stopped\" within 2s")
      try await shell.enter("1 + 1")
      try await shell.type("2 +")
      try await shell.expect("vm> 1 + 1\n2\nvm> 2 +")
    }
  }

  @Test func pastedTextIsNotRun() async throws {
    try await withShell { shell in
      try await shell.paste("let a = 1\nlet b = 2\na + b\n")
      try await shell.expect("vm> let a = 1\nlet b = 2\na + b")
      try await shell.press("Enter")
      try await shell.expect("a + b\n3\nvm>")
    }
  }

  @Test func historyIsKeptForTheNextShell() async throws {
    let folder = try ScratchFolder()
    let state = folder.url
    try await withShell(state: state) { first in
      try await first.enter("[1,")
      try await first.enter("2]")
      try await first.expect("\n[1, 2]\nvm>")
      try await first.enter(#"len("secret")"#)
      try await first.expect("\n6\nvm>")
      let path = state.appendingPathComponent("vmscript/history").path
      let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
      #expect(mode == 0o600)
    }
    try await withShell(state: state) { second in
      try await second.press("Up")
      try await second.expect("vm> [1,\n  2]")
      try await second.press("C-c")
      try await second.expect("  2]\nvm>")
      try await second.press("C-r")
      try await second.type("1,")
      try await second.expect("search `1,`: [1,")
    }
  }

  @Test func tabCompletesBySchemaScopeAndHost() async throws {
    try await withShell { shell in
      try await shell.type("dom")
      try await shell.press("Tab")
      try await shell.type("web { tit")
      try await shell.press("Tab")
      try await shell.expect("vm> domain web { title =")
      try await shell.press("C-c")
      try await shell.enter("let lengthy = 5")
      try await shell.type("lengt")
      try await shell.press("Tab")
      try await shell.expect("vm> lengthy")
      try await shell.press("C-c")
      try await shell.type("domain web { nic { net = \"def")
      try await shell.press("Tab")
      try await shell.expect("net = \"default")
    }
  }

  @Test func anEntryKeepsItsShapeInANarrowWindow() async throws {
    try await withShell(columns: 40) { shell in
      try await shell.enter("let big = {")
      try await shell.type(#"a: "wörld 漢字 and more""#)
      try await shell.resize(columns: 20)
      try await shell.expect("vm> let big = {\n  a: \"wörld 漢字 and\n more\"")
      try await shell.enter("")
      try await shell.enter("}")
      try await shell.enter("len(big)")
      try await shell.expect("\n1\nvm>")
    }
  }

  @Test func aPreviewChangesNothing() async throws {
    try await withShell { shell in
      try await shell.enter(":plan on")
      try await shell.enter("domain web { memory = 64MiB }")
      try await shell.expect("shell: 1 to create")
      try await shell.enter(":show web")
      try await shell.expect("error[VM0790]")
      try await shell.enter(":apply")
      try await shell.expect("shell: 1 created")
    }
  }

  @Test func declarationsAreSavedAsAScriptThatRuns() async throws {
    try await withShell { shell in
      let folder = try ScratchFolder()
      let file = folder.url.appendingPathComponent("lab.vmscript")
      try await shell.enter("let size = 64MiB")
      try await shell.enter("net lab { subnet = 10.9.0.0/24, mode = isolated }")
      try await shell.enter(
        "domain base { memory = size, nic { net = lab, mac = \"52:54:00:00:00:07\" }, state = stopped }"
      )
      try await shell.enter("clone base as copy { memory = 2 * size }")
      try await shell.expect("domain copy")
      try await shell.enter(":save \(file.path)")
      try await shell.enter("1 + 1")
      try await shell.expect("\n2\nvm>")
      let run = try vmscript(file.path, "-c", "test:///default", "--json")
      #expect(run.status == 0)
      #expect(run.output.contains(#""stack": "shell""#))
      #expect(run.output.contains(#""name": "copy""#))
    }
  }

  @Test func longEntriesAreEntries() async throws {
    try await withShell { shell in
      try await shell.paste("let long = [\((0..<1_100).map { "\($0)" }.joined(separator: ", "))]")
      try await shell.expect("1098, 1099]")
      try await shell.press("Enter")
      try await shell.enter("len(long)")
      try await shell.expect("\n1100\nvm>")
      try await shell.paste("let rows = [\n" + (0..<500).map { "  \($0),\n" }.joined() + "]\n")
      try await shell.expect("  499,\n]")
      try await shell.press("Enter")
      try await shell.enter("len(rows)")
      try await shell.expect("\n500\nvm>")
    }
  }

  @Test func aHostThatDoesNotAnswerLeavesAllAsItIs() async throws {
    try await withShell { shell in
      try await shell.enter("let x = 5")
      try await shell.enter(":connect nothing:///here")
      try await shell.expect("error[VM0701]")
      try await shell.enter("x")
      try await shell.expect("\n5\nvm>")
    }
  }

  @Test func unpluggingGuestsNeedsConfirmation() async throws {
    try await withShell { shell in
      try await shell.enter("net lab { subnet = 10.9.0.0/24, mode = isolated }")
      try await shell.expect("1 created")
      try await shell.enter("domain web { memory = 64MiB, nic { net = lab } }")
      try await shell.expect("1 created")
      try await shell.enter("net lab { subnet = 10.8.0.0/24, mode = isolated }")
      try await shell.expect("Continue? [y/N]")
      try await shell.enter("n")
      try await shell.expect("refused: nothing was changed")
      try await shell.enter("lab.subnet")
      try await shell.expect("\n10.9.0.0/24\nvm>")
      try await shell.enter("net lab { subnet = 10.8.0.0/24, mode = isolated }")
      try await shell.expect("Continue? [y/N]")
      try await shell.enter("y")
      try await shell.expect("1 updated")
      try await shell.enter("lab.subnet")
      try await shell.expect("\n10.8.0.0/24\nvm>")
    }
  }

  @Test func aNetworkWithoutGuestsChangesUnasked() async throws {
    try await withShell { shell in
      try await shell.enter("net lab { subnet = 10.9.0.0/24, mode = isolated }")
      try await shell.expect("1 created")
      try await shell.enter("net lab { subnet = 10.8.0.0/24, mode = isolated }")
      try await shell.expect("1 updated")
      try await shell.enter("lab.subnet")
      try await shell.expect("\n10.8.0.0/24\nvm>")
    }
  }

  @Test func verbsActOnWhatTheHostHas() async throws {
    try await withShell { shell in
      try await shell.enter(#"stop "test" force"#)
      try await shell.expect("✓ stop test")
      try await shell.enter(#"domain("test").state"#)
      try await shell.expect("\"stopped\"\nvm>")
    }
  }

  @Test func aFileCanBeEnteredFirst() async throws {
    try await withShell(["-i", "Examples/hello.vmscript"]) { shell in
      try await shell.expect("vm>")
    }
  }
}
