import Foundation
import Testing

extension Host {
  /// A small ISO.
  func iso() async throws -> String {
    let content = folder + "/files/iso"
    try FileManager.default.createDirectory(atPath: content, withIntermediateDirectories: true)
    try Data("an installer".utf8).write(to: URL(fileURLWithPath: content + "/readme.txt"))
    let path = folder + "/files/installer.iso"
    let result = try await Subprocess.run(
      "bsdtar", ["--format", "iso9660", "-cf", path, "-C", content, "."])
    try #require(result.status == 0, "\(result.errors)")
    return path
  }

  /// An image of this format and size that holds nothing.
  func image(_ name: String, format: String, size: String) async throws -> String {
    let path = try file(name, "")
    try await qemuImage("create", "-q", "-f", format, path, size)
    return path
  }

  /// Runs qemu-img, which has to succeed.
  func qemuImage(_ arguments: String...) async throws {
    let result = try await Subprocess.run("qemu-img", arguments)
    try #require(
      result.status == 0, "qemu-img \(arguments.joined(separator: " ")): \(result.errors)")
  }

  /// The guest's image at a path of this host's own, so that a test may change it.
  func ownGuest() throws -> String {
    try file("guest.qcow2", Data(contentsOf: URL(fileURLWithPath: try #require(Self.guest))))
  }
}
