import Foundation
import TestSupport
import Testing

/// Reading never waits and never fills the memory, whatever lies at the path.
@Suite struct ReadingTests {
  /// Files of every kind in a folder of their own, where scripts are evaluated.
  private func inFolder(_ body: (URL) throws -> Void) throws {
    let folder = try ScratchFolder()
    let files = FileManager.default
    #expect(mkfifo(folder.file("pipe"), 0o600) == 0)
    try files.createDirectory(atPath: folder.file("folder"), withIntermediateDirectories: true)
    for (name, target) in [
      ("zero", "/dev/zero"), ("loop", "pool"), ("pool", "loop"), ("self", "."),
      ("again", "."), ("to-pipe", "pipe"),
    ] {
      try files.createSymbolicLink(atPath: folder.file(name), withDestinationPath: target)
    }
    try folder.write("bytes", [0xFF, 0xFE])
    let huge = try FileHandle(
      forWritingTo: URL(fileURLWithPath: try folder.write("huge", [])))
    try huge.truncate(atOffset: 1 << 40)
    try huge.close()
    try body(folder.url)
  }

  @Test(arguments: [
    ("pipe", "is a pipe"), ("to-pipe", "is a pipe"), ("/dev/zero", "is a device"),
    ("zero", "is a device"), ("folder", "is a folder"), ("loop", "too many symbolic links"),
    ("bytes", "is not UTF-8"), ("huge", "has more than 256MiB"), ("nothing", "there is no file"),
    ("pipe/x", "there is no file"), ("/dev/tty", "is a device"),
  ])
  func pathsThatAreNoTextFilesAreRefused(name: String, reason: String) throws {
    try inFolder { folder in
      for (command, statement) in [
        ("eval", "output x = read(\"\(name)\")"), ("check", "output x = lines(\"\(name)\")"),
        ("check", "import \"\(name)\" as m"),
      ] {
        // Bytes that are no text are a script with a syntax error.
        if name == "bytes", statement.hasPrefix("import") { continue }
        let result = try limited([command, "-e", statement, "--limit", "time=5s"], folder)
        #expect(result.status == 2, "\(statement): \(result.errors)")
        // The sources of a script have less room than all files.
        let isTooLarge = statement.hasPrefix("import") && result.errors.contains("VM0411")
        #expect(
          result.errors.contains(reason) || isTooLarge, "\(statement): \(result.errors)")
      }
    }
  }

  @Test func aFileThatSaysNothingOfItsSizeIsReadAsAWhole() throws {
    try inFolder { folder in
      let result = try limited(
        ["eval", "-e", "output x = len(read(\"/proc/self/status\")) > 100"], folder)
      #expect(result.output.contains("true"), "\(result.errors)")
    }
  }

  @Test(arguments: [
    "read(\"huge\")", "lines(\"huge\")", "glob(\"*/*/*/*/*/*/*/*/*/*/*/*/*/*\")",
    "glob(\"\(String(repeating: "*/", count: 40))\")", "glob(\"/proc/*/*/*/*\")",
  ])
  func aReadStaysWithinTheLimits(call: String) throws {
    try inFolder { folder in
      let result = try limited(
        ["eval", "-e", "output x = \(call)", "--limit", "memory=4MiB", "--limit", "time=3s"],
        folder)
      #expect(result.status == 2)
      #expect(
        result.errors.contains("VM0411") || result.errors.contains("VM0417"), "\(result.errors)")
    }
  }

  @Test func aScriptWithoutEndIsRefused() throws {
    try inFolder { folder in
      let result = try limited(["check", "/dev/zero"], folder)
      #expect(result.status == 2)
      #expect(result.errors.contains("has more than 256MiB"), "\(result.errors)")
    }
  }

  @Test func aScriptMayComeThroughAPipe() throws {
    let result = try run(
      URL(fileURLWithPath: "/bin/bash"),
      ["-c", "\"$0\" eval <(echo 'output x = 42')", vmscriptBinary.path])
    #expect(result.output.contains("42"), "\(result.errors)")
  }

  /// With little time and memory of the system's own, so that a fault ends the test and nothing else.
  private func limited(_ arguments: [String], _ folder: URL) throws -> CommandResult {
    let limits = sanitizer == nil ? ["--as=3000000000"] : []
    return try run(
      URL(fileURLWithPath: "/usr/bin/timeout"),
      ["60", "/usr/bin/prlimit"] + limits + ["--core=0", vmscriptBinary.path] + arguments,
      folder: folder)
  }
}
