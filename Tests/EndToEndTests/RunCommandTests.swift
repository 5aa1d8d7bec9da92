import Foundation
import TestSupport
import Testing

@Suite struct RunCommandTests {
  /// The connection that needs no host: it lives in the process and starts afresh each time.
  static let testHost = ["LIBVIRT_DEFAULT_URI": "test:///default"]

  @Test(arguments: [["run"], []])
  func aScriptIsPutIntoEffect(command: [String]) throws {
    let result = try vmscript(
      command + ["Examples/tour/01-hello.vmscript"], environment: Self.testHost)
    #expect(result.status == 0)
    #expect(result.output.hasPrefix("hello is running\nuuid = \""))
    #expect(result.errors.contains("01-hello on test:///default: 2 to create"))
    #expect(result.errors.contains("✓ domain hello  created"))
    #expect(result.errors.contains("01-hello: 2 created in "))
  }

  @Test func afterAFailureNothingMoreOfTheScriptRuns() throws {
    let script = """
      domain a { memory = 64MiB }
      print "before"
      for i in 1...3 { stop "nobody" }
      print "after"
      output after = 1
      domain b { memory = 64MiB }
      """
    let result = try vmscript(["run", "-"], input: Array(script.utf8), environment: Self.testHost)
    #expect(result.status == 1)
    #expect(result.output == "before\n")
    #expect(result.errors.components(separatedBy: "error[").count == 2)
    #expect(result.errors.contains("stdin: failed: 1 created in "))
  }

  @Test func verbsRunInOrder() throws {
    let result = try vmscript(
      ["run", "Examples/tour/06-verbs.vmscript"], environment: Self.testHost)
    #expect(result.status == 0)
    #expect(result.errors.contains("06-verbs: 1 created, 7 verbs run in "))
  }

  @Test func aPlanGoesToStandardOutputAndChangesNothing() throws {
    let result = try vmscript(
      ["plan", "Examples/hello.vmscript"], environment: Self.testHost)
    #expect(result.status == 0)
    #expect(
      result.output.contains(
        "+ net    lab    subnet 10.10.0.0/24\n+ domain hello  memory 256MiB, nic (net lab, ip 10.10.0.10)\n"
      ))
    #expect(result.output.contains("hello on test:///default: 2 to create\n"))
    #expect(result.errors == "")
  }

  @Test(arguments: ["plan", "run"]) func everyPropertyIsListedWithVerbose(command: String) throws {
    let result = try vmscript(
      [command, "--verbose", "Examples/hello.vmscript"], environment: Self.testHost)
    #expect(result.status == 0)
    let text = result.output + result.errors
    #expect(text.contains("+ domain hello\n    memory 256MiB\n    nic 1 net net(\"lab\")\n"))
  }

  @Test func aConnectionThatFailsSaysWhichWhyAndWhatToTry() throws {
    let result = try vmscript([
      "run", "-c", "qemu+unix:///system?socket=/nowhere", "Examples/hello.vmscript",
    ])
    #expect(result.status == 4)
    #expect(result.output == "")
    #expect(result.errors.contains("cannot connect to `qemu+unix:///system?socket=/nowhere`"))
    #expect(result.errors.contains("libvirt says: "))
    #expect(result.errors.contains("--connect test:///default"))
  }

  @Test func destroyTakesTheStackThatTheRunHad() throws {
    func destroy(_ script: String, _ arguments: String...) throws -> CommandResult {
      try vmscript(
        ["destroy", "-"] + arguments, input: Array(script.utf8), environment: Self.testHost)
    }
    #expect(try destroy("param n: int").errors.hasPrefix("stdin: nothing"))
    #expect(try destroy("stack \"a\"\nparam n: int").errors.hasPrefix("a: nothing"))
    #expect(try destroy("stack \"a\"", "--stack", "b").errors.hasPrefix("b: nothing"))
    let computed = "param e: string\nstack \"lab-\\(e)\""
    #expect(try destroy(computed, "--set", "e=test").errors.hasPrefix("lab-test: nothing"))
    let unknown = try destroy(computed)
    #expect(unknown.status == 2)
    #expect(unknown.errors.contains("error[VM0403]"))
  }

  @Test func destroyNeedsNoScript() throws {
    let result = try vmscript(["destroy", "--stack", "none"], environment: Self.testHost)
    #expect(result.status == 0)
    #expect(result.errors.hasPrefix("none: nothing to remove in "))
  }
}

/// The sources of scripts and of their parameters.
@Suite struct ScriptInputTests {
  private let testHost = RunCommandTests.testHost

  @Test func aTextNeedsNoHost() throws {
    let result = try vmscript("-e", "print 1 + 1", "-c", "qemu+unix:///system?socket=/nowhere")
    #expect(result.status == 0)
    #expect(result.output == "2\n")
    #expect(result.errors == "")
  }

  @Test func aFileThatSpeaksOfNoResourcesNeedsNone() throws {
    let result = try vmscript(
      "run", "-", "-c", "qemu+unix:///system?socket=/nowhere",
      input: Array("output a = 6 * 7\n".utf8))
    #expect(result.status == 0)
    #expect(result.output == "a = 42\n")
  }

  @Test func aPipeIsAFileToo() throws {
    let result = try vmscript("eval", "/dev/stdin", input: Array("output a = 1\n".utf8))
    #expect(result.status == 0)
    #expect(result.output.contains("\"a\": 1"))
  }

  @Test func standardInputIsReadWithoutATerminal() throws {
    let result = try vmscript([], input: Array("print \"piped\"\n".utf8), environment: testHost)
    #expect(result.status == 0)
    #expect(result.output == "piped\n")
  }

  @Test func severalScriptsRunInOrder() throws {
    let result = try vmscript("-e", "print 1", "-e", "print 2")
    #expect(result.output == "1\n2\n")
  }

  @Test func theFirstScriptThatFailsIsTheLast() throws {
    let result = try vmscript("-e", "check false", "-e", "print 2")
    #expect(result.status == 2)
    #expect(result.output == "")
  }

  @Test func anUnknownSettingIsHelpedWith() throws {
    let result = try vmscript("-e", "param replicas: int = 1", "--set", "replica=3")
    #expect(result.status == 2)
    #expect(result.errors.contains("error[VM0405]"))
    #expect(result.errors.contains("did you mean `replicas`?"))
  }

  @Test func aScriptReachesWhatLiesBesideIt() throws {
    let folder = try ScratchFolder()
    try folder.write("b.txt", "two\nlines\n")
    try folder.write("a.txt", "one")
    try folder.write(
      "main.vmscript",
      """
      output read = read("a.txt")
      output lines = lines("b.txt")
      output glob = glob("*.txt")
      output env = env("VMSCRIPT_SOME_THING")
      """)
    let script = folder.file("main.vmscript")
    let result = try vmscript("eval", script, environment: ["VMSCRIPT_SOME_THING": "here"])
    #expect(result.status == 0)
    let document = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
    let expected: [String: Any] = [
      "read": "one", "lines": ["two", "lines"], "glob": ["a.txt", "b.txt"], "env": "here",
    ]
    #expect((document as? NSDictionary) == expected as NSDictionary)
  }

  @Test(arguments: ["Examples", "/no/such.vmscript", "no such"])
  func aScriptThatCannotBeReadIsAnError(path: String) throws {
    let result = try vmscript("run", path, environment: testHost)
    #expect(result.status == 2)
    #expect(result.errors.contains("error[VM0801]: cannot read `\(path)`"))
  }
}
