import Foundation
import Testing

@testable import Libvirt

@Suite struct SilenceTests {
  @Test func libvirtHasAHandlerThatSaysNothing() async throws {
    // Other tests of this process may write to standard error meanwhile: only libvirt's own prefix
    // counts.
    let file = FileManager.default.temporaryDirectory.path + "/silence-\(UUID().uuidString)"
    #expect(FileManager.default.createFile(atPath: file, contents: nil))
    defer { try? FileManager.default.removeItem(atPath: file) }
    let handle = try #require(FileHandle(forWritingAtPath: file))
    let kept = dup(STDERR_FILENO)
    dup2(handle.fileDescriptor, STDERR_FILENO)
    _ = try? Connection.open("nonsense:///x")
    _ = try? TestDriver.connection().defineDomain(xml: "<domain")
    dup2(kept, STDERR_FILENO)
    close(kept)
    let written = String(
      decoding: FileManager.default.contents(atPath: file) ?? Data(), as: UTF8.self)
    #expect(!written.contains("libvirt:"))
  }
}
