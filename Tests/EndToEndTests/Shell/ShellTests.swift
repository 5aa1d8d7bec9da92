import Foundation
import Testing

/// What a user of the shell types and sees.
@Suite(.enabled(if: ShellScreen.isAvailable)) struct ShellTests {
  @Test func expressionsPrintTheirValues() throws {
    let shell = try ShellScreen()
    try shell.enter("20GiB / 8GiB")
    try shell.expect("vm> 20GiB / 8GiB\n2.5\nvm>")
    try shell.enter("_ * 2")
    try shell.expect("\n5.0\nvm>")
  }

  @Test func anEntryGoesOnUntilItIsComplete() throws {
    let shell = try ShellScreen()
    try shell.enter("domain web {")
    try shell.enter("memory = 64MiB")
    try shell.enter("nic {")
    try shell.enter(#"net = "default""#)
    try shell.enter("}")
    try shell.enter("}")
    try shell.expect(
      "vm> domain web {\n  memory = 64MiB\n  nic {\n    net = \"default\"\n  }\n}\n+ domain web")
    try shell.expect("shell: 1 created in")
    try shell.enter("web.state")
    try shell.expect("vm> web.state\n\"running\"\nvm>")
  }

  @Test func declaringAgainChangesTheMachine() throws {
    let shell = try ShellScreen()
    try shell.enter("domain web { memory = 64MiB, state = stopped }")
    try shell.expect("1 created")
    try shell.enter("domain web { memory = 128MiB, state = stopped }")
    try shell.expect("~ domain web  memory 64MiB → 128MiB")
    try shell.expect("1 updated")
  }

  @Test func anErrorIsADiagnosticAndTheSessionGoesOn() throws {
    let shell = try ShellScreen()
    try shell.enter("domain web { memroy = 64MiB }")
    try shell.expect("help: did you mean `memory`?")
    try shell.enter("1 + 1")
    try shell.expect("\n2\nvm>")
  }

  @Test func controlCClearsTheLineAndEndsWork() throws {
    let shell = try ShellScreen()
    try shell.type("let never = 1")
    try shell.expect("vm> let never = 1")
    try shell.press("C-c")
    try shell.expect("vm> let never = 1\nvm>")
    try shell.enter("print \"begun\"; for i in 1...1000000000 { let x = i }")
    try shell.expect("\nbegun")
    try shell.press("C-c")
    try shell.expect("was cancelled")
    try shell.enter(
      "domain web { memory = 64MiB }; wait web for web.state == \"stopped\" within 10m")
    try shell.expect("for a condition of web")
    try shell.press("C-c")
    try shell.expect("error[VM0704]")
    try shell.enter("1 + 1")
    try shell.expect("\n2\nvm>")
  }

  @Test func controlDLeaves() throws {
    let shell = try ShellScreen()
    try shell.type("ab")
    try shell.press("Left", "C-d", "C-d")
    try shell.expect("vm> a")
    try shell.press("BSpace", "C-d")
    try shell.expect("left with 0")
  }

  @Test func whatIsTypedWhileAnEntryRunsIsTheNextOne() throws {
    let shell = try ShellScreen()
    try shell.enter(
      "domain web { memory = 64MiB }; wait web for web.state == \"stopped\" within 2s")
    try shell.enter("1 + 1")
    try shell.type("2 +")
    try shell.expect("vm> 1 + 1\n2\nvm> 2 +")
  }

  @Test func whatIsPastedIsNotRun() throws {
    let shell = try ShellScreen()
    try shell.paste("let a = 1\nlet b = 2\na + b\n")
    try shell.expect("vm> let a = 1\nlet b = 2\na + b")
    try shell.press("Enter")
    try shell.expect("a + b\n3\nvm>")
  }

  @Test func historyIsKeptForTheNextShell() throws {
    let state = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: state) }
    let first = try ShellScreen(state: state)
    try first.enter("[1,")
    try first.enter("2]")
    try first.expect("\n[1, 2]\nvm>")
    try first.enter(#"len("secret")"#)
    try first.expect("\n6\nvm>")
    let path = state.appendingPathComponent("vmscript/history").path
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    let second = try ShellScreen(state: state)
    try second.press("Up")
    try second.expect("vm> [1,\n  2]")
    try second.press("C-c")
    try second.expect("  2]\nvm>")
    try second.press("C-r")
    try second.type("1,")
    try second.expect("search `1,`: [1,")
  }

  @Test func tabCompletesBySchemaScopeAndHost() throws {
    let shell = try ShellScreen()
    try shell.type("dom")
    try shell.press("Tab")
    try shell.type("web { tit")
    try shell.press("Tab")
    try shell.expect("vm> domain web { title =")
    try shell.press("C-c")
    try shell.enter("let lengthy = 5")
    try shell.type("lengt")
    try shell.press("Tab")
    try shell.expect("vm> lengthy")
    try shell.press("C-c")
    try shell.type("domain web { nic { net = \"def")
    try shell.press("Tab")
    try shell.expect("net = \"default")
  }

  @Test func anEntryKeepsItsShapeInANarrowWindow() throws {
    let shell = try ShellScreen(columns: 40)
    try shell.enter("let big = {")
    try shell.type(#"a: "wörld 漢字 and more""#)
    try shell.resize(columns: 20)
    try shell.expect("vm> let big = {\n  a: \"wörld 漢字 and\n more\"")
    try shell.enter("")
    try shell.enter("}")
    try shell.enter("len(big)")
    try shell.expect("\n1\nvm>")
  }

  @Test func aPreviewChangesNothing() throws {
    let shell = try ShellScreen()
    try shell.enter(":plan on")
    try shell.enter("domain web { memory = 64MiB }")
    try shell.expect("shell: 1 to create")
    try shell.enter(":show web")
    try shell.expect("error[VM0790]")
    try shell.enter(":apply")
    try shell.expect("shell: 1 created")
  }

  @Test func whatWasDeclaredIsSavedAsAScriptThatRuns() throws {
    let shell = try ShellScreen()
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("\(UUID().uuidString).vmscript")
    defer { try? FileManager.default.removeItem(at: file) }
    try shell.enter("let size = 64MiB")
    try shell.enter("net lab { subnet = 10.9.0.0/24, mode = isolated }")
    try shell.enter(
      "domain base { memory = size, nic { net = lab, mac = \"52:54:00:00:00:07\" }, state = stopped }"
    )
    try shell.enter("clone base as copy { memory = 2 * size }")
    try shell.expect("domain copy")
    try shell.enter(":save \(file.path)")
    try shell.enter("1 + 1")
    try shell.expect("\n2\nvm>")
    let run = try vmscript(file.path, "-c", "test:///default", "--json")
    #expect(run.status == 0)
    #expect(run.output.contains(#""stack": "shell""#))
    #expect(run.output.contains(#""name": "copy""#))
  }

  @Test func longEntriesAreEntries() throws {
    let shell = try ShellScreen()
    try shell.paste("let long = [\((0..<1_100).map { "\($0)" }.joined(separator: ", "))]")
    try shell.expect("1098, 1099]")
    try shell.press("Enter")
    try shell.enter("len(long)")
    try shell.expect("\n1100\nvm>")
    try shell.paste("let rows = [\n" + (0..<500).map { "  \($0),\n" }.joined() + "]\n")
    try shell.expect("  499,\n]")
    try shell.press("Enter")
    try shell.enter("len(rows)")
    try shell.expect("\n500\nvm>")
  }

  @Test func aHostThatDoesNotAnswerLeavesAllAsItIs() throws {
    let shell = try ShellScreen()
    try shell.enter("let x = 5")
    try shell.enter(":connect nothing:///here")
    try shell.expect("error[VM0701]")
    try shell.enter("x")
    try shell.expect("\n5\nvm>")
  }

  @Test func whatLosesDataIsAskedForFirst() throws {
    let shell = try ShellScreen()
    try shell.enter("net lab { subnet = 10.9.0.0/24, mode = isolated }")
    try shell.expect("1 created")
    try shell.enter("net lab { subnet = 10.8.0.0/24, mode = isolated }")
    try shell.expect("Go on? [y/N]")
    try shell.enter("n")
    try shell.expect("error[VM0712]")
    try shell.enter("lab.subnet")
    try shell.expect("\n10.9.0.0/24\nvm>")
    try shell.enter("net lab { subnet = 10.8.0.0/24, mode = isolated }")
    try shell.expect("Go on? [y/N]")
    try shell.enter("y")
    try shell.expect("1 updated")
    try shell.enter("lab.subnet")
    try shell.expect("\n10.8.0.0/24\nvm>")
  }

  @Test func verbsActOnWhatTheHostHas() throws {
    let shell = try ShellScreen()
    try shell.enter(#"stop "test" force"#)
    try shell.expect("✓ stop test")
    try shell.enter(#"domain("test").state"#)
    try shell.expect("\"stopped\"\nvm>")
  }

  @Test func aFileCanBeEnteredFirst() throws {
    let shell = try ShellScreen(["-i", "Examples/hello.vmscript"])
    try shell.expect("vm>")
  }
}
