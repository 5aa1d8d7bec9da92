import Foundation
import Testing
import VMScript

@testable import VMScriptPlan
@testable import VMScriptRuntime

@Suite struct PortProbeTests {
  /// A server on this machine that greets the first client.
  private final class Server: Sendable {
    let port: UInt16
    private let descriptor: Int32

    /// - Parameter greeting: what it says; nil to take no calls at all.
    init(greeting: String?) throws {
      let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_addr = in_addr(s_addr: UInt32(0x7f00_0001).bigEndian)
      var length = socklen_t(MemoryLayout<sockaddr_in>.size)
      let isBound = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
        }
      }
      try #require(isBound)
      port = UInt16(bigEndian: address.sin_port)
      self.descriptor = descriptor
      guard let greeting else { return }
      try #require(listen(descriptor, 1) == 0)
      Thread.detachNewThread {
        let caller = accept(descriptor, nil, nil)
        _ = send(caller, greeting, greeting.utf8.count, Int32(MSG_NOSIGNAL))
        close(caller)
      }
    }

    deinit { close(descriptor) }
  }

  private func obstacle(_ greeting: String?) async throws -> String? {
    let server = try Server(greeting: greeting)
    let address = try #require(IPAddress("127.0.0.1"))
    let obstacle = try await PortProbe.obstacle(at: address, port: server.port, greets: true)
    return obstacle?.replacing("127.0.0.1:\(server.port)", with: "PLACE")
  }

  @Test func aServerThatGreetsIsReady() async throws {
    #expect(try await obstacle("SSH-2.0-OpenSSH_9.2\r\n") == nil)
  }

  @Test func otherContentIsReported() async throws {
    #expect(try await obstacle("220 mail ESMTP\r\n") == "PLACE answers, but not as an SSH server")
    #expect(try await obstacle("SS") == "PLACE answers, but not as an SSH server")
    #expect(try await obstacle(nil) == "PLACE: Connection refused")
  }
}
