import Foundation
import Testing

@testable import Libvirt

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
