import Foundation
import Testing

extension HostTests {
  /// Tour 07: every kind of network, as libvirt takes it.
  @Suite struct NetworkXMLTests {
    @Test(arguments: ["nat1", "quiet", "routed", "lan", "direct"])
    func libvirtTakesTheXMLOfEveryKindOfNetwork(name: String) async throws {
      try await Host.run { host in
        let script = packageFolder.appendingPathComponent("Examples/tour/07-networks.vmscript").path
        let xml = try await host.vmscript(["xml", script, name])
        #expect(xml.status == 0, "\(xml.errors)")
        // libvirt takes an underscore in the name of a TXT record, but its own schema does not.
        let strict = xml.output.replacingOccurrences(of: "_owner", with: "owner")
        try await host.virsh("net-define", try host.file("strict.xml", strict), "--validate")
        try await host.virsh("net-define", try host.file("network.xml", xml.output))
        #expect(try await host.virshLines("net-list", "--all", "--name").contains(name))
      }
    }

    @Test func libvirtTakesTheXMLOfADomainOnThem() async throws {
      try await Host.run { host in
        let script = packageFolder.appendingPathComponent("Examples/tour/07-networks.vmscript").path
        let xml = try await host.vmscript(["xml", script, "multi"])
        #expect(xml.status == 0, "\(xml.errors)")
        try await host.virsh("define", try host.file("domain.xml", xml.output), "--validate")
        let domain = try await host.domain("multi", inactive: true)
        #expect(domain.all("//interface/source/@network") == ["nat1", "quiet"])
        #expect(domain["//interface[3]/source/@bridge"] == "br0")
        #expect(domain["//interface[3]/mac/@address"] == "52:54:00:aa:bb:02")
        #expect(domain["//interface[2]/mtu/@size"] == "1300")
      }
    }
  }
}
