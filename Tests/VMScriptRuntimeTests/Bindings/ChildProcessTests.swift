import Foundation
import TestSupport
import Testing

@testable import VMScriptPlan
@testable import VMScriptRuntime

/// Real programs of the system, started as those are that read images.
@Suite struct ChildProcessTests {
  private static let limits = ChildProcess.Limits(seconds: 30, memory: 1 << 30, fileSize: 1 << 20)

  @discardableResult
  private func run(
    _ tool: String, _ arguments: [String], file: Int32? = nil,
    limits: ChildProcess.Limits = Self.limits
  ) async throws -> ChildProcess.Result {
    try await BlockingWork.run { cancellation in
      try ChildProcess.run(
        tool, arguments, file: file, limits: limits, cancellation: cancellation)
    }
  }

  @Test func outputErrorsAndStatusComeBack() async throws {
    let result = try await run("sh", ["-c", "echo out; echo err >&2; exit 3"])
    #expect(result.status == 3)
    #expect(result.output == Array("out\n".utf8))
    #expect(result.errors == "err")
    #expect(try await run("sh", ["-c", "kill -TERM $$"]).status == 128 + SIGTERM)
  }

  @Test func moreOutputThanIsKeptDoesNotStopTheChild() async throws {
    let result = try await run("head", ["-c", "3000000", "/dev/zero"])
    #expect(result.status == 0)
    #expect(result.output.count == 1 << 20)
  }

  @Test func onlyTheFileThatIsMeantIsInherited() async throws {
    let folder = try ScratchFolder()
    let file = try OpenFile(path: try folder.write("content", Array("here".utf8)))
    let other = open(folder.path, O_RDONLY)
    defer { close(other) }
    let read = try await run("cat", [ChildProcess.inheritedFile], file: file.descriptor)
    #expect(read.output == Array("here".utf8))
    let open = try await run("ls", ["/proc/self/fd"], file: file.descriptor)
    // The fifth is the folder that is being listed.
    #expect(String(decoding: open.output, as: UTF8.self) == "0\n1\n2\n3\n4\n")
  }

  @Test func aSlowProcessIsTerminated() async throws {
    var limits = Self.limits
    limits.seconds = 0.2
    await #expect(throws: StorageFailure.toolTimedOut("sleep", seconds: 0)) {
      try await run("sleep", ["60"], limits: limits)
    }
  }

  @Test func memoryAndFilesAreBounded() async throws {
    var limits = Self.limits
    limits.memory = 64 << 20
    let large = ["if=/dev/zero", "of=/dev/null", "bs=512M", "count=1"]
    #expect(try await run("dd", large, limits: limits).status != 0)
    let folder = try ScratchFolder()
    let path = folder.file("output")
    let result = try await run("dd", ["if=/dev/zero", "of=\(path)", "bs=64K", "count=64"])
    #expect(result.status == 1)
    #expect(result.errors.contains("File too large"))
    let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int
    #expect(size == 1 << 20)
  }

  @Test(.timeLimit(.minutes(5))) func aCancelledTaskEndsItsChild() async throws {
    let limits = ChildProcess.Limits(seconds: 7200, memory: 1 << 30, fileSize: 1 << 20)
    let task = Task { try await run("sleep", ["3600"], limits: limits) }
    try await Task.sleep(for: .milliseconds(200))
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
  }

  @Test func aToolThatIsNotThereIsNamed() async throws {
    await #expect(throws: StorageFailure.toolMissing("no-such-tool")) {
      try await run("no-such-tool", [])
    }
  }

  @Test func aFolderIsClosedToOthersAndGoesWithItsOwner() throws {
    let parent = try ScratchFolder()
    var folder: PrivateFolder? = try PrivateFolder(in: parent.path)
    let path = try #require(folder?.path)
    var status = stat()
    try #require(stat(path, &status) == 0)
    #expect(status.st_mode & 0o777 == 0o700)
    PrivateFolder.sweep(in: parent.path)
    #expect(FileManager.default.fileExists(atPath: path))
    withExtendedLifetime(folder) {}
    folder = nil
    #expect(!FileManager.default.fileExists(atPath: path))
  }

  @Test func filesOfAKilledProcessAreRemoved() throws {
    let parent = try ScratchFolder()
    let left = parent.file("vmscript-\(UUID().uuidString)")
    let young = parent.file("vmscript-\(UUID().uuidString)")
    let others = ["vmscript-test", "vmscript-0", "other"].map(parent.file)
    for path in [left, young] + others {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }
    // Whoever wrote it holds no lock any more.
    for path in [left] + others {
      try Data("x".utf8).write(to: URL(fileURLWithPath: path + "/owner"))
    }
    try Data(count: 4096).write(to: URL(fileURLWithPath: left + "/image"))
    let elsewhere = parent.file("elsewhere")
    try FileManager.default.createDirectory(atPath: elsewhere, withIntermediateDirectories: true)
    let link = parent.file("vmscript-\(UUID().uuidString)")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: left)
    PrivateFolder.sweep(in: parent.path)
    #expect(!FileManager.default.fileExists(atPath: left))
    for path in [young, elsewhere] + others {
      #expect(FileManager.default.fileExists(atPath: path), "\(path)")
    }
    try FileManager.default.setAttributes(
      [.modificationDate: Date(timeIntervalSinceNow: -7200)], ofItemAtPath: young)
    PrivateFolder.sweep(in: parent.path)
    #expect(!FileManager.default.fileExists(atPath: young))
  }
}
