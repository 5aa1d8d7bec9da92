import Foundation
import Testing

/// Signals to a run whose output nobody watches.
@Suite struct InterruptionTests {
  private static let script = """
    domain a { memory = 64MiB }
    wait a for a.state == "stopped" within 60s
    """

  @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
  func oneSignalEndsARunInOrder(signal: Int32) throws {
    let errors = Pipe()
    let process = Process()
    process.executableURL = vmscriptBinary
    process.arguments = ["-e", Self.script, "-c", "test:///default"]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = errors
    try process.run()
    var text = ""
    while !text.contains("waiting for"), let part = next(errors) { text += part }
    kill(process.processIdentifier, signal)
    while let part = next(errors) { text += part }
    process.waitUntilExit()
    #expect(process.terminationStatus == 1)
    #expect(process.terminationReason == .exit)
    #expect(text.contains("command_line: cancelled: 1 created in "))
  }

  private func next(_ pipe: Pipe) -> String? {
    let data = pipe.fileHandleForReading.availableData
    return data.isEmpty ? nil : String(decoding: data, as: UTF8.self)
  }
}
