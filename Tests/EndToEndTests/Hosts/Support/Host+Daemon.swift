import Foundation

extension Host {
  /// The daemon's process; nil while it is down.
  func daemon() async throws -> pid_t? {
    var process = try String(contentsOfFile: folder + "/pid", encoding: .utf8)
      .trimmingCharacters(in: .whitespacesAndNewlines)
    for options in [["-P"], ["-x", "libvirtd", "-P"]] {
      process = try await Subprocess.run("pgrep", options + [process]).output
        .trimmingCharacters(in: .whitespacesAndNewlines)
    }
    return pid_t(process)
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
