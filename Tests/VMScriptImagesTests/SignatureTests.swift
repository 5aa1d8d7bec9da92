import Foundation
import TestSupport
import Testing
import VMScriptPlan

@testable import VMScriptImages

@Suite(.timeLimit(.minutes(5))) struct SignatureTests {
  /// A key of a publisher, made by `gpg`.
  private struct Publisher {
    let folder: ScratchFolder
    let keys: String
    let armored: String

    init() throws {
      folder = try ScratchFolder()
      chmod(folder.path, 0o700)
      (keys, armored) = (folder.file("keys.gpg"), folder.file("keys.asc"))
      try gpg("--quick-generate-key", "publisher@images.test", "ed25519", "sign", "never")
      try gpg("--export", "--output", keys)
      try gpg("--export", "--armor", "--output", armored)
    }

    func gpg(_ words: String...) throws {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      process.arguments =
        ["gpg", "--homedir", folder.path, "--batch", "--quiet", "--passphrase", ""] + words
      process.standardError = FileHandle.nullDevice
      try process.run()
      process.waitUntilExit()
      try #require(process.terminationStatus == 0, "\(words)")
    }

    /// Signs a text; returns the signature, or the text with it.
    func sign(_ text: String, inside: Bool) throws -> [UInt8] {
      let file = try folder.write("text", text)
      let target = folder.file("signed")
      try? FileManager.default.removeItem(atPath: target)
      try gpg("--output", target, inside ? "--clearsign" : "--detach-sign", file)
      return Array(try Data(contentsOf: URL(fileURLWithPath: target)))
    }
  }

  @Test("A valid signature is accepted, beside a text and around it, with keys of both forms")
  func valid() throws {
    let publisher = try Publisher()
    for keyring in [publisher.keys, publisher.armored] {
      let check = SignatureCheck(
        keyrings: ["/no/such/file", keyring], cancellation: BlockingWork.Cancellation())
      let text = Array("0a  disk.raw\n".utf8)
      let beside = try publisher.sign("0a  disk.raw\n", inside: false)
      #expect(try check.verify(text, signature: beside) == .valid(text))
      let around = try publisher.sign("0a  disk.raw\n", inside: true)
      #expect(try check.verify(around, signature: nil) == .valid(text))
    }
  }

  @Test("A changed text, another key and text around a signature are not covered")
  func invalid() throws {
    let (publisher, other) = (try Publisher(), try Publisher())
    let check = SignatureCheck(
      keyrings: [publisher.keys], cancellation: BlockingWork.Cancellation())
    let beside = try publisher.sign("0a  disk.raw\n", inside: false)
    func isInvalid(_ text: [UInt8], _ signature: [UInt8]?) throws -> Bool {
      if case .invalid = try check.verify(text, signature: signature) { true } else { false }
    }
    #expect(try isInvalid(Array("0b  disk.raw\n".utf8), beside))
    #expect(
      try isInvalid(
        Array("0a  disk.raw\n".utf8), other.sign("0a  disk.raw\n", inside: false)))
    let around = try publisher.sign("0a  disk.raw\n", inside: true)
    let forged = Array("0b  disk.raw\n".utf8) + around
    if case .valid(let covered) = try check.verify(forged, signature: nil) {
      #expect(!String(decoding: covered, as: UTF8.self).contains("0b"))
    }
  }

  @Test("Without keys, a signature is not checked")
  func unavailable() throws {
    let check = SignatureCheck(keyrings: [], cancellation: BlockingWork.Cancellation())
    #expect(try check.verify([1], signature: [2]) == .unavailable)
  }
}
