import Foundation
import Testing

extension Host {
  /// The daemon's process.
  func daemon() async throws -> pid_t {
    var process = try String(contentsOfFile: folder + "/pid", encoding: .utf8)
      .trimmingCharacters(in: .whitespacesAndNewlines)
    for options in [["-P"], ["-x", "libvirtd", "-P"]] {
      process = try await Subprocess.run("pgrep", options + [process]).output
        .trimmingCharacters(in: .whitespacesAndNewlines)
    }
    return try #require(pid_t(process))
  }
}
