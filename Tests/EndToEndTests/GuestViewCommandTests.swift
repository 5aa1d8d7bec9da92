import Foundation
import TestSupport
import Testing

/// Displays, logs and drawings, without a guest.
@Suite struct GuestViewCommandTests {
  @Test func aDomainWithoutADisplayIsReported() throws {
    let result = try vmscript("vnc", "test", "-c", "test:///default")
    #expect(result.status == 1)
    #expect(result.errors.contains("error[VM0780]: the domain `test` has no display with a port"))
    let missing = try vmscript("vnc", "tset", "-c", "test:///default")
    #expect(missing.errors.contains("VM0790"))
  }

  @Test func theTestHostHasNoLogs() throws {
    let result = try vmscript("logs", "test", "-c", "test:///default")
    #expect(result.status == 1)
    #expect(result.errors.contains("error[VM0783]: no log of `test` can be read"))
    #expect(try vmscript("logs", "test", "--lines", "0").status == 64)
  }

  @Test func aTranscriptNeverReplacesAFile() throws {
    let scratch = try ScratchFolder()
    let file = try scratch.write("console.log", "kept")
    let result = try vmscript("console", "test", "--log", file, "-c", "test:///default")
    #expect(result.status == 1)
    #expect(result.errors.contains("error[VM0803]: cannot write `\(file)`"))
    #expect(try String(contentsOfFile: file, encoding: .utf8) == "kept")
  }

  @Test func aGraphIsDrawnWhereGraphvizIsInstalled() throws {
    let scratch = try ScratchFolder()
    let script = try scratch.write(
      "lab.vmscript", "net lan { mode = isolated }\ndomain a { nic { net = lan } }")
    let missing = try vmscript(["graph", script, "--svg"], environment: ["PATH": "/nowhere"])
    #expect(missing.status == 1)
    #expect(missing.errors.contains("error[VM0805]: there is no program `dot` in `PATH`"))
    #expect(missing.errors.contains("install the package `graphviz`"))
    // A stand-in that fails, as Graphviz does at a graph that it cannot draw.
    let fake = try scratch.write("bin/dot", "#!/bin/sh\necho broken graph >&2\nexit 3\n")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: fake)
    let failed = try vmscript(
      ["graph", script, "--svg"], environment: ["PATH": scratch.file("bin") + ":/usr/bin:/bin"])
    #expect(failed.status == 1)
    #expect(failed.errors.contains("error[VM0810]: the graph cannot be drawn"))
    #expect(failed.errors.contains("broken graph"))
  }

  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/dot")))
  func aGraphIsSVG() throws {
    let scratch = try ScratchFolder()
    let script = try scratch.write(
      "lab.vmscript", "net lan { mode = isolated }\ndomain a { nic { net = lan } }")
    let drawn = try vmscript("graph", script, "--svg")
    #expect(drawn.status == 0, "\(drawn.errors)")
    #expect(drawn.output.contains("<svg") && drawn.output.contains("domain a"))
    let document = try JSON(try vmscript("graph", script, "--svg", "--json").output)
    #expect(document["svg"].text == drawn.output)
  }
}
