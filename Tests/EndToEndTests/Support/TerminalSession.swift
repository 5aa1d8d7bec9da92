import Foundation
import Testing

/// A `vmscript` that runs on a pseudo-terminal, as it does for a user.
///
/// Nothing is timed: ``expect(_:)`` waits for text, and fails only after a minute without it.
final class TerminalSession {
  struct TimedOut: Error, CustomStringConvertible {
    let awaited: String
    let transcript: String
    var description: String { "no `\(awaited)` in: \(transcript)" }
  }

  private let process = Process()
  private let controller: Int32
  private(set) var transcript = ""

  /// Starts the command in the package's folder.
  init(
    _ arguments: [String], columns: UInt16 = 100, environment: [String: String] = [:]
  ) throws {
    var ends: (Int32, Int32) = (0, 0)
    var size = winsize(ws_row: 40, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
    try #require(openpty(&ends.0, &ends.1, nil, nil, &size) == 0)
    controller = ends.0
    let terminal = FileHandle(fileDescriptor: ends.1, closeOnDealloc: true)
    process.executableURL = vmscriptBinary
    process.currentDirectoryURL = packageFolder
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment
      .merging(["TERM": "xterm", "NO_COLOR": "1", "LIBVIRT_DEFAULT_URI": "test:///default"]) { $1 }
      .merging(environment) { $1 }
    process.standardInput = terminal
    process.standardOutput = terminal
    process.standardError = terminal
    try process.run()
    // Else the end of the command would not be the end of what can be read.
    try terminal.close()
  }

  deinit {
    if process.isRunning { process.terminate() }
    close(controller)
  }

  /// Reads until the output contains the text.
  func expect(_ text: String) throws {
    while !transcript.contains(text) {
      guard try readMore() else {
        throw TimedOut(awaited: text, transcript: transcript)
      }
    }
  }

  /// Types text.
  func type(_ text: String) {
    let bytes = Array(text.utf8)
    #expect(write(controller, bytes, bytes.count) == bytes.count)
  }

  /// The character that Ctrl-C sends.
  func interrupt() { process.interrupt() }

  /// Reads to the end; gives the exit code.
  func finish() throws -> Int32 {
    while try readMore() {}
    process.waitUntilExit()
    return process.terminationStatus
  }

  /// False at the end.
  private func readMore() throws -> Bool {
    var watched = pollfd(fd: controller, events: Int16(POLLIN), revents: 0)
    guard poll(&watched, 1, 60_000) > 0 else {
      throw TimedOut(awaited: "output", transcript: transcript)
    }
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = read(controller, &buffer, buffer.count)
    guard count > 0 else { return false }
    transcript += String(decoding: buffer.prefix(count), as: UTF8.self)
    return true
  }
}
