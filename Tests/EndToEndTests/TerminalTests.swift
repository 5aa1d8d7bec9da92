import Foundation
import TestSupport
import Testing

/// The command line on a terminal.
@Suite struct TerminalTests {
  private static let waiting = """
    domain a { memory = 64MiB }
    wait a for a.state == "stopped" within 60s
    domain b { memory = 64MiB }
    """

  @Test(
    arguments: [
      ("y\n", 0), ("yes\n", 0), ("n\n", 3), ("\n", 3), ("yep\n", 3), ("\u{4}", 3),
    ] as [(String, Int32)])
  func deletionsNeedConfirmation(answer: String, status: Int32) throws {
    let host = try OwnedHost(stack: "ask", domains: ["old"])
    defer { host.remove() }
    let session = try TerminalSession(["destroy", "--stack", "ask", "-c", host.uri])
    try session.expect("1 change deletes a resource. Continue? [y/N] ")
    #expect(session.transcript.contains("- domain old"))
    // It has no disk, no snapshot and no other state.
    #expect(!session.transcript.contains("loses data"))
    session.type(answer)
    #expect(try session.finish() == status)
    if status == 0 {
      #expect(session.transcript.contains("✓ domain old  deleted"))
      #expect(session.transcript.contains("ask: 1 deleted in "))
    } else {
      #expect(!session.transcript.contains("error"))
      #expect(session.transcript.contains("ask: refused: nothing was changed in "))
    }
  }

  @Test func aYesOnTheCommandLineIsNotAskedForAgain() throws {
    let host = try OwnedHost(stack: "ask", domains: ["old"])
    defer { host.remove() }
    let session = try TerminalSession(["destroy", "--stack", "ask", "--yes", "-c", host.uri])
    #expect(try session.finish() == 0)
    #expect(!session.transcript.contains("[y/N]"))
  }

  @Test func aQuietCommandShowsThePlanThatItAsksAbout() throws {
    let host = try OwnedHost(stack: "ask", domains: ["old"])
    defer { host.remove() }
    let session = try TerminalSession(["destroy", "--stack", "ask", "--quiet", "-c", host.uri])
    try session.expect("[y/N] ")
    #expect(session.transcript.contains("- domain old"))
    session.type("n\n")
    #expect(try session.finish() == 3)
  }

  @Test func anInterruptedQuestionIsANo() throws {
    let host = try OwnedHost(stack: "ask", domains: ["old"])
    defer { host.remove() }
    let session = try TerminalSession(["destroy", "--stack", "ask", "-c", host.uri])
    try session.expect("[y/N] ")
    session.interrupt()
    #expect(try session.finish() == 1)
    #expect(!session.transcript.contains("✓"))
  }

  @Test func progressIsPaintedInPlace() throws {
    let session = try TerminalSession(["-e", Self.waiting])
    try session.expect("wait a")
    // The next frame goes up to where the last one began.
    try session.expect("\u{1B}[1A\r")
    session.interrupt()
    #expect(try session.finish() == 1)
    #expect(session.transcript.contains("✓ domain a  created"))
  }

  @Test func ctrlCOnceEndsInOrderAndSaysWhatWasDone() throws {
    let session = try TerminalSession(["-e", Self.waiting])
    try session.expect("wait a")
    session.interrupt()
    #expect(try session.finish() == 1)
    #expect(session.transcript.contains("press Ctrl-C again to stop at once"))
    #expect(session.transcript.contains("error[VM0704]"))
    #expect(session.transcript.contains("command_line: cancelled: 1 created in "))
    #expect(!session.transcript.contains("domain b"))
  }

  @Test func ctrlCTwiceEndsAtOnce() throws {
    // A call of libvirt's that never returns: nothing but the second signal can end this.
    let folder = try ScratchFolder()
    let log = folder.file("log")
    let environment = try FaultLibrary(in: folder.path).environment(
      counting: .change, fault: .init(kind: .change, mode: .hang, call: 1), log: log)
    let session = try TerminalSession(
      ["-e", "domain a { memory = 64MiB }"], environment: environment)
    try session.expect("+ domain a")
    while !FileManager.default.fileExists(atPath: log) { usleep(10_000) }
    session.interrupt()
    try session.expect("press Ctrl-C again to stop at once")
    session.interrupt()
    #expect(try session.finish() == 1)
    #expect(session.transcript.contains("the next run continues from the current state"))
  }

  @Test func ctrlCEndsALoopOfTheScript() throws {
    let script = """
      domain a { memory = 64MiB }
      start a
      for i in 1...900000000 { let n = i }
      domain b { memory = 64MiB }
      """
    let session = try TerminalSession(["-e", script])
    try session.expect("✓ start a")
    session.interrupt()
    #expect(try session.finish() == 1)
    #expect(session.transcript.contains("command_line: cancelled: 1 created, 1 verb run in "))
    #expect(!session.transcript.contains("domain b"))
  }

  @Test func aDumbTerminalGetsPlainLines() throws {
    let session = try TerminalSession(
      ["Examples/hello.vmscript"], environment: ["TERM": "dumb", "NO_COLOR": ""])
    #expect(try session.finish() == 0)
    #expect(session.transcript.contains("✓ domain hello  created"))
    #expect(!session.transcript.contains("\u{1B}"))
  }

  @Test func colourIsForTerminalsThatWantIt() throws {
    let colored = try TerminalSession(["Examples/hello.vmscript"], environment: ["NO_COLOR": ""])
    #expect(try colored.finish() == 0)
    #expect(colored.transcript.contains("\u{1B}[32m+\u{1B}[0m net"))
    let plain = try TerminalSession(["Examples/hello.vmscript"])
    #expect(try plain.finish() == 0)
    #expect(!plain.transcript.contains("\u{1B}[32m"))
  }

  @Test(arguments: [20, 40, 200] as [UInt16])
  func movingLinesFitTheTerminal(columns: UInt16) throws {
    let session = try TerminalSession(["-e", Self.waiting], columns: columns)
    try session.expect("wait a")
    session.interrupt()
    #expect(try session.finish() == 1)
    let spinner: Set<Character> = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"]
    let moving = session.transcript.split(whereSeparator: \.isNewline).filter {
      $0.contains { spinner.contains($0) }
    }
    #expect(!moving.isEmpty)
    for line in moving {
      let text = line.drop { !spinner.contains($0) }.prefix { $0 != "\u{1B}" && $0 != "\r" }
      #expect(text.count <= Int(columns))
    }
  }

  @Test func withoutAScriptTheShellIsOpened() throws {
    let session = try TerminalSession([])
    try session.expect("vm> ")
    session.type("\u{4}")
    #expect(try session.finish() == 0)
  }

  @Test func aCleanCheckSaysSo() throws {
    let session = try TerminalSession(["check", "Examples/hello.vmscript"])
    #expect(try session.finish() == 0)
    #expect(session.transcript == "no errors\r\n")
  }

  @Test func printedControlCharactersAreEscaped() throws {
    let session = try TerminalSession(["-e", #"print "a\u{1B}[2J\tb\nc""#])
    #expect(try session.finish() == 0)
    #expect(session.transcript == "a\\u{1B}[2J\tb\r\nc\r\n")
  }
}
