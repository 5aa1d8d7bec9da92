import Foundation
import TestSupport
import Testing

/// `vmscript console`, `ssh` and `screenshot`.
@Suite struct GuestCommandTests {
  private let host = ["-c", "test:///default"]

  @Test func aPictureIsWrittenOnce() throws {
    let folder = try ScratchFolder()
    let path = folder.file("test.png")
    let first = try vmscript(["screenshot", "test", path] + host)
    #expect(first.status == 0)
    #expect(first.output == path + "\n")
    #expect(
      try Data(contentsOf: URL(fileURLWithPath: path)).starts(with: [0x89, 0x50, 0x4E, 0x47]))
    let second = try vmscript(["screenshot", "test", path] + host)
    #expect(second.status == 1)
    #expect(second.errors.contains("error[VM0803]: cannot write `\(path)`"))
  }

  @Test func sshIsRunWithTheAddressThatTheHostKnows() throws {
    let folder = try ScratchFolder()
    let ssh = try folder.write("ssh", "#!/bin/sh\necho \"$@\"\nexit 7\n")
    try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: ssh)
    let run = try vmscript(
      ["ssh"] + host + ["root@test", "uname", "-a"],
      environment: ["PATH": "\(folder.path):/usr/bin:/bin"])
    #expect(run.status == 7)
    #expect(
      run.output
        == "-o HostKeyAlias=6695eb01-f6a4-8304-79aa-97f2502e193f -- root@192.168.122.3 uname -a\n")
  }

  @Test(arguments: [["console"], ["ssh"], ["screenshot"]])
  func aMissingDomainIsReported(_ command: [String]) throws {
    let run = try vmscript(command + host + ["nobody"])
    #expect(run.status == 1)
    #expect(run.errors.contains("error[VM0790]: no object on the host has the name `nobody`"))
  }

  @Test func aDomainWithoutAConsoleHasNone() throws {
    let run = try vmscript(["console", "test"] + host)
    #expect(run.status == 1)
    #expect(run.errors.contains("error[VM0794]: the domain `test` has no console"))
  }
}
