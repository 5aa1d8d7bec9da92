import Foundation
import Synchronization
import VMScriptPlan

/// A name that one process of this machine holds at a time: an abstract Unix socket.
///
/// The kernel frees the name when its holder ends, for whatever reason. There is no file that could
/// stay behind or be replaced, and the name is the same for all users and environments.
final class ExclusiveName: Sendable {
  /// The reason why a name cannot be taken.
  enum Obstacle: Error {
    /// Another process holds it; nil if the kernel does not show which.
    case taken(by: Holder?)
    /// The system refused, with its message.
    case refused(String)
  }

  /// The process that holds a name.
  struct Holder: Sendable, Hashable {
    let process: Int32
    let user: UInt32

    /// The user's name, or its number if it has none.
    var userName: String {
      var record = passwd()
      var found: UnsafeMutablePointer<passwd>?
      var buffer = [CChar](repeating: 0, count: 4096)
      // SAFETY: the record's texts lie in `buffer`, which outlives their use.
      return buffer.withUnsafeMutableBufferPointer { texts in
        guard let start = texts.baseAddress,
          getpwuid_r(user, &record, start, texts.count, &found) == 0,
          let entry = found?.pointee, let name = entry.pw_name
        else { return "user \(user)" }
        return "`\(String(cString: name))`"
      }
    }
  }

  private let descriptor: Int32
  private let isReleased = Atomic(false)

  private init(descriptor: Int32) { self.descriptor = descriptor }

  deinit { release() }

  /// Frees the name, even if this object is still referenced.
  func release() {
    if !isReleased.exchange(true, ordering: .acquiringAndReleasing) { close(descriptor) }
  }

  /// Takes a name; does not wait for it.
  ///
  /// - Parameter name: at most 100 bytes.
  static func take(_ name: String) throws(Obstacle) -> ExclusiveName {
    for _ in 0..<3 {
      let socket = try open()
      if bind(socket.descriptor, name) == 0 {
        // Lets others connect, so that the kernel shows them the holder.
        listen(socket.descriptor, 64)
        return socket
      }
      guard errno == EADDRINUSE else { throw .refused(reason(errno)) }
      let caller = try open()
      let (status, number) = (connect(caller.descriptor, name), errno)
      let holder = status == 0 ? holder(of: caller.descriptor) : nil
      caller.release()
      // If nobody listens, the name was freed in between.
      if status == 0 || number != ECONNREFUSED { throw .taken(by: holder) }
    }
    throw .taken(by: nil)
  }

  private static func open() throws(Obstacle) -> ExclusiveName {
    let kind = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
    let descriptor = socket(AF_UNIX, Int32(kind), 0)
    guard descriptor >= 0 else { throw .refused(reason(errno)) }
    return ExclusiveName(descriptor: descriptor)
  }

  private static func bind(_ descriptor: Int32, _ name: String) -> Int32 {
    withAddress(name) { Foundation.bind(descriptor, $0, $1) }
  }

  private static func connect(_ descriptor: Int32, _ name: String) -> Int32 {
    withAddress(name) { Foundation.connect(descriptor, $0, $1) }
  }

  private static func withAddress(
    _ name: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(name.utf8.prefix(MemoryLayout.size(ofValue: address.sun_path) - 1))
    // SAFETY: an abstract name begins with a zero byte, as the path does here; `bytes` fits behind it.
    withUnsafeMutableBytes(of: &address.sun_path) { path in
      UnsafeMutableRawBufferPointer(rebasing: path[1...]).copyBytes(from: bytes)
    }
    let size = socklen_t(MemoryLayout<sa_family_t>.size + 1 + bytes.count)
    // SAFETY: both calls take this type of address for the family, and read it during the call.
    return withUnsafePointer(to: address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, size) }
    }
  }

  /// Returns the process and user at the other end, from the kernel's `ucred`: three 32-bit numbers.
  private static func holder(of descriptor: Int32) -> Holder? {
    var credentials: [Int32] = [0, 0, 0]
    var size = socklen_t(MemoryLayout<Int32>.size * credentials.count)
    guard getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0,
      credentials[0] > 0
    else { return nil }
    return Holder(process: credentials[0], user: UInt32(bitPattern: credentials[1]))
  }

  private static func reason(_ number: Int32) -> String {
    // SAFETY: the text is copied before another call can change it.
    String(cString: strerror(number))
  }
}
