import Foundation
import VMScript
import VMScriptSyntax

/// The entries of this shell and of those before it, each once, the latest last.
struct History {
  private(set) var entries: [String]
  private let file: HistoryFile?
  /// Where one stands while walking through them; nil at the entry that is being typed.
  private var position: Int?
  private var draft = ""

  /// A history that is kept in a file as well, and begins with what stands there.
  init(_ file: HistoryFile?) {
    self.file = file
    entries = file?.read() ?? []
  }

  /// A history of these entries, which is not kept.
  init(_ entries: [String]) {
    (self.entries, file) = (entries, nil)
  }

  /// Adds an entry at the end; the same one earlier goes.
  ///
  /// - Throws: why the file does not keep it; the shell does.
  mutating func add(_ entry: String) throws(HistoryError) {
    leave()
    entries.removeAll { $0 == entry }
    entries.append(entry)
    if entries.count > HistoryFile.limit { entries.removeFirst() }
    try file?.append(entry)
  }

  // MARK: Walking

  /// Ends walking.
  mutating func leave() { position = nil }

  /// The entry before, of those that begin with what was typed; nil if there is none.
  mutating func earlier(than typed: String) -> String? {
    begin(typed)
    let limit = position ?? entries.count
    guard let found = entries[..<limit].lastIndex(where: { isMatch($0, typed) }) else { return nil }
    position = found
    return entries[found]
  }

  /// The entry after, and at last what was typed; nil if one does not walk.
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

  /// What was changed since one came to it is what one types now.
  private mutating func begin(_ typed: String) {
    if let position, entries[position] == typed { return }
    (position, draft) = (nil, typed)
  }

  private func isMatch(_ entry: String, _ typed: String) -> Bool {
    entry.hasPrefix(draft) && entry != typed
  }

  // MARK: Looking up

  /// What the latest entry that begins with what was typed goes on with.
  func suggestion(for typed: String) -> String? {
    guard !typed.isEmpty else { return nil }
    // By bytes: an accent may be yet to come behind a letter.
    let length = typed.utf8.count
    return entries.last { $0.utf8.count > length && $0.utf8.starts(with: typed.utf8) }
      .map { String(decoding: $0.utf8.dropFirst(length), as: UTF8.self) }
  }

  /// The latest entry before a position that holds a text, and where it stands.
  func search(_ text: String, before limit: Int) -> (position: Int, entry: String)? {
    guard !text.isEmpty else { return nil }
    return entries[..<min(limit, entries.count)].lastIndex { $0.contains(text) }
      .map { ($0, entries[$0]) }
  }
}

/// The file of entries that shells share: a line an entry, line ends written as `\n`.
///
/// A shell appends under a lock, so that several at once lose nothing. Who finds it too long writes
/// a shorter one beside it and puts that in its place: the file is whole at any time, but for a last
/// line that nobody ended, which who appends next ends.
struct HistoryFile: Sendable {
  /// Entries that are kept.
  static let limit = 10_000
  /// The bytes of an entry that is kept.
  static let longestEntry = 65_536
  /// The bytes of the file beyond which it is made shorter.
  static let longestFile = 4_194_304

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
    (try? entries(in: open(for: O_RDONLY))) ?? []
  }

  /// Appends an entry.
  ///
  /// - Throws: what the system says, such as that the folder may not be written to.
  func append(_ entry: String) throws(HistoryError) {
    let line = Self.line(entry)
    guard line.utf8.count <= Self.longestEntry else { return }
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    try? FileManager.default.createDirectory(
      atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    let file = try openLocked()
    do {
      // A shell that was killed may have left half a line.
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

  /// Puts a file of the entries that are kept in the place of this one, which is locked.
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

  /// The file, which no one else appends to until it is closed.
  private func openLocked() throws(HistoryError) -> FileHandle {
    while true {
      let file = try open(for: O_RDWR | O_APPEND | O_CREAT)
      // A file that was there before may be readable by others.
      fchmod(file.fileDescriptor, 0o600)
      while flock(file.fileDescriptor, LOCK_EX) != 0 {
        if errno != EINTR { throw HistoryError.system(path) }
      }
      // While one waited, another file may have taken its place.
      var (mine, present) = (stat(), stat())
      guard fstat(file.fileDescriptor, &mine) == 0, stat(path, &present) == 0 else {
        throw HistoryError.system(path)
      }
      if (mine.st_ino, mine.st_dev) == (present.st_ino, present.st_dev) { return file }
    }
  }

  private func open(for access: Int32) throws(HistoryError) -> FileHandle {
    // A pipe in the file's place would be waited for.
    let descriptor = Glibc.open(path, access | O_CLOEXEC | O_NONBLOCK, 0o600)
    guard descriptor >= 0 else { throw HistoryError.system(path) }
    let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw HistoryError(path: path, reason: "it is no file")
    }
    return file
  }

  // MARK: Text

  /// The entries of a file, each once, the latest last; what is no text, or too much, is left out.
  private func entries(in file: FileHandle) throws -> [String] {
    let most = UInt64(2 * Self.longestFile)
    let size = try file.seekToEnd()
    try file.seek(toOffset: size > most ? size - most : 0)
    let data = try file.read(upToCount: Int(most)) ?? Data()
    var lines = data.split(separator: Self.lineEnd)[...]
    // The first line may be half of one.
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

/// Why entries cannot be kept.
struct HistoryError: Error {
  let path: String
  let reason: String

  /// What the system said last.
  static func system(_ path: String) -> HistoryError {
    HistoryError(path: path, reason: String(cString: strerror(errno)))
  }
}

/// Tells entries that hold a secret, or may, from those that history keeps.
enum Secrecy {
  /// Whether an entry may be kept.
  ///
  /// - Parameter secretNames: variables and parameters whose value is secret.
  static func mayKeep(_ entry: String, secretNames: some Sequence<String> = []) -> Bool {
    let lower = entry.lowercased()
    guard !words.contains(where: lower.contains), !hasPasswordInAddress(entry) else { return false }
    // To name a secret tells nothing; to set it does.
    return !secretNames.contains { setsValue(of: $0, in: entry) }
  }

  /// What a secret is called, wherever it stands in an entry.
  private static let words: [String] =
    [
      "secret", "passphrase", "passwort", "password", "passwd", "token", "credential", "api_key",
      "apikey", "api-key", "private key", "private_key",
    ] + Set(ResourceKind.allCases.flatMap { secretProperties(of: Schema.resource($0)) })

  /// The properties whose value is secret, at any depth.
  private static func secretProperties(of block: BlockSchema) -> [String] {
    let own = block.properties.compactMap { property in
      if case .secret = property.type { property.name } else { nil }
    }
    return own + block.blocks.flatMap(secretProperties)
  }

  /// Whether there is an address such as `qemu+ssh://user:password@host/`.
  private static func hasPasswordInAddress(_ entry: String) -> Bool {
    var rest = entry[...]
    while let start = rest.range(of: "://") {
      rest = rest[start.upperBound...]
      let authority = rest.prefix { !"/ \n\"'".contains($0) }
      if let user = authority.lastIndex(of: "@"), authority[..<user].contains(":") { return true }
    }
    return false
  }

  /// Whether there is a `name=` or `name =`, or a `name:` that gives a type.
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
