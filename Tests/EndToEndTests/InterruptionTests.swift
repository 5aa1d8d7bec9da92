import Foundation
import Testing

/// Signals to a run without a terminal.
@Suite struct InterruptionTests {
  private static let script = """
    domain a { memory = 64MiB }
    wait a for a.state == "stopped" within 60s
    """

  @Test(arguments: [SIGINT, SIGTERM])
  func oneSignalEndsARunInOrder(signal: Int32) throws {
    let run = try Run(executable: vmscriptBinary, [])
    run.expect("waiting for")
    kill(run.process.processIdentifier, signal)
    #expect(run.finish() == 1)
    #expect(run.process.terminationReason == .exit)
    #expect(run.text.contains("command_line: cancelled: 1 created in "))
  }

  @Test func aRunThatIsToSurviveAHangupDoes() throws {
    let nohup = URL(fileURLWithPath: "/usr/bin/nohup")
    let run = try Run(executable: nohup, [vmscriptBinary.path])
    run.expect("waiting for")
    kill(run.process.processIdentifier, SIGHUP)
    kill(run.process.processIdentifier, SIGTERM)
    #expect(run.finish() == 1)
    #expect(run.text.contains("command_line: cancelled: 1 created in "))
    // The hangup would have been the first signal, and the other the one that ends at once.
    #expect(!run.text.contains("stopped at once"))
  }

  /// A run that waits for what does not happen.
  private final class Run {
    let process = Process()
    private(set) var text = ""
    private let errors = Pipe()

    init(executable: URL, _ arguments: [String]) throws {
      process.executableURL = executable
      process.arguments = arguments + ["-e", script, "-c", "test:///default"]
      process.standardInput = FileHandle.nullDevice
      process.standardOutput = FileHandle.nullDevice
      process.standardError = errors
      try process.run()
    }

    func expect(_ words: String) {
      while !text.contains(words), let part = next() { text += part }
    }

    func finish() -> Int32 {
      while let part = next() { text += part }
      process.waitUntilExit()
      return process.terminationStatus
    }

    private func next() -> String? {
      let data = errors.fileHandleForReading.availableData
      return data.isEmpty ? nil : String(decoding: data, as: UTF8.self)
    }
  }
}
