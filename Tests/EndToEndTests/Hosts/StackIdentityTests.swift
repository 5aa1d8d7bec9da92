import Foundation
import Testing

extension HostTests {
  /// The identity of a stack and its machines, on a host that lasts from run to run.
  @Suite struct StackIdentityTests {
    private func file(_ folder: String, _ content: String, on host: Host) throws -> String {
      let path = "\(host.folder)/\(folder)"
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      try content.write(toFile: "\(path)/lab.vmscript", atomically: true, encoding: .utf8)
      return "\(path)/lab.vmscript"
    }

    @Test(arguments: [
      (
        "domain web { memory = 32MiB, state = stopped }",
        "domain web { memory = 48MiB, state = stopped }"
      ),
      ("net web { subnet = 10.44.0.0/24 }", "net web { subnet = 10.44.0.0/24, mtu = 1400 }"),
      // The confirmed origin is recorded though nothing else changes.
      ("net web { subnet = 10.44.0.0/24 }", "net web { subnet = 10.44.0.0/24 }"),
    ])
    func aStackOfAnotherFolderIsNotChangedUnasked(first: String, second: String) async throws {
      try await Host.run { host in
        let before = try await HostSnapshot.of(host)
        let one = try file("one", first, on: host)
        let two = try file("two", second, on: host)
        try await host.json(["run", one])

        let plan = try await host.vmscript(["plan", two])
        #expect(plan.errors.contains("warning[VM0761]"), "\(plan.errors)")
        if first != second {
          let refused = try await host.vmscript(["run", two])
          #expect(refused.status == 3, "\(refused.errors)")
          #expect(refused.errors.contains("error[VM0762]"), "\(refused.errors)")
          #expect(refused.errors.contains("from \(one) on "), "\(refused.errors)")
        }
        let destroy = try await host.vmscript(["destroy", two])
        #expect(destroy.status == 3 && destroy.errors.contains("from \(one) on "))

        let confirmed = try await host.vmscript(["run", two, "--yes"])
        #expect(confirmed.status == 0, "\(confirmed.errors)")
        // It is reported before the change, and once.
        let warning = try #require(confirmed.errors.range(of: "was last run from"))
        if first != second {
          let done = try #require(confirmed.errors.range(of: "updated"))
          #expect(warning.lowerBound < done.lowerBound)
        }
        let again = try await host.vmscript(["run", two])
        #expect(again.status == 0 && !again.errors.contains("last run from"), "\(again.errors)")
        try await host.json(["destroy", two, "--yes"])
        try await before.expectSame(on: host)
      }
    }

    @Test func filesWithSimilarNamesAreTwoStacks() async throws {
      try await Host.run { host in
        let before = try await HostSnapshot.of(host)
        for name in ["größe", "grüße"] {
          let script = try host.file(
            "\(name).vmscript", "domain \"m-\(name)\" { memory = 32MiB, state = stopped }")
          try await host.json(["run", script, "--prune"])
        }
        #expect(try await host.domains().count == 2)
        for name in ["größe", "grüße"] {
          try await host.json(["destroy", "\(host.folder)/files/\(name).vmscript", "--yes"])
        }
        try await before.expectSame(on: host)
      }
    }

    private func machine(_ cloud: String) -> String {
      "domain m { memory = 32MiB, state = stopped, cloud_init { \(cloud) } }"
    }

    /// The instance id in the seed of the machine.
    private func instance(on host: Host) throws -> String {
      let seed = try #require(try host.volumes().first { $0.contains(".seed-") })
      let data = try Data(contentsOf: URL(fileURLWithPath: "\(host.poolFolder)/\(seed)"))
      let text = String(decoding: data, as: UTF8.self)
      let match = try #require(text.firstMatch(of: /instance-id: "([0-9a-f-]+)"/))
      return String(match.1)
    }

    @Test func aChangeOfCloudInitSaysWhichKeysAndWhatTheGuestDoes() async throws {
      try await Host.run { host in
        let before = try await HostSnapshot.of(host)
        func script(_ cloud: String) throws -> String {
          try host.file("seeds.vmscript", machine(cloud))
        }
        let users = "user bob { password = \"$ecret\" }"
        try await host.json(["run", try script("run = [\"echo one\"], \(users)")])
        let first = try instance(on: host)

        let changed = try script("run = [\"echo two\"], packages = [\"vim\"], \(users)")
        let plan = try await host.json(["plan", changed])
        let change = plan["changes"][0]
        #expect(change["impact"].text == "data-loss")
        let names = change["properties"].items.map { $0["name"].text }
        #expect(Set(names) == ["cloud_init run", "cloud_init packages"])
        let consequence = change["properties"][0]["consequence"].text
        #expect(consequence?.contains("SSH host keys change") == true)
        #expect(try await host.vmscript(["run", changed]).status == 3)
        #expect(try instance(on: host) == first)
        try await host.json(["run", changed, "--yes"])
        let second = try instance(on: host)
        #expect(second != first)
        #expect(try await host.json(["plan", changed])["changes"].items.isEmpty)

        // A host name is set at every boot, whatever the instance.
        let renamed = try script(
          "hostname = \"db\", run = [\"echo two\"], packages = [\"vim\"], \(users)")
        let rename = try await host.json(["plan", renamed])["changes"][0]
        #expect(rename["impact"].text == "next-start")
        #expect(rename["properties"].items.map { $0["name"].text } == ["cloud_init hostname"])
        try await host.json(["run", renamed])
        #expect(try instance(on: host) == second)
        #expect(try await host.json(["plan", renamed])["changes"].items.isEmpty)

        // Going back is a change like any other.
        let back = try script("run = [\"echo one\"], \(users)")
        try await host.json(["run", back, "--yes"])
        #expect(![first, second].contains(try instance(on: host)))
        try await host.json(["destroy", back, "--yes"])
        try await before.expectSame(on: host)
      }
    }

    @Test func theSeedsOfOtherMachinesChangeOnlyWhenDeclared() async throws {
      try await Host.run { host in
        func script(_ workers: Int) throws -> String {
          try host.file(
            "cluster.vmscript",
            """
            for i in 1...\(workers) {
              domain "w-\\(i)" { memory = 32MiB, state = stopped, cloud_init { run = ["join c"] } }
            }
            """)
        }
        try await host.json(["run", try script(2)])
        let plan = try await host.json(["plan", try script(3)])
        #expect(plan["changes"].items.map { $0["name"].text } == ["w-3"])
        try await host.json(["run", try script(3)])
        try await host.json(["destroy", try script(3), "--yes"])
      }
    }
  }
}
