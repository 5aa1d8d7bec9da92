import Foundation
import VMScriptPlan

/// The verification of a checksum file's signature by `gpgv`.
struct SignatureCheck {
  /// The result of a verification.
  enum Result: Hashable {
    /// The signature is valid; the text is the part that it covers.
    case valid([UInt8])
    /// `gpgv` or the publisher's keys are not installed.
    case unavailable
    /// `gpgv` rejects the signature; the text is its standard error.
    case invalid(String)
  }

  /// The files that may hold the publisher's keys.
  let keyrings: [String]
  let cancellation: BlockingWork.Cancellation

  /// Verifies a text.
  ///
  /// - Parameter signature: the content of a separate signature; nil for a text with its own.
  func verify(_ text: [UInt8], signature: [UInt8]?) throws -> Result {
    let manager = FileManager.default
    guard let keyring = keyrings.first(where: manager.isReadableFile(atPath:)),
      let keys = manager.contents(atPath: keyring)
    else { return .unavailable }
    let folder = try PrivateFolder()
    defer { withExtendedLifetime(folder) {} }
    func file(_ name: String, _ bytes: [UInt8]) throws -> String {
      let path = folder.file(name)
      try Data(bytes).write(to: URL(fileURLWithPath: path))
      return path
    }
    let ring = try file("keys", Self.binary(Array(keys)))
    let content = try file("text", text)
    // All paths are absolute, so none is read as an option.
    var arguments = ["--homedir", folder.path, "--keyring", ring]
    let output = folder.file("covered")
    if let signature {
      arguments += [try file("signature", signature), content]
    } else {
      arguments += ["--output", output, content]
    }
    let limits = ChildProcess.Limits(seconds: 30, memory: 1 << 30, fileSize: 16 << 20)
    let result: ChildProcess.Result
    do {
      result = try ChildProcess.run(
        "gpgv", arguments, limits: limits, cancellation: cancellation)
    } catch StorageFailure.toolMissing { return .unavailable }
    guard result.status == 0 else { return .invalid(result.errors) }
    if signature != nil { return .valid(text) }
    return .valid(Array(manager.contents(atPath: output) ?? Data()))
  }

  /// Returns keys in the binary form that `gpgv` reads, whether they are armored or not.
  static func binary(_ keys: [UInt8]) -> [UInt8] {
    let lines = String(decoding: keys, as: UTF8.self).split(
      omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    guard lines.contains(where: { $0.hasPrefix("-----BEGIN PGP PUBLIC KEY") }) else { return keys }
    var (result, block, isBody): ([UInt8], String, Bool) = ([], "", false)
    for line in lines {
      if line.hasPrefix("-----BEGIN") {
        (block, isBody) = ("", false)
      } else if line.hasPrefix("-----END") {
        result += Data(base64Encoded: block) ?? Data()
        isBody = false
      } else if !isBody {
        // An empty line ends the headers of the block.
        isBody = line.trimmingCharacters(in: .whitespaces).isEmpty
      } else if !line.hasPrefix("=") {
        block += line.trimmingCharacters(in: .whitespaces)
      }
    }
    return result
  }
}
