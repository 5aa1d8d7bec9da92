import Foundation

/// The process at the other end of a Unix socket of this machine.
enum SocketPeer: Sendable, Equatable {
  /// A process listens; the number is the one that this process sees.
  case process(Int32)
  /// No connection was made.
  case refused(Obstacle)

  /// The reason why there is no connection.
  enum Obstacle: Sendable, Equatable {
    /// There is no socket at the path.
    case absent
    /// This user may not connect.
    case forbidden
    /// Nothing accepts the connection; the value is the system's reason.
    case silent(String)

    init(_ number: Int32) {
      switch number {
      case ENOENT, ENOTDIR: self = .absent
      case EACCES, EPERM: self = .forbidden
      default:
        // SAFETY: the text is copied before another call can change it.
        self = .silent(String(cString: strerror(number)))
      }
    }
  }

  /// Connects to the socket at a path, and closes the connection again; does not wait.
  static func of(_ path: String) -> SocketPeer {
    let kind = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
    let descriptor = socket(AF_UNIX, Int32(kind), 0)
    guard descriptor >= 0 else { return .refused(Obstacle(errno)) }
    defer { close(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(path.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
      return .refused(Obstacle(ENAMETOOLONG))
    }
    // SAFETY: the path fits with its zero byte, which the address already contains.
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    let size = socklen_t(MemoryLayout<sockaddr_un>.size)
    // SAFETY: `connect` takes this type of address for the family, and reads it during the call.
    let status = withUnsafePointer(to: address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, size) }
    }
    guard status == 0 else { return .refused(Obstacle(errno)) }
    // The kernel's `ucred`: the numbers of the process, the user and the group.
    var credentials: [Int32] = [0, 0, 0]
    var length = socklen_t(MemoryLayout<Int32>.size * credentials.count)
    // SAFETY: the kernel writes at most `length` bytes, which is the size of the array.
    guard getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &length) == 0 else {
      return .refused(Obstacle(errno))
    }
    return .process(credentials[0])
  }
}
