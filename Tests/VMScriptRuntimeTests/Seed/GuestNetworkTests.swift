import Testing

@testable import VMScriptPlan
@testable import VMScriptRuntime

/// The network configuration that is made from the interfaces.
@Suite struct GuestNetworkTests {
  private static let nets = """
    net fixed { mode = nat, subnet = 10.9.0.0/24, dhcp = false, dns { domain = "lab.test" } }
    net inner { mode = isolated, subnet = 10.8.0.0/24, gateway = 10.8.0.9, dhcp = false }
    net lab { mode = nat, subnet = 10.7.0.0/24 }
    """

  private func ethernets(_ nics: String) async throws -> [String: [String: Any]] {
    let document = try await StorageFixture().document(
      "", "network-config", beside: nics, nets: Self.nets)
    #expect(document["version"] as? Int == 2)
    return try #require(document["ethernets"] as? [String: [String: Any]])
  }

  @Test func dhcpIdentifiesAnInterfaceByItsMAC() async throws {
    let found = try await ethernets(
      "nic { net = lab, mac = \"52:54:00:AA:00:01\" }, nic { net = net(\"default\") }")
    let first = try #require(found["eth0"])
    #expect(first["match"] as? [String: String] == ["macaddress": "52:54:00:aa:00:01"])
    #expect(first["set-name"] as? String == "eth0")
    #expect(first["dhcp4"] as? Bool == true)
    #expect(first["dhcp-identifier"] as? String == "mac")
    #expect(first["optional"] == nil)
    #expect(found["eth1"]?["optional"] as? Bool == true)
    #expect(found.count == 2)
  }

  @Test func anAddressIsStaticWhereTheNetworkHasNoDHCP() async throws {
    let found = try await ethernets(
      """
      nic { net = inner, ip = 10.8.0.5 }, nic { net = fixed, ip = 10.9.0.5 }
      nic { net = lab, ip = 10.7.0.5 }
      """)
    let inner = try #require(found["eth0"])
    #expect(inner["addresses"] as? [String] == ["10.8.0.5/24"])
    #expect((inner["nameservers"] as? [String: [String]])?["addresses"] == ["10.8.0.9"])
    #expect(inner["routes"] == nil && inner["dhcp4"] == nil)
    let fixed = try #require(found["eth1"])
    #expect(fixed["addresses"] as? [String] == ["10.9.0.5/24"])
    #expect(
      fixed["nameservers"] as? [String: [String]]
        == ["addresses": ["10.9.0.1"], "search": ["lab.test"]])
    #expect(
      fixed["routes"] as? [[String: String]] == [["to": "0.0.0.0/0", "via": "10.9.0.1"]])
    #expect(found["eth2"]?["dhcp4"] as? Bool == true)
  }

  @Test func onlyOneInterfaceHasTheDefaultRoute() async throws {
    let found = try await ethernets("nic { net = lab }, nic { net = fixed, ip = 10.9.0.5 }")
    #expect(found["eth1"]?["addresses"] != nil && found["eth1"]?["routes"] == nil)
  }

  @Test func aDeclaredConfigurationReplacesIt() async throws {
    let fixture = try StorageFixture()
    let own = try await fixture.document(
      "network = { version: 2, ethernets: { a: { dhcp6: true } } }", "network-config",
      beside: "nic { net = net(\"default\") }")
    #expect((own["ethernets"] as? [String: [String: Bool]]) == ["a": ["dhcp6": true]])
    let none = try await fixture.seed(
      "network = false", beside: "nic { net = net(\"default\") }")
    #expect(none.files.map(\.name) == ["user-data", "meta-data"])
    #expect(try await fixture.seed("").files.map(\.name) == ["user-data", "meta-data"])
  }

  @Test func clonesHaveConfigurationsOfTheirOwn() async throws {
    let plan = try await StorageFixture().plan(
      "domain web { nic { net = net(\"default\") }, cloud_init { } }\nclone web as copy { }")
    let texts = ["web", "copy"].map { plan.domains[$0]?.seed?.files.text("network-config") }
    #expect(texts[0] != nil && texts[1] != nil && texts[0] != texts[1])
  }
}
