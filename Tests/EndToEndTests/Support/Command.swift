import Foundation
import TestSupport

/// A finished run of the built `vmscript`.
struct CommandResult {
  let status: Int32
  let output: String
  let errors: String
}

/// Runs `vmscript` with arguments and standard input, in the package's folder or another one, and
/// waits for it.
///
/// The binary is the one that `VMSCRIPT_BINARY` names, else the one built beside the tests.
func vmscript(
  _ arguments: String..., input: [UInt8] = [], environment: [String: String] = [:]
) throws -> CommandResult {
  try vmscript(arguments, input: input, environment: environment)
}

/// The same, with the arguments in an array.
func vmscript(
  _ arguments: [String], input: [UInt8] = [], environment: [String: String] = [:],
  folder: URL = packageFolder
) throws -> CommandResult {
  try run(vmscriptBinary, arguments, input: input, environment: environment, folder: folder)
}

/// The same for any program.
func run(
  _ program: URL, _ arguments: [String], input: [UInt8] = [],
  environment: [String: String] = [:], folder: URL = packageFolder
) throws -> CommandResult {
  let scratch = try ScratchFolder()
  // Files, not pipes: whatever the program writes, neither side can wait for the other.
  func file(_ name: String, _ content: [UInt8] = []) throws -> URL {
    URL(fileURLWithPath: try scratch.write(name, content))
  }
  let output = try file("out")
  let errors = try file("err")

  let process = Process()
  process.executableURL = program
  process.currentDirectoryURL = folder
  process.arguments = arguments
  process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
  process.standardInput = try FileHandle(forReadingFrom: file("in", input))
  process.standardOutput = try FileHandle(forWritingTo: output)
  process.standardError = try FileHandle(forWritingTo: errors)
  try process.run()
  process.waitUntilExit()
  return CommandResult(
    status: process.terminationStatus,
    output: String(decoding: try Data(contentsOf: output), as: UTF8.self),
    errors: String(decoding: try Data(contentsOf: errors), as: UTF8.self))
}

/// The top of the package, with the examples and the spec.
let packageFolder = URL(fileURLWithPath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent()
  .deletingLastPathComponent().deletingLastPathComponent()

/// The `vmscript` that is tested.
let vmscriptBinary: URL =
  if let path = ProcessInfo.processInfo.environment["VMSCRIPT_BINARY"] {
    URL(fileURLWithPath: path)
  } else {
    productsFolder.appendingPathComponent("vmscript")
  }

/// The folder of the built tests and programs.
let productsFolder = URL(fileURLWithPath: "/proc/self/exe")
  .resolvingSymlinksInPath().deletingLastPathComponent()
