import Testing

@testable import VMScriptRuntime

@Suite struct HostMessagesTests {
  @Test func everyCodeIsExplainedOnce() {
    let host = (HostMessages.explanations + LockMessages.explanations).map(\.code.number)
      .filter { $0 < 720 }.sorted()
    #expect(host == Array(701..<701 + host.count))
    let update = UpdateMessages.explanations.map(\.code.number)
    #expect(update == Array(720..<720 + update.count))
    let all = RuntimeExplanations.explanations.map(\.code)
    #expect(Set(all).count == all.count)
  }
}
