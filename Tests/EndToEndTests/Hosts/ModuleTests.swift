import Foundation
import Testing

extension HostTests {
  /// Tour 05: modules, and what parameters make of them.
  @Suite struct ModuleTests {
    @Test func modulesPlanAndDifferUnderOtherParameters() async throws {
      try await Host.run { host in
        let before = try await HostSnapshot.of(host)
        let script = packageFolder.appendingPathComponent("Examples/tour/05-modules.vmscript").path
        let test = try await host.json(["plan", script])["changes"].items
        let production = try await host.json(
          ["plan", script, "--set", "environment=production", "--set", "disks=3"])["changes"].items
        func names(_ changes: [JSON]) -> [String] {
          changes.filter { $0["kind"].text == "domain" }.compactMap { $0["name"].text }.sorted()
        }
        #expect(names(test) == ["test-api-1", "test-api-2", "test-worker-1"])
        #expect(
          names(production) == ["production-api-1", "production-api-2", "production-worker-1"])
        #expect(test.allSatisfy { $0["action"].text == "create" })
        try await before.expectSame(on: host)
      }
    }

    @Test func modulesDefineTheirMachinesUnderOtherParameters() async throws {
      try await Host.run { host in
        let before = try await HostSnapshot.of(host)
        let script = packageFolder.appendingPathComponent("Examples/tour/05-modules.vmscript").path
        let arguments = [script, "--set", "environment=production", "--set", "disks=3"]
        try await host.json(["run"] + arguments)
        let domain = try await host.domain("production-api-2", inactive: true)
        #expect(domain["/domain/vcpu"] == "8")
        #expect(domain["/domain/cpu/topology/@cores"] == "4")
        #expect(domain["/domain/memory"] == String(8 << 20))
        #expect(domain.has("//watchdog[@action='reset']"))
        #expect(domain.all("//disk[target/@bus='scsi']/target/@dev").count == 3)
        #expect(
          try await host.virsh("dominfo", "production-api-2").contains(/Autostart:\s+enable/))
        let entries = try await host.network("backend").all("//dhcp/host/@ip")
        #expect(Set(entries) == ["10.30.0.11", "10.30.0.12", "10.30.0.111"])
        let second = try await host.json(["run"] + arguments)
        #expect(second["changes"].items.isEmpty)
        try await host.json(["destroy", script, "--yes"])
        try await before.expectSame(on: host)
      }
    }
  }
}
