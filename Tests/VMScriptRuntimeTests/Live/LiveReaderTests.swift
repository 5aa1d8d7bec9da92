import Libvirt
import Testing
import VMScript

@testable import VMScriptPlan
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

  @Test func anObjectDeletedAfterItsListingIsAbsent() async throws {
    let (stays, goes) = (TestHost.name("stays"), TestHost.name("goes"))
    try await TestHost.define(stays)
    try await TestHost.define(goes)
    let names = try await TestHost.pool.run { connection in
      let listed = try connection.domains().filter { [stays, goes].contains($0.name) }
      try connection.domain(named: goes)?.undefine()
      return try LiveReader.read(listed).known.map(\.name)
    }
    #expect(names == [stays])
  }

  @Test func aHostThatIsNotThereIsAnError() async throws {
    let pool = ConnectionPool(uri: "test:///nowhere/at/all.xml", size: 1)
    await #expect(throws: LibvirtError.self) { try await LiveReader(pool: pool).read() }
  }
}

@Suite struct HostURITests {
  @Test(
    arguments: [
      ("test:///a", "test:///b", "test:///a"), ("test:///a", nil, "test:///a"),
      (nil, "test:///b", "test:///b"), ("", "test:///b", "test:///b"), (nil, "", nil),
      ("", "", nil),
      (nil, nil, nil),
    ] as [(String?, String?, String?)])
  func theGivenURIComesBeforeTheEnvironments(given: String?, variable: String?, counts: String?) {
    let environment = ["LIBVIRT_DEFAULT_URI": variable].compactMapValues(\.self)
    #expect(HostURI.resolve(given, environment: environment) == counts)
  }
}

@Suite struct AttributeTests {
  private let reader = LibvirtBackend(pool: TestHost.pool, hypervisor: "test")

  @Test func aNetworkSaysItsBridgeAndWhetherItRuns() async throws {
    #expect(
      try await reader.value(of: LiveAttribute.NetworkAttribute.bridge, "default")
        == .string("virbr0"))
    #expect(
      try await reader.value(of: LiveAttribute.NetworkAttribute.state, "default")
        == .string("running"))
  }

  @Test(arguments: LiveAttribute.DomainAttribute.allCases)
  func aDomainHasEachOrSaysThatThereIsNone(_ attribute: LiveAttribute.DomainAttribute) async throws
  {
    #expect(try await reader.value(of: attribute, "test") != nil)
    #expect(try await reader.value(of: attribute, TestHost.name("none")) == nil)
  }

  @Test func aNetworkThatDoesNotExistHasNone() async throws {
    for attribute in LiveAttribute.NetworkAttribute.allCases {
      #expect(try await reader.value(of: attribute, TestHost.name("none")) == nil)
    }
  }
}
