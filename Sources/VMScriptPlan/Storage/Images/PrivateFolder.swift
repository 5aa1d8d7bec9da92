import Foundation

/// A folder for files that only this process needs, which nobody else can look into.
///
/// A folder that a killed process left behind is removed by the next run: its owner holds a lock on a
/// file in it, which the kernel releases when the process ends.
package final class PrivateFolder: Sendable {
  private static let prefix = "vmscript-"
  private static let owner = "owner"
  /// A folder without an owner's file this long was left by a process that was killed while making it.
  private static let youth: TimeInterval = 3600

  /// The absolute path.
  package let path: String
  private let lock: OpenDescriptor

  /// Makes a new one below the folder for temporary files.
  ///
  /// - Throws: ``StorageFailure/unreadable(path:reason:)`` if it cannot be made.
  package init(in parent: String = FileManager.default.temporaryDirectory.path)
    throws(StorageFailure)
  {
    path = "\(parent)/\(Self.prefix)\(UUID().uuidString)"
    guard mkdir(path, 0o700) == 0 else { throw Self.failure(path) }
    let name = "\(path)/\(Self.owner)"
    let number = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard number != -1 else { throw Self.failure(name) }
    lock = OpenDescriptor(number)
    // What is empty is not locked yet.
    guard flock(number, LOCK_EX | LOCK_NB) == 0, write(number, "x", 1) == 1 else {
      throw Self.failure(name)
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The path of a file in it.
  package func file(_ name: String) -> String { "\(path)/\(name)" }

  /// The bytes that can be written into it.
  package var room: Int64 {
    var status = statvfs()
    guard statvfs(path, &status) == 0 else { return .max }
    let (bytes, overflow) = Int64(clamping: status.f_bavail)
      .multipliedReportingOverflow(by: Int64(clamping: status.f_frsize))
    return overflow ? .max : bytes
  }

  /// Removes what processes of this user left behind that were killed.
  package static func sweep(in parent: String = FileManager.default.temporaryDirectory.path) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
    for name in names where name.hasPrefix(prefix) {
      guard UUID(uuidString: String(name.dropFirst(prefix.count))) != nil else { continue }
      let path = "\(parent)/\(name)"
      if isAbandoned(path) { try? FileManager.default.removeItem(atPath: path) }
    }
  }

  private static func isAbandoned(_ path: String) -> Bool {
    var folder = stat()
    guard lstat(path, &folder) == 0, folder.st_mode & S_IFMT == S_IFDIR,
      folder.st_uid == geteuid()
    else { return false }
    let number = open("\(path)/\(owner)", O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    let file = OpenDescriptor(number)
    var status = stat()
    if number != -1, fstat(file.number, &status) == 0, status.st_size > 0 {
      return flock(file.number, LOCK_EX | LOCK_NB) == 0
    }
    return Date().timeIntervalSince1970 - TimeInterval(folder.st_mtim.tv_sec) > youth
  }

  /// Makes a folder and those above it that are missing, closed to others from the start.
  package static func create(_ path: String) throws(StorageFailure) {
    if mkdir(path, 0o700) == 0 || errno == EEXIST { return }
    guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex else {
      throw failure(path)
    }
    try create(String(path[..<slash]))
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw failure(path) }
  }

  private static func failure(_ path: String) -> StorageFailure {
    .unreadable(path: path, reason: String(cString: strerror(errno)))
  }
}
