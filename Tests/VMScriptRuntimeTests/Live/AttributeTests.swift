import Testing
import VMScript

@testable import VMScriptPlan
@testable import VMScriptRuntime

@Suite struct AttributeTests {
  private let reader = AttributeReader(pool: TestHost.pool)

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
