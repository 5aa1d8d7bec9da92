import Crypto
import Foundation
import VMScriptSyntax

/// Keeps two runs of one stack on one host apart: an advisory lock on a file of the user's.
///
/// The kernel lets go of it when the process ends, however that happens, so that a killed run locks
/// nobody out.
final class StackLock: Sendable {
  private let descriptor: Int32

  private init(descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }

  /// Takes the lock; does not wait for it.
  ///
  /// - Parameter uri: as the connection says it, so that two spellings of one host are one.
  /// - Throws: a diagnostic if another run holds it, or if the lock's file cannot be made.
  static func take(
    stack: String, uri: String,
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws(Diagnostic) -> StackLock {
    // The test driver's host is the process itself.
    let host = uri.hasPrefix("test:") ? "\(uri)\0\(getpid())" : uri
    let name = Hexadecimal.text(SHA256.hash(data: Array("\(host)\0\(stack)".utf8)).prefix(16))
    let path = try folder(environment) + "/\(name).lock"
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw HostMessages.noLock(path, systemError) }
    let lock = StackLock(descriptor: descriptor)
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      throw errno == EWOULDBLOCK
        ? HostMessages.stackInUse(stack) : HostMessages.noLock(path, systemError)
    }
    return lock
  }

  /// A folder that only the user can write to.
  private static func folder(_ environment: [String: String]) throws(Diagnostic) -> String {
    let runtime = environment["XDG_RUNTIME_DIR"].flatMap { $0.hasPrefix("/") ? $0 : nil }
    let path = runtime.map { "\($0)/vmscript" } ?? "/tmp/vmscript-\(getuid())"
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
      throw HostMessages.noLock(path, systemError)
    }
    var status = stat()
    guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR,
      status.st_uid == getuid(), status.st_mode & 0o022 == 0
    else { throw HostMessages.noLock(path, "it is not a folder of yours alone") }
    return path
  }

  private static var systemError: String { String(cString: strerror(errno)) }
}
