import Foundation

/// The file of entries that shells share: a line an entry, line ends written as `\n`.
///
/// A shell only appends, under a lock, so that several at once lose nothing; who starts and finds
/// many entries told twice writes the file anew.
struct HistoryFile: Sendable {
  /// Entries that are kept.
  static let limit = 10_000

  let path: String

  /// The file below XDG's state folder; nil where there is no home.
  static func standard(
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> HistoryFile? {
    let state =
      environment["XDG_STATE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
      ?? environment["HOME"].map { "\($0)/.local/state" }
    return state.map { HistoryFile(path: "\($0)/vmscript/history") }
  }

  /// The entries, each once, the latest last; empty where the file cannot be read.
  func read() -> [String] {
    guard let handle = try? FileHandle(forReadingFrom: URL(fileURLWithPath: path)) else {
      return []
    }
    defer { try? handle.close() }
    guard let data = try? handle.readToEnd() else { return [] }
    let lines = String(decoding: data, as: UTF8.self).split(separator: "\n")
    var seen: Set<String> = []
    let latest = lines.reversed().map(Self.entry).filter { seen.insert($0).inserted }
    return latest.prefix(Self.limit).reversed()
  }

  /// Appends an entry; does nothing where that cannot be done, for a shell works without it.
  func append(_ entry: String) {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    try? FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { return }
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    // A file that was there before may be readable by others.
    fchmod(descriptor, 0o600)
    flock(descriptor, LOCK_EX)
    try? handle.write(contentsOf: Data((Self.line(entry) + "\n").utf8))
  }

  /// Whether an entry may be kept: none that speaks of secrets is.
  static func mayKeep(_ entry: String) -> Bool {
    let words = ["secret", "password", "passwd"]
    let lower = entry.lowercased()
    return !words.contains { lower.contains($0) }
  }

  static func line(_ entry: String) -> String {
    entry.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "\n", with: "\\n")
  }

  static func entry(_ line: Substring) -> String {
    var result = ""
    var isEscaped = false
    for character in line {
      if isEscaped {
        result.append(character == "n" ? "\n" : character)
        isEscaped = false
      } else if character == "\\" {
        isEscaped = true
      } else {
        result.append(character)
      }
    }
    return result
  }
}
