import Foundation
import Testing

extension HostTests {
  /// Tour 03: guests that boot, are changed, and go.
  @Suite struct LabTests {
    private static let guests = ["db", "web-1", "web-2", "web-3"]
    private static let addresses = ["10.10.0.10", "10.10.0.11", "10.10.0.12", "10.10.0.13"]

    @Test func fourGuestsBootAreChangedAndGoWithoutATrace() async throws {
      try await Host.run { host in
        // A guest of others that runs all the time.
        try await host.virsh("start", Host.unrelated)
        let before = try await HostSnapshot.of(host)
        let script = try TourScript("03-lab").changing(
          "wait \"web-*\" for ip", to: "wait [\"db\", \"web-*\"] for ip")
        let base = try #require(Host.guest)
        func arguments(_ script: TourScript, replicas: Int) throws -> [String] {
          let path = try script.written(on: host)
          return [path, "--set", "base=\(base)", "--set", "replicas=\(replicas)"]
        }
        let run = try await host.json(["run"] + arguments(script, replicas: 3))
        #expect(run["outputs"]["database"].text == Self.addresses[0])
        #expect(run["outputs"]["web"].texts == Array(Self.addresses[1...]))
        try await expectGuests(on: host)
        try await expectNothingToDo(arguments(script, replicas: 3), on: host)

        let changed = try script.changing(
          "    disk     { image = debian, size = 4GiB }",
          to: "    memory = 320MiB\n    disk     { image = debian, size = 5GiB }"
        )
        .changing(
          "nic      { net = lab, ip = address(0) }",
          to: "nic      { net = lab, ip = address(90), model = e1000 }"
        )
        .changing("    ...small\n    memory", to: "    cpus = 1\n    memory")
        // A guest that runs keeps its lease for half an hour: its new address is not waited for.
        .changing("wait [\"db\", \"web-*\"] for ip", to: "wait \"web-*\" for ip")
        try await expectChange(arguments(changed, replicas: 4), on: host)
        try await expectNothingToDo(arguments(changed, replicas: 4), on: host)

        try await host.json(["destroy", "--stack", "lab", "--yes"])
        try await before.expectSame(on: host)
      }
    }

    private func expectGuests(on host: Host) async throws {
      #expect(try await host.domains() == Self.guests + ["web_base"])
      #expect(try await host.virsh("domstate", "web_base") == "shut off")
      var macs: [String] = []
      var uuids: [String] = []
      for (name, address) in zip(Self.guests, Self.addresses) {
        #expect(try await host.virsh("domstate", name) == "running")
        #expect(try await host.addresses(of: name) == [address])
        let domain = try await host.domain(name)
        #expect(domain["/domain/memory"] == "262144")
        macs += domain.all("//interface/mac/@address")
        uuids += domain.all("/domain/uuid")
      }
      #expect(Set(macs).count == 4)
      #expect(Set(uuids).count == 4)
      let leases = try await host.virsh("net-dhcp-leases", "lab")
      for name in Self.guests { #expect(leases.contains(" \(name) "), "\(leases)") }
      #expect(try await host.capacity(of: "db", "vda") == 4 << 30)
      #expect(try await host.capacity(of: "db", "vdb") == 1 << 30)
      #expect(try await host.virsh("dominfo", "db").contains(/Autostart:\s+enable/))
    }

    private func expectNothingToDo(_ arguments: [String], on host: Host) async throws {
      let calls = host.newCallLog()
      let run = try await host.json(["run"] + arguments, calls: calls)
      #expect(run["changes"].items.isEmpty)
      let changes = try calls.changes()
      #expect(changes == [])
      let plan = try await host.vmscript(["plan", "--exit-code"] + arguments)
      #expect(plan.status == 0, "\(plan.output)\(plan.errors)")
    }

    private func expectChange(_ arguments: [String], on host: Host) async throws {
      let plan = try await host.json(["plan"] + arguments)
      let changes = plan["changes"].items
      let database = try #require(changes.first { $0["name"].text == "db" })
      #expect(database["action"].text == "update")
      let properties = database["properties"].items
      let names = properties.compactMap { $0["name"].text }
      #expect(names.contains { $0.contains("memory") })
      #expect(names.contains { $0.contains("disk") && $0.contains("size") })
      #expect(names.contains { $0.contains("nic") && $0.contains("model") })
      #expect(database["impact"].text == "next-start")
      let added = try #require(changes.first { $0["name"].text == "web-4" })
      #expect(added["action"].text == "create")
      #expect(added["source"].text == "web_base")
      #expect(!changes.contains { ["web-1", "web-2", "web-3"].contains($0["name"].text) })

      try await host.json(["run", "--yes"] + arguments)
      #expect(try await host.addresses(of: "web-4") == ["10.10.0.14"])
      // The disk grows under the running guest; memory and model come with its next start.
      #expect(try await host.capacity(of: "db", "vda") == 5 << 30)
      let database2 = try await host.domain("db", inactive: true)
      #expect(database2["/domain/memory"] == "327680")
      #expect(database2.all("//interface/model/@type") == ["e1000"])
      let entries = try await host.network("lab").all("//dhcp/host/@ip")
      #expect(entries.contains("10.10.0.100") && !entries.contains("10.10.0.10"))
    }
  }
}

extension Host {
  /// The IPv4 addresses by the leases of the host's networks.
  func addresses(of domain: String) async throws -> [String] {
    try await virshLines("domifaddr", domain).compactMap { line in
      line.split(separator: " ").last.flatMap { $0.split(separator: "/").first }.map(String.init)
    }
  }

  /// A disk's virtual size in bytes, as the guest sees it.
  func capacity(of domain: String, _ device: String) async throws -> Int? {
    try await virshLines("domblkinfo", domain, device)
      .first { $0.hasPrefix("Capacity:") }
      .flatMap { $0.split(separator: " ").last }.flatMap { Int($0) }
  }
}
