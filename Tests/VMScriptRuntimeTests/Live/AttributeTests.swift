import Testing
import VMScript

@testable import VMScriptRuntime

@Suite struct AttributeTests {
  private func read(_ name: String, of resource: String, _ kind: ResourceKind) async throws -> Value
  {
    try await AttributeReader(pool: TestHost.pool).value(
      of: name, resource: ResourceReference(kind: kind, name: resource, isDeclared: false))
  }

  @Test func aNetworkSaysItsBridgeAndWhetherItRuns() async throws {
    #expect(try await read("bridge", of: "default", .net).description == "virbr0")
    #expect(try await read("state", of: "default", .net).description == "running")
  }

  @Test func whatDoesNotExistIsUnknown() async throws {
    #expect(try await read("state", of: TestHost.name("none"), .net).isUnknown)
    #expect(try await read("ip", of: TestHost.name("none"), .domain).isUnknown)
  }
}
