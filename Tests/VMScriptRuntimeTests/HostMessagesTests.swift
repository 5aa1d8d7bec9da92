import Testing

@testable import VMScriptRuntime

@Suite struct HostMessagesTests {
  @Test func everyCodeIsExplainedOnce() {
    let codes = HostMessages.explanations.map(\.code.number)
    #expect(codes == Array(701..<701 + codes.count))
  }
}
