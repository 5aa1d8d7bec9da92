import Foundation

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
