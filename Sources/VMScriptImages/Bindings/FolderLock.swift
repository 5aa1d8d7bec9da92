import Foundation

/// An exclusive lock on a folder among all processes, held by a file in it.
///
/// The kernel releases the lock when the process ends. The file may be removed with its folder,
/// so a lock on a removed file does not count.
final class FolderLock {
  private let descriptor: Int32

  private init(_ descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  /// Takes the lock if it is free; creates the folder.
  ///
  /// - Returns: nil if another process holds it.
  /// - Throws: the system's message if the folder is not writable.
  static func take(_ folder: String) throws(OutputFile.Failure) -> FolderLock? {
    for _ in 0..<100 {
      guard mkdir(folder, 0o700) == 0 || errno == EEXIST else { throw .system(reason) }
      let path = folder + "/lock"
      let number = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
      if number < 0, errno == ENOENT { continue }
      guard number >= 0 else { throw .system(reason) }
      let lock = FolderLock(number)
      guard flock(number, LOCK_EX | LOCK_NB) == 0 else {
        if errno == EINTR { continue }
        guard errno == EWOULDBLOCK else { throw .system(reason) }
        return nil
      }
      var (held, named) = (stat(), stat())
      if fstat(number, &held) == 0, stat(path, &named) == 0, held.st_ino == named.st_ino,
        held.st_dev == named.st_dev
      {
        return lock
      }
    }
    return nil
  }

  private static var reason: String { String(cString: strerror(errno)) }
}

/// Durable changes of a folder.
enum DurableFolder {
  /// Writes a small file in one step, and waits until it is on the disk.
  static func write(_ content: Data, to path: String) throws(OutputFile.Failure) {
    let new = path + ".new"
    let file = try OutputFile(path: new, keeping: 0, limit: .max, reserve: 0)
    do throws(OutputFile.Failure) {
      // `withUnsafeBytes` of `Data` does not pass on the type of an error.
      let bytes = Array(content)
      var failure: OutputFile.Failure?
      bytes.withUnsafeBytes { buffer in
        do throws(OutputFile.Failure) { try file.write(buffer) } catch { failure = error }
      }
      if let failure { throw failure }
      try file.finish()
      try move(new, to: path)
    } catch {
      unlink(new)
      throw error
    }
  }

  /// Renames a file over another one, and waits until the change is on the disk.
  static func move(_ path: String, to target: String) throws(OutputFile.Failure) {
    guard rename(path, target) == 0 else { throw .system(String(cString: strerror(errno))) }
    let folder = target.lastIndex(of: "/").map { String(target[..<$0]) } ?? "."
    let number = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard number >= 0 else { return }
    fsync(number)
    close(number)
  }
}
