import Libvirt
import Testing

@testable import VMScriptRuntime

@Suite struct LiveReaderTests {
  @Test func theTestDriverIsRead() async throws {
    let name = TestHost.name("read")
    try await TestHost.define(name, stack: "readers")
    let state = try await LiveReader(pool: TestHost.pool).read()
    let domain = try #require(state.domains[name])
    #expect(domain.state == .stopped)
    #expect(Ownership(stack: "readers").owns(domain))
    #expect(!Ownership(stack: "others").owns(domain))
    let network = try #require(state.networks["default"])
    #expect(network.isActive)
    #expect(network.subnets.map(\.description) == ["192.168.122.0/24"])
  }

  @Test func aHostThatIsNotThereIsAnError() async throws {
    let pool = ConnectionPool(uri: "test:///nowhere/at/all.xml", size: 1)
    await #expect(throws: LibvirtError.self) { try await LiveReader(pool: pool).read() }
  }
}
