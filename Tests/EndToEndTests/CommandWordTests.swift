import Foundation
import TestSupport
import Testing

/// Command lines as people write them.
@Suite struct CommandWordTests {
  private let script = Array("domain a { memory = 64MiB }\noutput x = 1\n".utf8)

  @Test(arguments: [
    ["-c", "test:///default", "plan", "-"], ["--connect", "test:///default", "plan", "-"],
    ["--connect=test:///default", "--set", "plan=plan", "--jobs", "2", "plan", "-"],
    ["--json", "-c", "test:///default", "plan", "-"],
  ])
  func optionsMayStandBeforeTheCommand(command: [String]) throws {
    let script = Array("param plan: string = \"\"\ndomain a { memory = 64MiB }".utf8)
    let result = try vmscript(command, input: script)
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.contains("create"))
    #expect(!result.output.contains("created"))
  }

  @Test func anOptionOfTheCommandAloneMayStandBeforeIt() throws {
    let result = try vmscript(
      "--exit-code", "-c", "test:///default", "plan", "-", input: script)
    #expect(result.status == 5)
  }

  @Test func aValueOfAnOptionIsNoCommand() throws {
    let result = try vmscript("-e", "plan", input: [])
    #expect(result.status == 2)
    #expect(result.errors.contains("VM0201"), "\(result.errors)")
  }

  @Test func aCommandBehindTheScriptIsNamed() throws {
    let result = try vmscript("Examples/hello.vmscript", "plan")
    #expect(result.status == 2)
    #expect(result.errors.contains("write the command first: `vmscript plan …`"))
  }

  @Test(arguments: [
    (["start", "web-1"], "start \"web-1\""), (["stop", "web-1"], "stop \"web-1\""),
    (["snapshot", "web-1"], "snapshot \"web-1\" as \"NAME\""), (["delete"], "delete \"NAME\""),
  ])
  func aVerbIsNoCommandButAScript(command: [String], statement: String) throws {
    let result = try vmscript(command)
    #expect(result.status == 64)
    #expect(result.errors.contains("error[VM0806]"))
    #expect(result.errors.contains("vmscript -e '\(statement)'"), "\(result.errors)")
    #expect(try vmscript("fmt", "-", input: Array(statement.utf8)).status == 0)
  }

  @Test(arguments: [("apply", "run"), ("ls", "list"), ("validate", "check"), ("down", "destroy")])
  func commandsOfOtherProgramsAreUnderstood(word: String, command: String) throws {
    let result = try vmscript(word)
    #expect(result.status == 64)
    #expect(result.errors.contains("did you mean `vmscript \(command)`?"))
  }

  @Test func aSettingIsForTheScriptsThatKnowIt() throws {
    let folder = try ScratchFolder()
    for (name, text) in [("a", "param n: int\noutput x = n"), ("b", "output y = 1")] {
      try folder.write("\(name).vmscript", text)
    }
    let files = ["a.vmscript", "b.vmscript"]
    #expect(try vmscript(["check"] + files + ["--set", "n=1"], folder: folder.url).status == 0)
    let result = try vmscript(["eval"] + files + ["--set", "n=7"], folder: folder.url)
    #expect(result.status == 0)
    #expect(result.output.filter { !$0.isWhitespace } == #"[{"x":7},{"y":1}]"#)
    let unknown = try vmscript(["check"] + files + ["--set", "m=1"], folder: folder.url)
    #expect(unknown.status == 2)
    #expect(unknown.errors.contains("no parameter `m`"))
    let alone = try vmscript(["check", "b.vmscript", "--set", "n=1"], folder: folder.url)
    #expect(alone.status == 2)
  }

  @Test func aVariableOfOursIsNoParameter() throws {
    let script = Array("param hypervisor: string = \"mine\"\noutput h = hypervisor".utf8)
    let environment = ["VMSCRIPT_HYPERVISOR": "qemu"]
    let result = try vmscript("eval", "-", input: script, environment: environment)
    #expect(result.output.contains("\"mine\""))
    let given = try vmscript(
      "eval", "-", "--set", "hypervisor=theirs", input: script, environment: environment)
    #expect(given.output.contains("\"theirs\""))
    let required = try vmscript(
      "eval", "-e", "param hypervisor: string", environment: environment)
    #expect(required.status == 2)
    #expect(!required.errors.contains("VMSCRIPT_HYPERVISOR"))
  }

  /// The parser of arguments repeats them; none may speak to the terminal.
  @Test(arguments: [
    ["--non\u{1B}[31msense\n$ forged"], ["list", "--x\u{9B}31m"],
    ["run", "--set", "\u{1B}]0;x\u{7}"],
    ["run", "--jobs", "\u{1B}[2J"], ["run", "--color", "\u{1B}[2J"], ["show", "a", "b\u{1B}[2J"],
    ["explain", "\u{1B}[2J"], ["\u{1B}[2J"], ["ssh", "--port", "\u{1B}[2J"],
    ["run", "--stack", "\u{202E}x", "y"], ["run", "--limit", "\u{1B}=1"], ["eval", "\u{1B}c"],
  ])
  func noArgumentReachesTheTerminalAsItIs(command: [String]) throws {
    let result = try vmscript(command, environment: ["LIBVIRT_DEFAULT_URI": "test:///default"])
    #expect(result.status != 0)
    #expect(!result.errors.isEmpty)
    let shown = (result.output + result.errors).unicodeScalars
    #expect(
      !shown.contains {
        ($0.value < 0x20 && $0 != "\n") || (0x7F..<0xA0).contains($0.value) || $0 == "\u{202E}"
      }, "\(result.errors.debugDescription)")
    #expect(!result.errors.contains("\n$ forged"))
  }
}
