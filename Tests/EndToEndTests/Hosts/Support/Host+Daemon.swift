import Foundation
import Testing

extension Host {
  /// The daemon's process; nil while it is down.
  func daemon() async throws -> pid_t? {
    try await process("-x", "libvirtd", "-P", "\(firstProcess())")
  }

  /// The first process of the daemon's namespaces, which starts it again whenever it ends.
  func firstProcess() async throws -> pid_t {
    let holder = try String(contentsOfFile: folder + "/pid", encoding: .utf8)
      .trimmingCharacters(in: .whitespacesAndNewlines)
    return try #require(try await process("-P", holder))
  }

  /// The process that `pgrep` finds; nil if there is none.
  func process(_ options: String...) async throws -> pid_t? {
    pid_t(
      try await Subprocess.run("pgrep", options).output
        .trimmingCharacters(in: .whitespacesAndNewlines))
  }

  /// Waits until the daemon, which is started again by itself, answers.
  func answers() async throws { try await Self.script("start", folder) }

  /// Cuts the connections of all clients, as their network might.
  func dropClients() async throws {
    let admin = ["-c", "libvirtd:///system?socket=\(folder)/run/libvirt-admin-sock"]
    let list = try await Subprocess.run("virt-admin", admin + ["client-list", "libvirtd"])
    for line in list.output.split(separator: "\n") {
      guard let client = line.split(separator: " ").first, Int(client) != nil else { continue }
      _ = try await Subprocess.run(
        "virt-admin", admin + ["client-disconnect", "libvirtd", String(client)])
    }
  }
}
