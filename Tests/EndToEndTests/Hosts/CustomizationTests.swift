import Foundation
import Testing

extension HostTests {
  /// Edits of new disks, looked at from within guests that have no cloud-init.
  @Suite(.enabled(if: Host.plainGuest != nil, "scripts/test builds the guest of these tests"))
  struct CustomizationTests {
    private static func script(_ guest: String) -> String {
      """
      stack "edited"
      image plain { source = "\(guest)" }
      domain template {
        memory = 384MiB, agent = true, rng = true, serial {}
        disk { image = plain }
        nic { net = net("default") }
      }
      for i in 1...\(Host.clones) {
        clone template as "web-\\(i)" {
          customize {
            write "/srv/site/it's \\(i)" { content = "hello \\(i)\\n", mode = "0640", owner = "www-data" }
            run = ["echo $PPID >/dev/null; echo line >/srv/line", ["touch", "/srv/a b"]]
            password = "s3cret"
          }
        }
      }
      """
    }

    @Test func clonesHaveAnIdentityOfTheirOwnAfterAnInterruptionToo() async throws {
      try await Host.run { host in
        let before = try await HostSnapshot.of(host)
        let script = try host.file(
          "edited.vmscript", Self.script(try #require(Host.plainGuest)))
        try await interrupt(script, on: host)
        let run = try await host.json(["run", script])
        #expect(run["changes"].items.count >= 2, "\(run)")
        #expect(try host.volumes().allSatisfy { !$0.contains("unfinished") })
        let plan = try await host.json(["plan", script])
        #expect(plan["changes"].items.isEmpty)
        let booted = try host.file(
          "booted.vmscript", "stack \"edited\"\nwait \"web-*\" for agent within \(3 * Host.clones)m"
        )
        try await host.json(["run", booted, "--yes"])
        let commands = [
          "hostname", "cat /etc/machine-id", "cut -d' ' -f 2 /etc/ssh/ssh_host_ed25519_key.pub",
          "cut -d' ' -f 2 /etc/ssh/ssh_host_rsa_key.pub", "cat /sys/class/net/eth0/address",
          "ip -4 -o addr show dev eth0 | awk '{ print $4 }'",
        ]
        for command in commands {
          var answers: [String] = []
          for clone in 1...Host.clones {
            answers.append(try await answer(to: command, of: "web-\(clone)", on: host))
          }
          #expect(
            !answers.contains("") && Set(answers).count == answers.count, "\(command): \(answers)")
        }
        #expect(try await answer(to: "hostname", of: "web-2", on: host) == "web-2")
        let written = try await answer(
          to: "cat \"/srv/site/it's 2\" /srv/line; stat -c '%a %U' \"/srv/site/it's 2\"; ls /srv",
          of: "web-2", on: host)
        #expect(written == "hello 2\nline\n640 www-data\na b\nline\nsite")
        let account = try await answer(to: "getent shadow root", of: "web-1", on: host)
        #expect(account.hasPrefix("root:$6$"))
        try await host.json(["destroy", script, "--yes"])
        try await before.expectSame(on: host)
      }
    }

    @Test func editsThatFailLeaveNothing() async throws {
      try await Host.run { host in
        let script = try host.file(
          "failing.vmscript",
          """
          stack "failing"
          image plain { source = "\(try #require(Host.plainGuest))" }
          domain web {
            memory = 384MiB
            disk { image = plain }
            customize { reset_identity = false, run = ["echo sorry >&2; exit 3"] }
          }
          """)
        let failed = try await host.vmscript(["run", script])
        #expect(failed.status == 1)
        #expect(
          failed.errors.contains("VM0680") && failed.errors.contains("sorry"), "\(failed.errors)")
        #expect(try await host.domains() == [])
        #expect(try host.volumes().filter { $0.contains(".web.") } == [])
        let missing = try await host.vmscript(
          ["plan", script], environment: ["PATH": try pathWithoutTool(on: host)])
        #expect(missing.status != 0 && missing.errors.contains("VM0683"), "\(missing.errors)")
        try await host.json(["destroy", script, "--yes"])
      }
    }

    /// Kills a run while virt-customize works; its virtual machine ends with it.
    private func interrupt(_ script: String, on host: Host) async throws {
      let watch = CallWatch(
        log: host.newCallLog(),
        // The upload and its pin, the disk of the template, and a record and a disk of a clone.
        isMoment: { $0.count { $0 == "virStorageVolCreateXML" } >= 5 },
        act: { identifier in
          for _ in 0..<600 where editors(on: host).count < 2 { usleep(100_000) }
          kill(identifier, SIGKILL)
        })
      let status = try await host.vmscript(["run", script], watch: watch).status
      try #require(status == SIGKILL)
      for _ in 0..<100 where !editors(on: host).isEmpty {
        try await Task.sleep(for: .milliseconds(100))
      }
      #expect(editors(on: host) == [])
      #expect(try host.volumes().contains { $0.contains("unfinished") })
    }

    private func answer(to command: String, of guest: String, on host: Host) async throws -> String
    {
      let result = try await host.vmscript(["exec", guest, "--", "sh", "-c", command])
      try #require(result.status == 0, "\(command): \(result.errors)")
      return result.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// A search path with every program but virt-customize.
    private func pathWithoutTool(on host: Host) throws -> String {
      let folder = host.folder + "/path"
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      try FileManager.default.createSymbolicLink(
        atPath: folder + "/qemu-img", withDestinationPath: "/usr/bin/qemu-img")
      return folder
    }
  }
}

/// The processes that edit a disk of a host's pool: virt-customize, and the machine that it runs.
private func editors(on host: Host) -> [String] {
  let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
  return processes.filter { Int($0) != nil }.filter { process in
    let line = FileManager.default.contents(atPath: "/proc/\(process)/cmdline") ?? Data()
    let text = String(decoding: line, as: UTF8.self)
    return text.contains(host.poolFolder)
      && (text.hasPrefix("virt-customize") || text.contains("guestfs"))
  }
}
