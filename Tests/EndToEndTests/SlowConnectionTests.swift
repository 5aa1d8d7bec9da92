import Foundation
import Testing

/// A host that accepts a connection and never answers.
@Suite struct SlowConnectionTests {
  /// A Unix socket that listens and says nothing.
  private final class SilentSocket {
    let path = NSTemporaryDirectory() + "vmscript-\(UUID().uuidString.prefix(8))"
    private let descriptor: Int32

    init() throws {
      descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      let size = MemoryLayout.size(ofValue: address.sun_path)
      try #require(path.utf8.count < size)
      withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
      let status = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
      }
      try #require(status == 0 && listen(descriptor, 8) == 0)
    }

    var uri: String { "qemu+unix:///system?socket=\(path)" }

    deinit {
      close(descriptor)
      unlink(path)
    }
  }

  private static let script = Array("domain a { memory = 64MiB }\n".utf8)

  @Test(arguments: [
    ["run", "-"], ["plan", "-"], ["status", "-"], ["destroy", "--stack", "a"], ["list"],
    ["show", "a"], ["console", "a"], ["ssh", "a"],
  ])
  func theWaitIsNamedAndEnds(command: [String]) throws {
    let silent = try SilentSocket()
    let start = ContinuousClock.now
    let result = try vmscript(
      command.prefix(1) + ["-c", silent.uri, "--connect-timeout", "3s"] + command.dropFirst(),
      input: Self.script)
    #expect(result.status == 4, "\(result.errors)")
    #expect(result.errors.contains("waiting for \(silent.uri) to answer"))
    #expect(result.errors.contains("error[VM0701]") && result.errors.contains("within 3s"))
    #expect(result.output.isEmpty)
    #expect(ContinuousClock.now - start < .seconds(30))
  }

  @Test func ctrlCEndsItAtOnce() throws {
    let silent = try SilentSocket()
    for command in [["run", "-"], ["list"]] {
      let session = try TerminalSession(command + ["-c", silent.uri, "--connect-timeout", "10m"])
      if command == ["run", "-"] { session.type("domain a { memory = 64MiB }\n\u{4}") }
      try session.expect(" to answer")
      session.interrupt()
      #expect(try session.finish() != 0)
    }
  }

  @Test func theShellNamesTheWaitAndGoesOn() throws {
    let silent = try SilentSocket()
    let session = try TerminalSession(["-c", silent.uri, "--connect-timeout", "4s"])
    try session.expect("vm> ")
    // The prompt appears at once; the delay is reported above it.
    session.type("40 + 2\r")
    try session.expect("42\r\n")
    try session.expect("waiting for \(silent.uri) to answer")
    #expect(!session.transcript.contains("cannot connect"))
    try session.expect("cannot connect to `\(silent.uri)`: no answer within 4s")
    session.type("\u{4}")
    #expect(try session.finish() == 0)
  }

  @Test func ctrlCEndsAnEntryThatWaitsForTheHost() throws {
    let silent = try SilentSocket()
    let session = try TerminalSession(["-c", silent.uri, "--connect-timeout", "10m"])
    try session.expect("vm> ")
    session.type("domain a { memory = 64MiB }\r")
    try session.expect("waiting for \(silent.uri) to answer")
    session.interrupt()
    try session.expect("error[VM0704]: connecting was cancelled")
    session.type("40 + 2\r")
    try session.expect("42\r\n")
    session.type("\u{4}")
    #expect(try session.finish() == 0)
  }

  @Test func anEntryEndsAtTheLimit() throws {
    let silent = try SilentSocket()
    let session = try TerminalSession(["-c", silent.uri, "--connect-timeout", "3s"])
    try session.expect("vm> ")
    session.type(":list\r")
    try session.expect("waiting for \(silent.uri) to answer")
    try session.expect("error[VM0701]")
    #expect(session.transcript.contains("within 3s"))
    session.type("40 + 2\r")
    try session.expect("42\r\n")
    session.type("\u{4}")
    #expect(try session.finish() == 0)
  }

  @Test(arguments: ["0s", "soon", "-1s", "10"]) func aLimitIsADuration(text: String) throws {
    let result = try vmscript("list", "--connect-timeout=\(text)")
    #expect(result.status == 64)
    #expect(result.errors.contains("--connect-timeout needs a duration"))
  }
}
