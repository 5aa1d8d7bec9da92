import Foundation
import VMScript
import VMScriptPlan

/// A check for a server at an address.
enum PortProbe {
  /// The time limit of each wait, in milliseconds.
  private static let patience: Int32 = 2000

  /// Returns nil if a server accepts connections, else the obstacle in words.
  ///
  /// - Parameter greets: whether it must send the greeting of SSH, too.
  static func obstacle(
    at address: IPAddress, port: UInt16, greets: Bool = false
  ) async throws -> String? {
    let place = "\(address):\(port)"
    return try await BlockingWork.run { _ in
      let descriptor = socket(
        AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
      guard descriptor >= 0 else { return "no socket: \(reason(errno))" }
      defer { close(descriptor) }
      if let failure = connect(descriptor, address, port) { return "\(place): \(failure)" }
      guard greets else { return nil }
      guard isReady(descriptor, POLLIN) else {
        return "\(place) accepts connections but sends nothing"
      }
      var greeting = [UInt8](repeating: 0, count: 4)
      let count = read(descriptor, &greeting, greeting.count)
      guard count == greeting.count, greeting == Array("SSH-".utf8) else {
        return "\(place) answers, but not as an SSH server"
      }
      return nil
    }
  }

  private static func connect(
    _ descriptor: Int32, _ address: IPAddress, _ port: UInt16
  ) -> String? {
    var target = sockaddr_in()
    target.sin_family = sa_family_t(AF_INET)
    target.sin_port = port.bigEndian
    target.sin_addr = in_addr(s_addr: address.value.bigEndian)
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    // SAFETY: `connect` takes an IPv4 address for this family, and reads it during the call.
    let status = withUnsafePointer(to: target) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Foundation.connect(descriptor, $0, size)
      }
    }
    if status == 0 { return nil }
    guard errno == EINPROGRESS else { return reason(errno) }
    guard isReady(descriptor, POLLOUT) else { return "no answer" }
    var failure: Int32 = 0
    var length = socklen_t(MemoryLayout<Int32>.size)
    getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &failure, &length)
    return failure == 0 ? nil : reason(failure)
  }

  /// Whether the socket becomes ready for `event` in time.
  private static func isReady(_ descriptor: Int32, _ event: Int32) -> Bool {
    var entry = pollfd(fd: descriptor, events: Int16(event), revents: 0)
    return poll(&entry, 1, patience) == 1
  }

  private static func reason(_ number: Int32) -> String {
    // SAFETY: the text is copied before another call can change it.
    String(cString: strerror(number))
  }
}
