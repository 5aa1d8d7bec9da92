import Foundation
import Synchronization
import Testing

@testable import Libvirt

@Suite struct ConnectionTests {
  @Test func describesItself() throws {
    let connection = try TestDriver.connection()
    #expect(connection.uri == TestDriver.uri)
    #expect(connection.driverType == "TEST")
    #expect(connection.libraryVersion >= 6_000_000)
    #expect(try connection.hostVersion() > 0)
    #expect(connection.isAlive)
    #expect(try connection.capabilities().contains("<capabilities>"))
  }

  @Test func refusesChangesReadOnly() throws {
    let connection = try Connection.open(TestDriver.uri, readOnly: true)
    let error = #expect(throws: LibvirtError.self) {
      try connection.defineDomain(xml: TestDriver.domainXML(name: "never"))
    }
    #expect(error?.code == .operationDenied)
  }

  @Test(arguments: ["qemu+unix:///system?socket=/nonexistent/socket", "nonsense:///x"])
  func namesTheURIThatFails(uri: String) throws {
    let error = #expect(throws: LibvirtError.self) { try Connection.open(uri) }
    #expect(error?.message.hasPrefix("cannot connect to \(uri): ") == true)
    #expect(error?.level == .error)
  }

  @Test func findsNothingWhereThereIsNothing() throws {
    let connection = try TestDriver.connection()
    #expect(try connection.domain(named: "none") == nil)
    #expect(try connection.domain(uuid: "00000000-0000-4000-8000-000000000000") == nil)
    #expect(try connection.network(named: "none") == nil)
    #expect(try connection.network(uuid: "00000000-0000-4000-8000-000000000000") == nil)
    #expect(try connection.pool(named: "none") == nil)
    #expect(try connection.volume(path: "/none") == nil)
  }

  @Test func typesTheErrors() throws {
    let connection = try TestDriver.connection()
    let error = #expect(throws: LibvirtError.self) { try connection.defineDomain(xml: "<domain") }
    #expect(error?.code == .xmlDetail || error?.code == .xmlError)
    #expect(error?.domain != 0)
    #expect(error?.isConnectionLost == false)
    #expect(error?.message.isEmpty == false)
  }

  @Test func connectionLivesAsLongAsItsObjects() throws {
    weak var gone: Connection?
    do {
      let pool: StoragePool
      do {
        let connection = try TestDriver.connection()
        gone = connection
        pool = try #require(try connection.pool(named: "default-pool"))
      }
      #expect(gone != nil)
      #expect(try pool.isActive())
    }
    #expect(gone == nil)
  }

  @Test(arguments: [
    (9_000_000 as UInt, "QEMU", 0b11_0111 as UInt32), (8_000_000, "QEMU", 0b1_0111),
    (1_002_000, "QEMU", 0b11), (9_000_000, "TEST", 0b11),
  ])
  func degradesUndefineFlags(version: UInt, driver: String, expected: UInt32) {
    // Bit 3 keeps the NVRAM and is never wanted.
    #expect(UndefineFlags.known(libraryVersion: version, driverType: driver) == expected)
  }
}

@Suite struct ConnectionPoolTests {
  @Test func connectionsShareTheTestDriver() async throws {
    let pool = ConnectionPool(uri: TestDriver.uri, size: 4)
    let name = TestDriver.name("shared")
    _ = try await pool.run { try $0.defineDomain(xml: TestDriver.domainXML(name: name)) }
    try await withThrowingTaskGroup(of: Bool.self) { group in
      for _ in 0..<40 {
        group.addTask { try await pool.run { try $0.domain(named: name) != nil } }
      }
      for try await found in group { #expect(found) }
    }
    try await pool.run { try $0.domain(named: name)?.undefine() }
    await pool.close()
  }

  @Test func passesErrorsOn() async throws {
    let pool = ConnectionPool(uri: "nonsense:///x", size: 1)
    await #expect(throws: LibvirtError.self) { try await pool.run { _ in } }
    await pool.close()
  }

  @Test func refusesWorkOnceClosed() async throws {
    let pool = ConnectionPool(uri: TestDriver.uri, size: 2)
    await pool.close()
    let error = await #expect(throws: LibvirtError.self) { try await pool.run { _ in } }
    #expect(error?.code == .invalidConnection)
  }

  @Test func dropsCancelledWorkThatHasNotBegun() async throws {
    let pool = ConnectionPool(uri: TestDriver.uri, size: 1)
    let gate = DispatchSemaphore(value: 0)
    async let first: Void = pool.run { _ in gate.wait() }
    let second = Task { try await pool.run { _ in Issue.record("ran although cancelled") } }
    second.cancel()
    gate.signal()
    try await first
    await #expect(throws: CancellationError.self) { try await second.value }
    await pool.close()
  }
}

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

@Suite struct SilenceTests {
  @Test func libvirtHasAHandlerThatSaysNothing() async throws {
    // Other tests of this process may write to standard error meanwhile: only libvirt's own prefix
    // counts.
    let file = FileManager.default.temporaryDirectory.path + "/silence-\(UUID().uuidString)"
    #expect(FileManager.default.createFile(atPath: file, contents: nil))
    defer { try? FileManager.default.removeItem(atPath: file) }
    let handle = try #require(FileHandle(forWritingAtPath: file))
    let kept = dup(STDERR_FILENO)
    dup2(handle.fileDescriptor, STDERR_FILENO)
    _ = try? Connection.open("nonsense:///x")
    _ = try? TestDriver.connection().defineDomain(xml: "<domain")
    dup2(kept, STDERR_FILENO)
    close(kept)
    let written = String(
      decoding: FileManager.default.contents(atPath: file) ?? Data(), as: UTF8.self)
    #expect(!written.contains("libvirt:"))
  }
}
