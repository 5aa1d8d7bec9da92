import Testing
import VMScript

@testable import VMScriptPlan
@testable import VMScriptRuntime

@Suite struct ReachDocumentsTests {
  private func domain(
    _ name: String, _ addresses: [String], stack: String? = nil,
    labels: [(key: String, value: String)] = []
  ) -> HostInventory.Domain {
    HostInventory.Domain(
      name: name, uuid: "6bc87c1e-71c1-5d2c-a2a2-00000000000\(name.count)", state: .running,
      stack: stack, source: nil, addresses: addresses.compactMap { IPAddress($0) }, macs: [],
      networks: [], labels: labels, unreadable: nil)
  }

  private func documents(
    _ domains: [HostInventory.Domain], host: String? = nil, user: String? = nil
  ) -> ReachDocuments {
    ReachDocuments(
      HostInventory(domains: domains, networks: [], images: []), host: host, user: user)
  }

  @Test func sshReadsOneEntryForEachGuestWithAnAddress() {
    let documents = documents(
      [domain("web", ["10.0.0.5", "10.1.0.5"]), domain("off", []), domain("a b*", ["10.0.0.6"])],
      user: "debian")
    #expect(
      documents.sshConfig == """
        Host web
          HostName 10.0.0.5
          HostKeyAlias 6bc87c1e-71c1-5d2c-a2a2-000000000003
          User debian

        """)
  }

  @Test func guestsOfAnotherHostAreReachedThroughIt() {
    let domains = [domain("web", ["10.0.0.5"])]
    let documents = documents(domains, host: "qemu+ssh://root@far.example:2222/system")
    #expect(documents.sshConfig.hasSuffix("  ProxyJump root@far.example:2222\n"))
    #expect(documents.inventory.json().contains("ProxyJump=root@far.example:2222"))
    // ssh would read the name as an option.
    let hostile = self.documents(domains, host: "qemu+ssh://-oProxyCommand=x/system")
    #expect(hostile.sshConfig.isEmpty)
  }

  @Test func ansibleReadsStacksAndLabelsAsGroups() throws {
    let inventory = documents([
      domain("web-1", ["10.0.0.5"], stack: "my-lab", labels: [("role", "web"), ("all", "")]),
      domain("db", ["10.0.0.6"], stack: "my-lab", labels: [("role", "a b")]),
      domain("other", ["10.0.0.7"], labels: [("1st", "x")]), domain("off", []),
    ]).inventory
    guard case .map(let document) = inventory else { return #expect(Bool(false)) }
    func hosts(_ group: String) -> Value? {
      guard case .map(let entry)? = document[group] else { return nil }
      return entry["hosts"]
    }
    #expect(hosts("all") == .list(["web-1", "db", "other"].map(Value.string)))
    #expect(hosts("my_lab") == .list(["web-1", "db"].map(Value.string)))
    #expect(hosts("role_web") == .list([.string("web-1")]))
    #expect(hosts("role_a_b") == .list([.string("db")]))
    #expect(hosts("_1st_x") == .list([.string("other")]))
    #expect(document["_meta"] != nil)
  }
}
