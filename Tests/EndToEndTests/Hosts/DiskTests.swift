import Foundation
import Testing

extension HostTests {
  /// Disks as their guests leave them, of every size, and moved between machines.
  @Suite struct DiskTests {
    /// Writes to the start of a raw disk, as a guest may, the header of an image whose backing file is
    /// a file of the host; then libvirt looks at its pools.
    private func writeHeader(to path: String, on host: Host) async throws {
      let secret = try host.file("secret", "secret")
      let image = try host.file("header.qcow2", "")
      let made = try await Subprocess.run(
        "qemu-img", ["create", "-q", "-u", "-f", "qcow2", "-F", "raw", "-b", secret, image, "64M"])
      try #require(made.status == 0, "\(made.errors)")
      let disk = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
      defer { try? disk.close() }
      try disk.write(contentsOf: Data(contentsOf: URL(fileURLWithPath: image)))
      try await host.virsh("pool-refresh", "default")
    }

    private func expectSettled(_ script: String, on host: Host, _ comment: String = "") async throws
    {
      let plan = try await host.json(["plan", script])
      #expect(plan["changes"].items.isEmpty, "\(comment) \(plan)")
    }

    @Test func aRawDiskStaysRawWhateverItsGuestWrites() async throws {
      try await Host.run { host in
        let before = try await HostSnapshot.of(host)
        func script(_ size: String, _ more: String = "") throws -> String {
          try host.file(
            "raw.vmscript",
            """
            domain a { memory = 64MiB, state = stopped, disk data { size = \(size), format = raw } }
            \(more)
            """)
        }
        try await host.json(["run", script("1MiB")])
        let path = try #require(
          try await host.domain("a", inactive: true)["//disk/source/@file"])
        try await writeHeader(to: path, on: host)
        try await expectSettled(script("1MiB"), on: host)

        // It grows as a raw disk, in a plan that loses nothing.
        let grown = try await host.json(["run", script("3MiB")])
        #expect(grown["changes"][0]["impact"].text == "live")
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)).count == 3 << 20)
        try await expectSettled(script("3MiB"), on: host)

        // Clones are of the disk, not of what its header says.
        let clones = try script(
          "3MiB",
          """
          clone a as overlay { state = stopped }
          clone a as copy { full = true, state = stopped }
          """)
        try await host.json(["run", clones])
        try await host.virsh("pool-refresh", "default")
        try await expectSettled(clones, on: host)
        func source(_ domain: String) async throws -> String {
          try #require(try await host.domain(domain, inactive: true)["//disk/source/@file"])
        }
        let overlay = try await Subprocess.run(
          "qemu-img", ["info", "--output=json", try await source("overlay")])
        #expect(try JSON(overlay.output)["backing-filename-format"].text == "raw")
        #expect(try JSON(overlay.output)["virtual-size"].int == 3 << 20)
        let (original, copy) = (
          try Data(contentsOf: URL(fileURLWithPath: path)),
          try Data(contentsOf: URL(fileURLWithPath: try await source("copy")))
        )
        #expect(original == copy)
        #expect(try await host.domain("copy", inactive: true)["//disk/driver/@type"] == "raw")
        try await host.json(["destroy", clones, "--yes"])
        try await before.expectSame(on: host)
      }
    }

    @Test func aFileThatAGuestMadeAnImageIsNotGuessedAt() async throws {
      try await Host.run { host in
        let disk = try await host.image("d.img", format: "raw", size: "4M")
        func script(_ properties: String) throws -> String {
          try host.file(
            "file.vmscript",
            "domain d { memory = 64MiB, state = stopped, disk { source = \"\(disk)\"\(properties) } }"
          )
        }
        func driver() async throws -> String? {
          try await host.domain("d", inactive: true)["//disk/driver/@type"]
        }
        try await host.json(["run", script("")])
        try await writeHeader(to: disk, on: host)
        try await expectSettled(script(""), on: host)
        #expect(try await driver() == "raw")

        // The disk outlives its domain; then only the script can say what it is.
        try await host.json(["destroy", script(""), "--yes"])
        let refused = try await host.vmscript(["run", try script(""), "--yes"])
        #expect(refused.status != 0)
        #expect(refused.errors.contains("VM0660"), "\(refused.errors)")
        #expect(refused.errors.contains("format = raw"), "\(refused.errors)")
        #expect(try await host.domains() == [])
        try await host.json(["run", script(", format = raw")])
        #expect(try await driver() == "raw")
        // From then on the definition is the record.
        try await expectSettled(script(""), on: host)
        try await host.json(["destroy", script(""), "--yes"])
        #expect(FileManager.default.fileExists(atPath: disk))
      }
    }

    @Test func everySizeIsMadeOnceAndNeverDiffers() async throws {
      try await Host.run { host in
        var generator = SystemRandomNumberGenerator()
        let sizes =
          [1, 511, 1000, 1025, 4097, 1 << 20, (1 << 20) + 1, 100_000_000, 100_000_256]
          + (0..<11).map { _ in Int.random(in: 1...(200 << 20), using: &generator) }
        let base = try host.file("odd.raw", Data(repeating: 7, count: 1_000_001))
        let disks = sizes.enumerated().map { index, bytes in
          """
            disk q\(index) { size = \(bytes)B }
            disk r\(index) { size = \(bytes)B, format = raw, cache = none }
            disk o\(index) { image = odd, size = \(bytes + 1_000_001)B }

          """
        }
        let empty = sizes.enumerated().map { index, bytes in
          """
          image eq\(index) { size = \(bytes)B }
          image er\(index) { size = \(bytes)B, format = raw }
          image eo\(index) { backing = eq\(index) }

          """
        }
        let script = try host.file(
          "sizes.vmscript",
          """
          image odd { source = "\(base)", format = raw }
          \(empty.joined())
          domain a { memory = 64MiB, state = stopped
          \(disks.joined())  disk plain { image = odd }
          }
          clone a as overlay { state = stopped }
          clone a as full { full = true, state = stopped }
          """)
        try await host.json(["run", script])
        try await expectSettled(script, on: host, "\(sizes)")
        try await host.virsh("pool-refresh", "default")
        try await expectSettled(script, on: host, "\(sizes)")
        for domain in ["a", "overlay", "full"] {
          let paths = try await host.domain(domain, inactive: true).all("//disk/source/@file")
          #expect(paths.count == 3 * sizes.count + 1)
          for (index, path) in paths.dropLast().enumerated() {
            let declared = sizes[index / 3] + (index % 3 == 2 ? 1_000_001 : 0)
            let volume = try XMLQuery(try await host.virsh("vol-dumpxml", path))
            let capacity = try #require(volume["/volume/capacity"].flatMap(Int.init))
            #expect(capacity % (1 << 20) == 0, "\(domain) \(declared)")
            #expect((0..<(1 << 20)).contains(capacity - declared), "\(domain) \(declared)")
          }
        }
        // One byte more than a whole number of them is one MiB more; the rest stays.
        let text = try String(contentsOfFile: script, encoding: .utf8)
        let grown = try host.file(
          "sizes.vmscript",
          text.replacing("disk q5 { size = \(1 << 20)B", with: "disk q5 { size = \((1 << 20) + 1)B")
        )
        let refused = try await host.vmscript(["plan", grown])
        #expect(refused.errors.contains("VM0509"), "\(refused.errors)")
        try await host.json(["destroy", script, "--yes"])
        #expect(try await host.virshLines("vol-list", "default").count == 1)
      }
    }

    @Test func aDiskMovesWithItsContent() async throws {
      try await Host.run { host in
        let before = try await HostSnapshot.of(host)
        func script(_ a: String, _ b: String) throws -> String {
          try host.file(
            "move.vmscript",
            """
            stack "move"
            domain a { memory = 64MiB, state = stopped\(a) }
            domain b { memory = 64MiB, state = stopped\(b) }
            """)
        }
        for isByPath in [false, true] {
          try await host.json(["run", script(", disk data { size = 2MiB, format = raw }", "")])
          let path = try #require(
            try await host.domain("a", inactive: true)["//disk/source/@file"])
          let content = Data((0..<(2 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 5) })
          try content.write(to: URL(fileURLWithPath: path))
          let moved = try script(
            "",
            isByPath
              ? ", disk data { source = \"\(path)\" }"
              : ", disk data { moved_from = a, size = 3MiB, format = raw }")
          // Nothing is lost, so nothing needs confirmation.
          let run = try await host.json(["run", moved])
          #expect(run["changes"].items.count == 2)
          try await expectSettled(moved, on: host)
          let domain = try await host.domain("b", inactive: true)
          #expect(domain["//disk/source/@file"] == path)
          #expect(domain["//disk/driver/@type"] == "raw")
          #expect(try await host.domain("a", inactive: true)["//disk/source/@file"] == nil)
          let now = try Data(contentsOf: URL(fileURLWithPath: path))
          #expect(now.prefix(content.count) == content)
          #expect(now.count == (isByPath ? 2 : 3) << 20)
          // The stack's own volume goes with the domain that has it.
          try await host.json(["destroy", "--stack", "move", "--yes"])
          try await before.expectSame(on: host)
        }
      }
    }

    @Test func aDiskIsMovedBeforeItsDomainIsDeleted() async throws {
      try await Host.run { host in
        let before = try await HostSnapshot.of(host)
        let first = try host.file(
          "gone.vmscript",
          "stack \"gone\"\ndomain a { memory = 64MiB, state = stopped, disk data { size = 1MiB } }")
        try await host.json(["run", first])
        let path = try #require(
          try await host.domain("a", inactive: true)["//disk/source/@file"])
        let second = try host.file(
          "gone.vmscript",
          """
          stack "gone"
          domain b { memory = 64MiB, state = stopped, disk data { moved_from = "a" } }
          """)
        let refused = try await host.vmscript(["run", second])
        #expect(refused.errors.contains("VM0667"), "\(refused.errors)")
        try await host.json(["run", second, "--prune", "--yes"])
        #expect(try await host.domains() == ["b"])
        #expect(try await host.domain("b", inactive: true)["//disk/source/@file"] == path)
        #expect(FileManager.default.fileExists(atPath: path))
        try await expectSettled(second, on: host)
        try await host.json(["destroy", "--stack", "gone", "--yes"])
        try await before.expectSame(on: host)
      }
    }

    @Test func aPoolBelowDevOfFilesHoldsFiles() async throws {
      try await Host.run { host in
        let folder = "/dev/shm/" + (host.folder.split(separator: "/").last ?? "pool")
        try await host.virsh("pool-define-as", "shm", "dir", "--target", folder)
        try await host.virsh("pool-build", "shm")
        try await host.virsh("pool-start", "shm")
        let script = try host.file(
          "shm.vmscript", "domain a { memory = 64MiB, disk { size = 1MiB, pool = \"shm\" } }")
        try await host.json(["run", script])
        #expect(try await host.domain("a", inactive: true)["//disk/@type"] == "file")
        #expect(try await host.virsh("domstate", "a") == "running")
        try await expectSettled(script, on: host)
        try await host.json(["destroy", script, "--yes"])
        try await host.virsh("pool-destroy", "shm")
        try await host.virsh("pool-delete", "shm")
        try await host.virsh("pool-undefine", "shm")
      }
    }
  }
}
