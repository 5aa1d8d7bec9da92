import Foundation

/// Runs a program of the system; returns its standard output.
///
/// - Throws: ``ToolFailure`` with its standard error if it exits with another status than 0.
@discardableResult
public func runTool(_ path: String, _ arguments: [String]) throws -> String {
  let process = Process()
  let pipe = Pipe()
  let errors = Pipe()
  process.executableURL = URL(fileURLWithPath: path)
  process.arguments = arguments
  process.standardOutput = pipe
  process.standardError = errors
  try process.run()
  let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
  process.waitUntilExit()
  guard process.terminationStatus == 0 else {
    let message = try errors.fileHandleForReading.readToEnd() ?? Data()
    throw ToolFailure(
      tool: path, status: process.terminationStatus,
      message: String(decoding: message, as: UTF8.self))
  }
  return String(decoding: data, as: UTF8.self)
}

/// A program that exited with another status than 0.
public struct ToolFailure: Error {
  /// The path of the program.
  public let tool: String
  /// Its exit status.
  public let status: Int32
  /// Its standard error.
  public let message: String
}

/// Creates an image encrypted by LUKS with the password `abc`.
///
/// qemu-img measures the processor time of the key derivation. On a busy machine the measurement
/// can fail, so it is repeated.
public func createEncryptedImage(_ path: String, format: String, options: [String]) throws {
  let arguments =
    ["create", "-q", "--object", "secret,id=s,data=abc", "-f", format, "-o"]
    + [options.joined(separator: ","), path, "8M"]
  for _ in 1..<50 {
    do {
      try runTool("/usr/bin/qemu-img", arguments)
      return
    } catch let failure as ToolFailure where failure.message.contains("accurate CPU usage") {
      continue
    }
  }
  try runTool("/usr/bin/qemu-img", arguments)
}
