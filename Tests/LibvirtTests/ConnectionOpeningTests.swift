import Foundation
import Libvirt
import Synchronization
import Testing

/// Connections to a host that accepts them and never answers.
@Suite struct ConnectionOpeningTests {
  /// Calls `body` with the URI of a Unix socket that listens and says nothing.
  private func withSilentHost(_ body: (String) async throws -> Void) async throws {
    let path = NSTemporaryDirectory() + "vmscript-\(UUID().uuidString.prefix(8))"
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    defer {
      close(descriptor)
      unlink(path)
    }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let status = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    try #require(status == 0 && listen(descriptor, 8) == 0)
    try await body("qemu+unix:///system?socket=\(path)")
  }

  @Test func theLimitEndsTheWaitAndOneNoticeIsGiven() async throws {
    try await withSilentHost { uri in
      let notices = Atomic(0)
      let patience = ConnectionPatience(
        limit: .milliseconds(600), noticeAfter: .milliseconds(100)
      ) { notices.add(1, ordering: .relaxed) }
      let pool = ConnectionPool(uri: uri, size: 2, patience: patience)
      await withTaskGroup(of: LibvirtError?.self) { group in
        for _ in 0..<2 {
          group.addTask {
            do { try await pool.run { _ in } } catch { return error as? LibvirtError }
            return nil
          }
        }
        for await error in group {
          #expect(error?.isNoAnswer == true && error?.isConnectionLost == true)
          #expect(error?.message.hasSuffix("no answer within 600ms") == true)
        }
      }
      await pool.close()
      #expect(notices.load(ordering: .relaxed) == 1)
    }
  }

  @Test(arguments: ["cancel", "close"]) func whoWaitsIsLetGoAtOnce(by way: String) async throws {
    try await withSilentHost { uri in
      let pool = ConnectionPool(
        uri: uri, size: 1, patience: ConnectionPatience(limit: .seconds(600)))
      let waiting = Task { try await pool.run { _ in } }
      try await Task.sleep(for: .milliseconds(200))
      let start = ContinuousClock.now
      if way == "cancel" { waiting.cancel() } else { await pool.close() }
      await #expect(throws: CancellationError.self) { try await waiting.value }
      await pool.close()
      // Far below the limit, on a busy machine too.
      #expect(ContinuousClock.now - start < .seconds(120))
    }
  }
}
