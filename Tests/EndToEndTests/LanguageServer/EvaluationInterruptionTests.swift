import Foundation
import TestSupport
import Testing

/// Background evaluation yields to requests.
@Suite struct EvaluationInterruptionTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  /// Tells when a file is opened: a script that reads it is being evaluated then.
  private final class FileWatch {
    private let descriptor: FileHandle

    init(_ path: String) throws {
      let raw = inotify_init1(Int32(O_NONBLOCK | O_CLOEXEC))
      try #require(raw >= 0)
      descriptor = FileHandle(fileDescriptor: raw, closeOnDealloc: true)
      try #require(inotify_add_watch(raw, path, UInt32(IN_OPEN)) >= 0)
    }

    /// Waits until the file was opened since the last time.
    func wait() throws {
      var watched = pollfd(fd: descriptor.fileDescriptor, events: Int16(POLLIN), revents: 0)
      try #require(poll(&watched, 1, 60_000) == 1)
      _ = descriptor.availableData
    }
  }

  /// A request during a long evaluation is answered before the diagnostics are published. A new
  /// evaluation then publishes them.
  @Test func aRequestDoesNotWaitForAnEvaluation() throws {
    let watch = try FileWatch(try folder.write("sign", "begun"))
    let uri = folder.url.appendingPathComponent("endless.vmscript").absoluteString
    let text = "let sign = read(\"sign\")\nfor i in 1...1_000_000_000_000 { let x = i }\n"

    let client = try LanguageClient.initialized()
    try client.open(uri, text)
    // On a machine that stalls for a second the evaluation may end before the request comes
    // in. A server that lets requests wait never answers first.
    for version in 1...30 {
      try watch.wait()
      #expect(
        try client.at(0, 5, of: uri, "hover").object("result").object("range").rangeText
          == "0:4-0:8")
      if !client.hasDiagnostics(uri, version: version) {
        try watch.wait()
        #expect(try client.diagnostics(uri, version: version).isEmpty)
        #expect(try client.leave() == 0)
        return
      }
      try client.change(uri, version: version + 1, [["text": text]])
    }
    Issue.record("the diagnostics came before every answer")
  }
}
