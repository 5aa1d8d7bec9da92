import Foundation
import Testing

/// The state of a host, as lines of text.
struct HostSnapshot {
  private let lines: [String]

  /// The lines that are new, after `+`, and those that are gone, after `-`.
  func changes(since earlier: HostSnapshot) -> [String] {
    lines.difference(from: earlier.lines).map { change in
      switch change {
      case .insert(_, let line, _): "+ \(line)"
      case .remove(_, let line, _): "- \(line)"
      }
    }
  }

  /// Expects the host to be as it was, and shows what is not.
  func expectSame(
    on host: Host, _ comment: Comment? = nil, sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let changes = try await HostSnapshot.of(host).changes(since: self)
    #expect(changes == [], comment, sourceLocation: sourceLocation)
  }

  /// The lists of `virsh`, the definitions of all objects, and the pool's files with their content.
  static func of(_ host: Host) async throws -> HostSnapshot {
    var lines: [String] = []
    for name in try await host.virshLines("list", "--all", "--name").sorted() {
      let state = try await host.virshLines("domstate", name).joined()
      let identifier = try await host.virshLines("domid", name).joined()
      let snapshots = try await host.virshLines("snapshot-list", name, "--name").sorted()
      lines.append("domain \(name): \(state) as \(identifier), snapshots \(snapshots)")
      lines += try await host.virshLines("dumpxml", "--inactive", name)
    }
    for name in try await host.virshLines("net-list", "--all", "--name").sorted() {
      lines.append("network \(name)")
      lines += try await host.virshLines("net-info", name)
      lines += try await host.virshLines("net-dumpxml", "--inactive", name)
    }
    for pool in try await host.virshLines("pool-list", "--all", "--name").sorted() {
      lines += try await host.virshLines("vol-list", pool, "--details").map { "\(pool): \($0)" }
    }
    lines += try files(in: host.poolFolder, withContent: true)
    // Definitions, autostart links, NVRAM, saved states and the metadata of snapshots.
    for folder in ["etc/qemu", "lib/qemu/nvram", "lib/qemu/save", "lib/qemu/snapshot", "lib/swtpm"]
    { lines += try files(in: host.folder + "/" + folder, withContent: false) }
    return HostSnapshot(lines: lines)
  }

  private static func files(in folder: String, withContent: Bool) throws -> [String] {
    let files = FileManager.default
    guard files.fileExists(atPath: folder) else { return [] }
    return try files.subpathsOfDirectory(atPath: folder).sorted().map { name in
      let path = "\(folder)/\(name)"
      guard withContent else { return path }
      let content = try Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe)
      return "\(path) \(content.count) \(checksum(content))"
    }
  }

  /// FNV-1a: enough to see that a file is what it was.
  private static func checksum(_ data: Data) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    data.withUnsafeBytes { bytes in
      for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    }
    return String(hash, radix: 16)
  }
}
