import Testing

@testable import VMScriptRuntime

@Suite struct HostMessagesTests {
  @Test func everyCodeIsExplainedOnce() {
    #expect(HostMessages.explanations.map(\.code.number) == Array(701...712))
  }
}
