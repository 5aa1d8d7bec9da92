import Foundation
import TestSupport
import Testing

/// Output that cannot be written is an error.
@Suite struct StandardOutputTests {
  /// Every command that prints, and what it is given.
  private static let commands: [[String]] = [
    ["eval", "-e", "output x = 1"], ["eval", "--resources", "x.vmscript"], ["explain"],
    ["explain", "VM0101"], ["explain", "--json"], ["--help"], ["help", "plan"], ["plan", "--help"],
    ["--version"], ["--generate-completion-script", "bash"], ["list"], ["list", "--json"],
    ["show", "test"], ["show", "test", "--json"], ["xml", "x.vmscript"],
    ["xml", "--json", "x.vmscript"],
    ["check", "--json", "x.vmscript"], ["plan", "x.vmscript"], ["plan", "--json", "x.vmscript"],
    ["run", "x.vmscript"], ["run", "--json", "x.vmscript"], ["-e", "print 1"],
    ["status", "x.vmscript"], ["status", "--json", "x.vmscript"], ["fmt", "-"],
  ]

  private static let script = "domain a { memory = 64MiB }\noutput z = 1\n"

  @Test(arguments: commands)
  func aFullDeviceIsReported(command: [String]) throws {
    let result = try redirected(command, "> /dev/full")
    #expect(result.status == 1)
    #expect(result.errors.contains("VM0807"), "\(result.errors)")
    #expect(result.errors.contains("No space left on device"))
  }

  @Test(arguments: commands)
  func aClosedOutputIsReported(command: [String]) throws {
    let result = try redirected(command, ">&-")
    #expect(result.status == 1)
    #expect(result.errors.contains("VM0807"), "\(result.errors)")
  }

  /// As programs do that SIGPIPE ends: status 141, and not a word.
  @Test(arguments: commands)
  func aReaderThatWentAwayIsNoError(command: [String]) throws {
    let result = try redirected(command, "| true; exit ${PIPESTATUS[0]}")
    #expect(result.status == 141)
    #expect(!result.errors.contains("error"), "\(result.errors)")
  }

  @Test func aRunCompletesWithoutAReader() throws {
    let result = try redirected(
      ["run", "x.vmscript"], "| true; exit ${PIPESTATUS[0]}")
    #expect(result.errors.contains("1 created"))
  }

  @Test func aScriptWithErrorsKeepsItsStatus() throws {
    let result = try redirected(["check", "--json", "-"], "> /dev/full", input: "let = 1")
    #expect(result.status == 2)
    #expect(result.errors.contains("VM0807"))
  }

  /// Runs `vmscript` in a shell that redirects its standard output.
  private func redirected(
    _ command: [String], _ redirection: String, input: String = "let a=1\n"
  ) throws -> CommandResult {
    let folder = try ScratchFolder()
    try folder.write("x.vmscript", Self.script)
    return try run(
      URL(fileURLWithPath: "/bin/bash"),
      ["-c", "\"$@\" \(redirection)", "bash", vmscriptBinary.path] + command,
      input: Array(input.utf8), environment: ["LIBVIRT_DEFAULT_URI": "test:///default"],
      folder: folder.url)
  }
}
