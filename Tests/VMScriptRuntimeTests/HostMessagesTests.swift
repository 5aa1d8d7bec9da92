import Testing

@testable import VMScriptRuntime

@Suite struct HostMessagesTests {
  @Test func everyCodeIsExplainedOnce() {
    let host = (HostCodes.codes + LockCodes.codes).map(\.number)
      .filter { $0 < 720 }.sorted()
    #expect(host == Array(701..<701 + host.count))
    let update = UpdateCodes.codes.map(\.number)
    #expect(update == Array(720..<720 + update.count))
    let all = RuntimeCodes.all
    #expect(Set(all).count == all.count)
  }
}
