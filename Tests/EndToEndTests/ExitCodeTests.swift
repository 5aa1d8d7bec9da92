import Foundation
import Testing

/// The exit codes of `vmscript`.
@Suite struct ExitCodeTests {
  private let testHost = RunCommandTests.testHost
  private let domain = Array("domain a { memory = 64MiB }\n".utf8)

  @Test func zeroIsDone() throws {
    #expect(try vmscript("run", "-", input: domain, environment: testHost).status == 0)
    #expect(try vmscript("plan", "-", input: domain, environment: testHost).status == 0)
    #expect(try vmscript("-e", "print 1 + 1").status == 0)
  }

  @Test func oneIsARunThatFailed() throws {
    let result = try vmscript(
      "run", "-", input: domain + Array("stop \"nobody\"\n".utf8), environment: testHost)
    #expect(result.status == 1)
    #expect(result.errors.contains("✗ stop nobody  failed"))
    #expect(result.errors.contains("error[VM0706]: there is no domain `nobody`"))
    #expect(result.errors.contains("stdin: failed: 1 created in "))
  }

  @Test(arguments: [
    "domain a { memroy = 1GiB }", "let = 1", "param n: int", "check 1 > 2, \"no\"",
    "output a = 1/0",
  ])
  func twoIsAScriptWithErrors(script: String) throws {
    let result = try vmscript("run", "-", input: Array(script.utf8), environment: testHost)
    #expect(result.status == 2)
    #expect(result.errors.contains("error[VM0"))
  }

  @Test func exitStatusThreeMeansMissingConfirmation() throws {
    let host = try OwnedHost(stack: "ask", domains: ["old"])
    defer { host.remove() }
    let result = try vmscript("destroy", "--stack", "ask", "-c", host.uri)
    #expect(result.status == 3)
    #expect(result.errors.contains("error[VM0712]"))
    #expect(result.errors.contains("--yes"))
    let yes = try vmscript("destroy", "--stack", "ask", "-c", host.uri, "--yes")
    #expect(yes.status == 0)
    #expect(yes.errors.contains("ask: 1 deleted in "))
  }

  @Test(arguments: [["run"], ["plan"], ["destroy"], []])
  func fourIsNoConnection(command: [String]) throws {
    let result = try vmscript(
      command + ["-c", "qemu+unix:///system?socket=/nowhere", "Examples/hello.vmscript"])
    #expect(result.status == 4)
    // Nothing is done elsewhere, and libvirt itself says nothing.
    #expect(result.output == "")
    #expect(result.errors.hasPrefix("error[VM0701]"))
  }

  @Test func fiveIsAPlanThatChangesSomething() throws {
    let changes = try vmscript("plan", "--exit-code", "-", input: domain, environment: testHost)
    #expect(changes.status == 5)
    let none = try vmscript(
      "plan", "--exit-code", "-", input: Array("let a = 1\n".utf8), environment: testHost)
    #expect(none.status == 0)
    #expect(none.output == "stdin on test:///default: nothing to change\n")
  }

  @Test(arguments: [
    ["plan"], ["check"], ["eval"], ["destroy"], ["destroy", "--yes"],
    ["run", "--set", "n", "x"], ["run", "--set", "=n", "x"], ["run", "--jobs", "0", "x"],
    ["run", "--stack", "a/b", "x"], ["run", "--color", "red", "x"],
    ["show"], ["run", "--nonsense"],
  ])
  func sixtyFourIsWrongUsage(command: [String]) throws {
    let result = try vmscript(command)
    #expect(result.status == 64)
    #expect(result.output == "")
    #expect(result.errors.contains("Usage: vmscript"))
  }

  @Test(arguments: [("paln", "plan"), ("destory", "destroy"), ("hlep", "help"), ("Run", "run")])
  func aMisspelledCommandIsNoScript(word: String, command: String) throws {
    let result = try vmscript(word, "x.vmscript")
    #expect(result.status == 64)
    #expect(result.errors.contains("did you mean `vmscript \(command)`?"))
  }
}
