import Foundation
import VMScriptPlan
import VMScriptSyntax

/// Edits of disks by virt-customize, a few at a time.
actor DiskEditor {
  /// The number of edits at once: each runs a virtual machine of its own.
  private static let limit = min(ProcessInfo.processInfo.activeProcessorCount, 4)
  /// The time limit of one edit, which may install packages.
  private static let seconds: Double = 3600

  private var free = DiskEditor.limit
  private var waiting: [CheckedContinuation<Void, Never>] = []
  /// The folder of libguestfs's own virtual machine, which is built once for all edits.
  private var cache: PrivateFolder?

  /// Edits a disk that no guest uses.
  ///
  /// virt-customize runs in a process group of its own. The kernel ends it with this process, and its
  /// virtual machine ends with it.
  ///
  /// - Throws: a diagnostic if virt-customize is missing, fails or takes too long; `CancellationError`,
  ///   and a ``StorageFailure`` without a folder for temporary files.
  func edit(_ work: DiskCustomization, of domain: String) async throws {
    await enter()
    defer { leave() }
    try Task.checkCancellation()
    let cache = try cache ?? PrivateFolder()
    self.cache = cache
    let result: ChildProcess.Result
    do {
      result = try await BlockingWork.run { cancellation in
        try Self.run(work, cache, cancellation)
      }
    } catch StorageFailure.toolMissing {
      throw CustomizationMessages.missingTool(at: work.edits.span)
    } catch StorageFailure.toolTimedOut(_, let seconds) {
      throw CustomizationMessages.timedOut(domain, seconds: seconds, at: work.edits.span)
    }
    guard result.status == 0 else {
      throw CustomizationMessages.failed(
        domain, status: result.status,
        output: String(decoding: result.output, as: UTF8.self) + "\n" + result.errors,
        at: work.edits.span)
    }
  }

  private static func run(
    _ work: DiskCustomization, _ cache: PrivateFolder, _ cancellation: BlockingWork.Cancellation
  ) throws -> ChildProcess.Result {
    let folder = try PrivateFolder()
    defer { withExtendedLifetime(folder) {} }
    // virt-customize reads `FILE:PATH`.
    guard !folder.path.contains(":") else {
      throw StorageFailure.unreadable(
        path: folder.path, reason: "`virt-customize` cannot read a path with `:`; set `TMPDIR`")
    }
    let command = work.edits.command(
      disk: work.disk.path, format: work.format, folder: folder.path)
    for file in command.files {
      let path = folder.file(file.name)
      guard
        FileManager.default.createFile(
          atPath: path, contents: Data(file.content), attributes: [.posixPermissions: 0o600])
      else {
        throw StorageFailure.unreadable(path: path, reason: String(cString: strerror(errno)))
      }
    }
    var environment = [
      "LIBGUESTFS_BACKEND": "direct", "LIBGUESTFS_CACHEDIR": cache.path, "TMPDIR": folder.path,
      "LIBGUESTFS_TMPDIR": folder.path,
    ]
    // A host can have KVM without being able to run guests with it.
    if work.isEmulated { environment["LIBGUESTFS_BACKEND_SETTINGS"] = "force_tcg" }
    return try ChildProcess.run(
      Customization.tool, command.arguments, environment: environment,
      limits: ChildProcess.Limits(seconds: seconds, memory: 0, fileSize: 0),
      cancellation: cancellation)
  }

  private func enter() async {
    guard free == 0 else {
      free -= 1
      return
    }
    await withCheckedContinuation { waiting.append($0) }
  }

  private func leave() {
    guard waiting.isEmpty else { return waiting.removeFirst().resume() }
    free += 1
  }
}
