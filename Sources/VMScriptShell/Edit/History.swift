import Foundation
import VMScript
import VMScriptSyntax

/// The entries of this shell and earlier ones, each once, the latest last.
struct History {
  private(set) var entries: [String]
  private let file: HistoryFile?
  /// The position during navigation; nil at the draft.
  private var position: Int?
  private var draft = ""

  /// Creates a history from the entries of a file, which it also appends to.
  init(_ file: HistoryFile?) {
    self.file = file
    entries = file?.read() ?? []
  }

  /// Creates a history that is not saved.
  init(_ entries: [String]) {
    (self.entries, file) = (entries, nil)
  }

  /// Appends an entry, and removes an earlier equal one.
  ///
  /// - Throws: the error of the file; the entry is in the history nevertheless.
  mutating func add(_ entry: String) throws(HistoryError) {
    leave()
    entries.removeAll { $0 == entry }
    entries.append(entry)
    if entries.count > HistoryFile.limit { entries.removeFirst() }
    try file?.append(entry)
  }

  // MARK: Navigation

  /// Ends navigation.
  mutating func leave() { position = nil }

  /// The previous entry that begins with the draft; nil if there is none.
  mutating func earlier(than typed: String) -> String? {
    begin(typed)
    let limit = position ?? entries.count
    guard let found = entries[..<limit].lastIndex(where: { isMatch($0, typed) }) else { return nil }
    position = found
    return entries[found]
  }

  /// The next entry that begins with the draft, then the draft itself; nil outside navigation.
  mutating func later(than typed: String) -> String? {
    begin(typed)
    guard let position else { return nil }
    if let found = entries[(position + 1)...].firstIndex(where: { isMatch($0, typed) }) {
      self.position = found
      return entries[found]
    }
    self.position = nil
    return draft
  }

  /// Makes the text the draft, unless it is the unchanged entry of the current position.
  private mutating func begin(_ typed: String) {
    if let position, entries[position] == typed { return }
    (position, draft) = (nil, typed)
  }

  private func isMatch(_ entry: String, _ typed: String) -> Bool {
    entry.hasPrefix(draft) && entry != typed
  }

  // MARK: Looking up

  /// The rest of the latest entry that begins with the typed text.
  func suggestion(for typed: String) -> String? {
    guard !typed.isEmpty else { return nil }
    // By bytes, because a combining accent may follow a letter.
    let length = typed.utf8.count
    return entries.last { $0.utf8.count > length && $0.utf8.starts(with: typed.utf8) }
      .map { String(decoding: $0.utf8.dropFirst(length), as: UTF8.self) }
  }

  /// The latest entry before a position that contains a text, with its position.
  func search(_ text: String, before limit: Int) -> (position: Int, entry: String)? {
    guard !text.isEmpty else { return nil }
    return entries[..<min(limit, entries.count)].lastIndex { $0.contains(text) }
      .map { ($0, entries[$0]) }
  }
}

/// The shared history file: one entry per line, with newlines written as `\n`.
///
/// A shell appends under a lock, so that concurrent shells lose nothing. A file that is too long is
/// replaced by a shorter copy. The file is always complete, except for an unfinished last line,
/// which the next append finishes.
struct HistoryFile: Sendable {
  /// The maximum number of entries.
  static let limit = 10_000
  /// The maximum size of an entry in bytes.
  static let longestEntry = 65_536
  /// The size in bytes above which the file is shortened.
  static let longestFile = 4_194_304

  let path: String

  /// The file in the XDG state folder; nil without a home folder.
  static func `default`(
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> HistoryFile? {
    let state =
      environment["XDG_STATE_HOME"].flatMap { $0.hasPrefix("/") ? $0 : nil }
      ?? environment["HOME"].map { "\($0)/.local/state" }
    return state.map { HistoryFile(path: "\($0)/vmscript/history") }
  }

  /// The entries, each once, the latest last; empty if the file cannot be read.
  func read() -> [String] {
    (try? entries(in: open(for: O_RDONLY))) ?? []
  }

  /// Appends an entry.
  ///
  /// - Throws: the error of the system, such as missing write permission.
  func append(_ entry: String) throws(HistoryError) {
    let line = Self.line(entry)
    guard line.utf8.count <= Self.longestEntry else { return }
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    try? FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    let file = try openLocked()
    do {
      // A killed shell may have left an unfinished line.
      let size = try file.seekToEnd()
      var text = Data((line + "\n").utf8)
      if size > 0 {
        try file.seek(toOffset: size - 1)
        if try file.read(upToCount: 1) != Data([Self.lineEnd]) { text.insert(Self.lineEnd, at: 0) }
      }
      try file.write(contentsOf: text)
      if size > Self.longestFile { try shorten(file) }
    } catch {
      throw HistoryError(path: path, reason: error.localizedDescription)
    }
  }

  /// Replaces the locked file by one with the entries to keep.
  private func shorten(_ file: FileHandle) throws {
    let target = URL(fileURLWithPath: path).resolvingSymlinksInPath()
    let lines = try entries(in: file).map { Self.line($0) + "\n" }
    let shorter = target.appendingPathExtension("new")
    try Data(lines.joined().utf8).write(to: shorter)
    guard chmod(shorter.path, 0o600) == 0, rename(shorter.path, target.path) == 0 else {
      throw HistoryError.system(path)
    }
  }

  private static let lineEnd = UInt8(ascii: "\n")

  // MARK: Opening

  /// Opens and locks the file until it is closed.
  private func openLocked() throws(HistoryError) -> FileHandle {
    while true {
      let file = try open(for: O_RDWR | O_APPEND | O_CREAT)
      // An existing file may be readable by others.
      fchmod(file.fileDescriptor, 0o600)
      while flock(file.fileDescriptor, LOCK_EX) != 0 {
        if errno != EINTR { throw HistoryError.system(path) }
      }
      // Another file may have replaced it during the wait.
      var (mine, present) = (stat(), stat())
      guard fstat(file.fileDescriptor, &mine) == 0, stat(path, &present) == 0 else {
        throw HistoryError.system(path)
      }
      if (mine.st_ino, mine.st_dev) == (present.st_ino, present.st_dev) { return file }
    }
  }

  private func open(for access: Int32) throws(HistoryError) -> FileHandle {
    // Opening a pipe would block.
    let descriptor = Glibc.open(path, access | O_CLOEXEC | O_NONBLOCK, 0o600)
    guard descriptor >= 0 else { throw HistoryError.system(path) }
    let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw HistoryError(path: path, reason: "it is not a file")
    }
    return file
  }

