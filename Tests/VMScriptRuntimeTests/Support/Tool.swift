import Foundation

/// Runs a program of the system; returns what it wrote to standard output.
@discardableResult
func runTool(_ path: String, _ arguments: [String]) throws -> String {
  let process = Process()
  let pipe = Pipe()
  process.executableURL = URL(fileURLWithPath: path)
  process.arguments = arguments
  process.standardOutput = pipe
  process.standardError = FileHandle.nullDevice
  try process.run()
  let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
  process.waitUntilExit()
  guard process.terminationStatus == 0 else {
    throw ToolFailure(tool: path, status: process.terminationStatus)
  }
  return String(decoding: data, as: UTF8.self)
}

struct ToolFailure: Error {
  let tool: String
  let status: Int32
}
