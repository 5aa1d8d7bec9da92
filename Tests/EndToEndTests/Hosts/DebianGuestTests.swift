import Foundation
import TestSupport
import Testing

extension HostTests {
  /// Guests with Debian and cloud-init, which take minutes each under emulation.
  @Suite(.enabled(if: Host.debianGuest != nil)) struct DebianGuestTests {
    /// The package that the guest installs, from a repository of one package in the guest.
    private func repository(_ host: Host) throws -> (package: String, index: String) {
      let control = """
        Package: vmscript-test
        Version: 1.0
        Architecture: all
        Maintainer: nobody <nobody@example.org>
        Description: test

        """
      let tree = host.folder + "/package"
      try FileManager.default.createDirectory(
        atPath: tree + "/DEBIAN", withIntermediateDirectories: true)
      try control.write(toFile: tree + "/DEBIAN/control", atomically: true, encoding: .utf8)
      let package = try host.file("vmscript-test.deb", "")
      try runTool("/usr/bin/dpkg-deb", ["--build", "--root-owner-group", tree, package])
      let size = try Data(contentsOf: URL(fileURLWithPath: package)).count
      let digest = try runTool("/usr/bin/sha256sum", [package]).prefix(64)
      let index = try host.file(
        "Packages",
        control + "Filename: ./vmscript-test.deb\nSize: \(size)\nSHA256: \(digest)\n\n")
      return (package, index)
    }

    private func script(_ host: Host) throws -> (path: String, key: String) {
      let key = host.folder + "/key"
      try runTool("/usr/bin/ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key])
      let (package, index) = try repository(host)
      let script = try host.file(
        "debian.vmscript",
        """
        net lab { subnet = 10.181.50.0/24 }
        net fixed { subnet = 10.181.51.0/24 }
        image debian { source = "\(try #require(Host.debianGuest))" }
        domain base {
          memory = 512MiB, agent = true, serial {}
          disk { image = debian, size = 3GiB }
          disk data { size = 64MiB }
          nic { net = lab }
          nic { net = fixed }
          state = stopped
          cloud_init {
            timezone = "Europe/Berlin"
            locale = "C.UTF-8"
            groups = ["ops"]
            user "ada" {
              keys = [read("\(key).pub")], sudo = true, groups = ["ops"], shell = "/bin/bash"
              password = "correct horse"
            }
            files { path = "/etc/motd", content = "hello\\n", mode = "0640" }
            files { path = "/srv/repository/Packages", source = "\(index)" }
            files { path = "/srv/repository/vmscript-test.deb", source = "\(package)" }
            files {
              path = "/etc/apt/sources.list.d/test.list"
              content = "deb [trusted=yes] file:/srv/repository ./\\n"
            }
            data = { apt: { preserve_sources_list: true } }
            packages = ["vmscript-test"]
            disks { device = "/dev/vdb", table = "gpt", layout = true, filesystem = "ext4", label = "data" }
            mounts = [["LABEL=data", "/data"]]
            run = ["echo ran > /run/ran"]
          }
        }
        for i in 1...\(Host.clones) {
          clone base as "deb-\\(i)" {
            nic {}
            nic { ip = "10.181.51.\\(10 + i)" }
            cloud_init { fqdn = "deb-\\(i).example.org" }
            state = running
          }
        }
        let names = ["deb-\\(i)" for i in 1...\(Host.clones)]
        wait "deb-*" for cloud_init within 40m
        output status = run "cloud-init status" on names
        output host = run "hostname; hostname -f" on names
        output machine = run "cat /etc/machine-id" on names
        output keys = run "cut -d' ' -f2 /etc/ssh/ssh_host_ed25519_key.pub" on names
        output macs = run "cat /sys/class/net/eth*/address" on names
        output addresses = run "hostname -I" on names
        output user = run "id -nG ada; sudo -u ada sudo -n id -u" on names
        output content = run "cat /etc/motd /run/ran; stat -c %a /etc/motd; mountpoint /data" on names
        output zone = run "date +%Z" on names
        output package = run "dpkg-query -W -f '${Status}' vmscript-test" on names
        output root = run "findmnt -bno SIZE /" on names
        """)
      return (script, key)
    }

    @Test func clonesWithCloudInitAreEachTheirOwn() async throws {
      try await Host.run { host in
        let before = try await HostSnapshot.of(host)
        let (script, key) = try script(host)
        let outputs = try await host.json(["run", script])["outputs"]
        let names = (1...Host.clones).map { "deb-\($0)" }
        for (position, name) in names.enumerated() {
          #expect(outputs["status"][name].text == "status: done")
          #expect(outputs["host"][name].text == "\(name)\n\(name).example.org")
          let addresses = outputs["addresses"][name].text?.split(separator: " ") ?? []
          #expect(addresses.contains("10.181.51.\(11 + position)"), "\(addresses)")
          #expect(outputs["user"][name].text == "ada ops\n0")
          #expect(outputs["content"][name].text == "hello\nran\n640\n/data is a mountpoint")
          #expect(["CET", "CEST"].contains(outputs["zone"][name].text))
          #expect(outputs["package"][name].text == "install ok installed")
          #expect((outputs["root"][name].text.flatMap { Int($0) } ?? 0) > 2_500_000_000)
        }
        for identity in ["host", "machine", "keys", "macs", "addresses"] {
          #expect(
            Set(names.map { outputs[identity][$0].text ?? "" }).count == names.count, "\(identity)")
        }
        try await expectSSH(on: host, key)
        let second = try await host.json(["plan", script])
        #expect(second["changes"].items.isEmpty, "\(second)")
        try await host.json(["destroy", script, "--yes"])
        try await before.expectSame(on: host)
      }
    }

    /// Commands and files reach a guest by SSH where no agent answers.
    private func expectSSH(on host: Host, _ key: String) async throws {
      let configuration = try host.file(
        "ssh_config",
        "Host *\n  User ada\n  IdentityFile \(key)\n  UserKnownHostsFile \(host.folder)/known_hosts\n"
      )
      let program = try host.file(
        "ssh", "#!/bin/sh\nexec /usr/bin/ssh -F \(configuration) \"$@\"\n")
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program)
      let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
      let environment = ["PATH": "\(host.folder)/files:\(path)"]
      func run(_ arguments: [String]) async throws -> CommandResult {
        try await host.vmscript(arguments, machine: "host", environment: environment)
      }
      let stop = try await run([
        "exec", "deb-1", "--", "systemd-run", "--on-active=1", "systemctl", "stop",
        "qemu-guest-agent",
      ])
      #expect(stop.status == 0, "\(stop.errors)")
      // The agent runs commands as root, ssh as the user of its configuration.
      var user = try await run(["exec", "deb-1", "--", "id", "-un"])
      for _ in 0..<100 where user.output != "ada\n" {
        user = try await run(["exec", "deb-1", "--", "id", "-un"])
      }
      #expect(user.output == "ada\n", "\(user.errors)")
      let script = try host.file(
        "ssh.vmscript",
        """
        wait "deb-1" for ready "test -d /srv" within 2m
        output who = run "id -un" on "deb-1"
        """)
      let verbs = try await run(["run", script, "--stack", "ssh", "--json"])
      #expect(verbs.status == 0 && verbs.output.contains("\"ada\""), "\(verbs.errors)")
      let named = try await run(
        ["exec", "ada@deb-1", "--", "sh", "-c", "id -un; echo 'a  b'; echo err >&2; exit 7"])
      #expect(named.status == 7, "\(named.errors)")
      #expect(named.output == "ada\na  b\n" && named.errors.contains("err\n"))
      let local = try host.file("some.bin", Data((0..<100_000).map { UInt8($0 % 251) }))
      let there = try await run(["copy", local, "ada@deb-1:/tmp/some.bin"])
      #expect(there.status == 0, "\(there.errors)")
      let back = try await run(["copy", "ada@deb-1:/tmp/some.bin", host.folder + "/back"])
      #expect(back.status == 0, "\(back.errors)")
      #expect(
        FileManager.default.contentsEqual(atPath: local, andPath: host.folder + "/back"))
      let refused = try await run(["exec", "nobody@deb-1", "--", "true"])
      #expect(refused.status == 255 || refused.status == 1, "\(refused.errors)")
    }
  }
}