  // MARK: Text

  /// The entries of a file, each once, the latest last; drops invalid text and surplus entries.
  private func entries(in file: FileHandle) throws -> [String] {
    let most = UInt64(2 * Self.longestFile)
    let size = try file.seekToEnd()
    try file.seek(toOffset: size > most ? size - most : 0)
    let data = try file.read(upToCount: Int(most)) ?? Data()
    var lines = data.split(separator: Self.lineEnd)[...]
    // The first line may be incomplete.
    if size > most { lines = lines.dropFirst() }
    var seen: Set<String> = []
    var latest: [String] = []
    for line in lines.reversed() where latest.count < Self.limit {
      guard line.count <= Self.longestEntry, !line.contains(where: { $0 < 0x20 || $0 == 0x7F }),
        let text = String(validating: line, as: UTF8.self),
        !text.unicodeScalars.contains(where: { (0x80...0x9F).contains($0.value) })
      else { continue }
      let entry = Self.entry(text[...])
      if seen.insert(entry).inserted { latest.append(entry) }
    }
    return latest.reversed()
  }

  static func line(_ entry: String) -> String {
    entry.replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(of: "\n", with: "\\n")
  }

  static func entry(_ line: Substring) -> String {
    guard line.utf8.contains(UInt8(ascii: "\\")) else { return String(line) }
    var result = ""
    var isEscaped = false
    for scalar in line.unicodeScalars {
      if isEscaped {
        result.unicodeScalars.append(scalar == "n" ? "\n" : scalar)
        isEscaped = false
      } else if scalar == "\\" {
        isEscaped = true
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}

/// The reason why the history cannot be saved.
struct HistoryError: Error {
  let path: String
  let reason: String

  /// The error of the last system call.
  static func system(_ path: String) -> HistoryError {
    HistoryError(path: path, reason: String(cString: strerror(errno)))
  }
}

/// Detects entries that contain or may contain a secret, which the history must not save.
enum Secrecy {
  /// Whether the history may save an entry.
  ///
  /// - Parameter secretNames: variables and parameters whose value is secret.
  static func mayKeep(_ entry: String, secretNames: some Sequence<String> = []) -> Bool {
    let lower = entry.lowercased()
    guard !words.contains(where: lower.contains), !hasPasswordInAddress(entry) else { return false }
    // Naming a secret is harmless; setting it is not.
    return !secretNames.contains { setsValue(of: $0, in: entry) }
  }

  /// Words that suggest a secret anywhere in an entry.
  private static let words: [String] =
    [
      "secret", "passphrase", "passwort", "password", "passwd", "token", "credential", "api_key",
      "apikey", "api-key", "private key", "private_key",
    ] + Set(ResourceKind.allCases.flatMap { secretProperties(of: Schema.resource($0)) })

  /// The names of secret properties, at any depth.
  private static func secretProperties(of block: BlockSchema) -> [String] {
    let own = block.properties.compactMap { property in
      switch property.type {
      case .secret, .map(.secret): property.name
      default: nil
      }
    }
    return own + block.blocks.flatMap(secretProperties)
  }

  /// Whether the entry has a URI such as `qemu+ssh://user:password@host/`.
  private static func hasPasswordInAddress(_ entry: String) -> Bool {
    var rest = entry[...]
    while let start = rest.range(of: "://") {
      rest = rest[start.upperBound...]
      let authority = rest.prefix { !"/ \n\"'".contains($0) }
      if let user = authority.lastIndex(of: "@"), authority[..<user].contains(":") { return true }
    }
    return false
  }

  /// Whether the entry has `name=`, `name =`, or `name:` with a type.
  private static func setsValue(of name: String, in entry: String) -> Bool {
    let bytes = Array(entry.utf8)
    let pieces = Piece.all(in: bytes)
    return pieces.indices.dropLast().contains { position in
      Array(bytes[pieces[position].range]) == Array(name.utf8)
        && [[UInt8(ascii: "=")], [UInt8(ascii: ":")]]
          .contains(Array(bytes[pieces[position + 1].range]))
    }
  }
}
