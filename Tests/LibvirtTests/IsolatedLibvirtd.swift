import Foundation
import Testing

@testable import Libvirt

/// A libvirtd of the tests' own, run by `scripts/libvirtd`.
struct IsolatedLibvirtd {
  let directory: String
  let uri: String

  /// The reason why it cannot run here; nil if it can.
  static let obstacle: Comment? = {
    guard getuid() == 0 else { return "an isolated libvirtd needs root" }
    let needed = ["libvirtd", "virsh", "unshare", "ip", "dnsmasq"]
    let folders = ["/usr/sbin", "/usr/bin", "/sbin", "/bin"]
    let missing = needed.filter { program in
      !folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(program)") }
    }
    return missing.isEmpty ? nil : "not installed: \(missing.joined(separator: ", "))"
  }()

  static var canRun: Bool { obstacle == nil }

  /// Starts one, gives it to `body`, and stops it however that ends.
  static func run(_ body: (IsolatedLibvirtd) async throws -> Void) async throws {
    let directory =
      FileManager.default.temporaryDirectory.path
      + "/vms-\(UUID().uuidString.prefix(8))"
    try script("start", directory)
    let daemon = IsolatedLibvirtd(
      directory: directory,
      uri: "qemu+unix:///system?socket=\(directory)/run/libvirt-sock")
    do {
      try await body(daemon)
    } catch {
      try daemon.remove()
      throw error
    }
    try daemon.remove()
  }

  /// Kills the daemon and starts it again.
  func restart() throws {
    try Self.script("restart", directory)
  }

  private func remove() throws {
    try Self.script("stop", directory)
    try FileManager.default.removeItem(atPath: directory)
  }

  private static func script(_ verb: String, _ directory: String) throws {
    let root = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let process = Process()
    process.executableURL = root.appendingPathComponent("scripts/libvirtd")
    process.arguments = [verb, directory]
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0, "scripts/libvirtd \(verb) failed")
  }
}
