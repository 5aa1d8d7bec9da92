import Foundation

/// Conversion of an image by `qemu-img convert`, a child process without a shell.
enum ImageConversion {
  /// Converts `source` into a private temporary file, hands its path to `body`, and removes it.
  ///
  /// - Parameter layout: what the result shall be like; it may be larger than the source.
  /// - Throws: ``StorageFailure/toolMissing(_:)``, ``StorageFailure/conversionFailed(status:output:)``,
  ///   `CancellationError`, and what `body` throws.
  static func withConverted<T: Sendable>(
    _ source: ImageFile, to format: ImageFormat, layout: ImageLayout = ImageLayout(),
    _ body: @Sendable (String) async throws -> T
  ) async throws -> T {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("vmscript-" + UUID().uuidString)
    try FileManager.default.createDirectory(
      at: folder, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    defer { try? FileManager.default.removeItem(at: folder) }
    let target = folder.appendingPathComponent("image").path
    var arguments = ["convert", "-f", toolName(source.probe.format), "-O", toolName(format)]
    let options = layout.options(for: format)
    if !options.isEmpty { arguments += ["-o", options.joined(separator: ",")] }
    // Both paths are absolute, so neither is read as an option or as a protocol such as `nbd:`.
    arguments += [source.path, target]
    let errors = folder.appendingPathComponent("errors")
    try await run("qemu-img", arguments, errors: errors)
    if let size = layout.size, size > source.probe.virtualSize ?? 0 {
      let resize = ["resize", "-q", "-f", toolName(format), target, String(size)]
      try await run("qemu-img", resize, errors: errors)
    }
    return try await body(target)
  }

  private static func toolName(_ format: ImageFormat) -> String {
    format == .iso ? "raw" : format.rawValue
  }

  private static func run(_ tool: String, _ arguments: [String], errors: URL) async throws {
    guard let executable = find(tool) else { throw StorageFailure.toolMissing(tool) }
    // Standard error goes to a file: a pipe that nobody reads would stop the child.
    try Data().write(to: errors)
    let output = try FileHandle(forWritingTo: errors)
    defer { try? output.close() }
    let path = executable
    let status: Int32 = try await BlockingWork.run { cancellation in
      let process = Process()
      process.executableURL = URL(fileURLWithPath: path)
      process.arguments = arguments
      process.standardInput = FileHandle.nullDevice
      process.standardOutput = FileHandle.nullDevice
      process.standardError = output
      try process.run()
      while process.isRunning {
        do {
          try cancellation.check()
        } catch {
          process.terminate()
          process.waitUntilExit()
          throw error
        }
        Thread.sleep(forTimeInterval: 0.02)
      }
      process.waitUntilExit()
      return process.terminationStatus
    }
    guard status == 0 else {
      let text = (try? Data(contentsOf: errors)).map { String(decoding: $0, as: UTF8.self) } ?? ""
      throw StorageFailure.conversionFailed(
        status: status, output: text.trimmingCharacters(in: .whitespacesAndNewlines))
    }
  }

  private static func find(_ tool: String) -> String? {
    (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
      .map { "\($0)/\(tool)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }
}
