import Libvirt
import Testing

@testable import VMScriptPlan
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

  @Test func aFailedCallNamesItsObject() async throws {
    let name = TestHost.name("subject")
    try await TestHost.define(name)
    func failure(_ call: @escaping @Sendable (Domain) throws -> Void) async throws -> LibvirtError {
      try await #require(throws: LibvirtError.self) {
        try await TestHost.pool.run { connection in
          try call(try #require(try connection.domain(named: name)))
        }
      }
    }
    for error in [
      try await failure { _ = try $0.managedSaveXML() }, try await failure { try $0.suspend() },
      try await failure { _ = try $0.createSnapshot(xml: "<none/>") },
    ] {
      #expect(error.subject == .init(kind: "domain", name: name))
      let listed = HostMessages.diagnostic(error, "listing what is there", at: nil)
      #expect(listed.notes == ["libvirt says of the domain `\(name)`: \(error.message)"])
      // It is not named twice.
      let named = HostMessages.diagnostic(error, "reading the domain `\(name)`", at: nil)
      #expect(named.notes == ["libvirt says: \(error.message)"])
    }
    let ofHost = try await #require(throws: LibvirtError.self) {
      try await TestHost.pool.run { try $0.defineDomain(xml: "<none/>").name }
    }
    #expect(ofHost.subject == nil)
    #expect(
      HostMessages.diagnostic(ofHost, "defining", at: nil).notes
        == ["libvirt says: \(ofHost.message)"])
  }
}
