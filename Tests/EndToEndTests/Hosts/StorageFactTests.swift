import Foundation
import TestSupport
import Testing

extension HostTests {
  /// Facts that libvirt's lists do not show: files that others made, moved or removed.
  @Suite struct StorageFactTests {
    private static let stopped = "memory = 64MiB, state = stopped"

    @Test func anExternalSnapshotIsNoDifferenceAndGoesWithItsDomain() async throws {
      try await Host.run { host in
        let before = try await HostSnapshot.of(host)
        let script = try host.file(
          "snapshot.vmscript", "domain a { \(Self.stopped), disk { size = 64MiB } }")
        try await host.json(["run", script])
        try await host.virsh("snapshot-create-as", "a", "x1", "--disk-only")
        // The pool is listed again once, and from then on nothing is asked but what is read.
        for isFirst in [true, false] {
          let calls = host.newCallLog()
          #expect(try await host.json(["plan", script], calls: calls)["changes"].items.isEmpty)
          #expect(try calls.names().contains("virStoragePoolRefresh") == isFirst)
          #expect(try calls.changes() == [])
        }
        try await host.json(["run", script, "--yes"])
        let source = try await host.domain("a", inactive: true)["//disk/source/@file"]
        #expect(source?.hasSuffix(".x1") == true)
        try await host.json(["destroy", "--stack", "snapshot", "--yes"])
        try await before.expectSame(on: host)
      }
    }

    /// The second snapshot lies in no pool, and leads back into the folder of one.
    @Test func aChainThatLeavesThePoolIsFollowedToItsEnd() async throws {
      try await Host.run { host in
        let before = try await HostSnapshot.of(host)
        func script(_ size: String) throws -> String {
          try host.file(
            "mixed.vmscript", "domain a { \(Self.stopped), disk { size = \(size) } }")
        }
        try await host.json(["run", script("64MiB")])
        try await host.virsh("snapshot-create-as", "a", "x1", "--disk-only")
        let outside = host.folder + "/x2.qcow2"
        try await host.virsh(
          "snapshot-create-as", "a", "x2", "--disk-only", "--diskspec", "vda,file=\(outside)")
        #expect(try await host.json(["plan", script("64MiB")])["changes"].items.isEmpty)

        let grown = try await host.vmscript(["plan", script("128MiB")])
        #expect(grown.status == 1 && grown.errors.contains("error[VM0643]"), "\(grown.errors)")
        #expect(grown.errors.contains(outside))

        let destroyed = try await host.vmscript(["destroy", "--stack", "mixed", "--yes"])
        #expect(destroyed.status == 0, "\(destroyed.errors)")
        #expect(destroyed.errors.contains("VM0642") && destroyed.errors.contains(outside))
        try FileManager.default.removeItem(atPath: outside)
        try await before.expectSame(on: host)
      }
    }

    @Test func aDiskThatNamesAVolumeIsClonedOntoIt() async throws {
      try await Host.run { host in
        try await host.virsh("vol-create-as", "default", "tf.qcow2", "64M", "--format", "qcow2")
        try await host.define(
          "tf",
          """
          <disk type='volume' device='disk'><driver name='qemu' type='qcow2'/>
          <source pool='default' volume='tf.qcow2'/><target dev='vda' bus='virtio'/></disk>
          """)
        let before = try await HostSnapshot.of(host)
        let script = try host.file("tf.vmscript", "clone \"tf\" as t1 { state = stopped }")
        try await host.json(["run", script])
        let path = try #require(
          try await host.domain("t1", inactive: true)["//disk/source/@file"])
        let volume = try XMLQuery(try await host.virsh("vol-dumpxml", path))
        #expect(volume["/volume/backingStore/path"] == "\(host.poolFolder)/tf.qcow2")
        #expect(try await host.json(["plan", script])["changes"].items.isEmpty)
        try await host.json(["destroy", "--stack", "tf", "--yes"])
        try await before.expectSame(on: host)
      }
    }

    @Test func theBaseOfAStoppedGuestOutsideEveryPoolStays() async throws {
      try await Host.run { host in
        let image = host.folder + "/tiny.qcow2"
        try await host.image(image, "8M")
        let script = try host.file("base.vmscript", "image i { source = \"\(image)\" }")
        try await host.json(["run", script])
        let base = try #require(try host.volumes().first { $0.hasSuffix(".qcow2") })
        let mine = try host.file("mine.qcow2", "")
        try await host.image(mine, on: "\(host.poolFolder)/\(base)")
        try await host.define(
          "mine",
          """
          <disk type='file' device='disk'><driver name='qemu' type='qcow2'/>
          <source file='\(mine)'/><target dev='vda' bus='virtio'/></disk>
          """)
        let result = try await host.vmscript(["destroy", "--stack", "base", "--yes"])
        #expect(result.status == 0, "\(result.errors)")
        #expect(result.errors.contains("VM0647"), "\(result.errors)")
        #expect(result.errors.contains("`mine`"), "\(result.errors)")
        #expect(!(result.output + result.errors).contains("deleted\n"), "\(result.errors)")
        #expect(try host.volumes() == [base])
        try await host.virsh("undefine", "mine")
      }
    }

    @Test func aDiskWithoutItsFileIsCreatedAgainAfterConfirmation() async throws {
      try await Host.run { host in
        let script = try host.file(
          "gone.vmscript", "domain a { \(Self.stopped), disk data { size = 64MiB } }")
        try await host.json(["run", script])
        let name = try #require(try host.volumes().first)
        let path = "\(host.poolFolder)/\(name)"
        try FileManager.default.removeItem(atPath: path)
        let plan = try await host.json(["plan", script])
        #expect(plan["changes"][0]["impact"].text == "data-loss")
        #expect(plan["changes"][0]["properties"][0]["from"].text == "missing")
        #expect(try await host.vmscript(["run", script]).status == 3)
        #expect(!FileManager.default.fileExists(atPath: path))
        try await host.json(["run", script, "--yes"])
        #expect(FileManager.default.fileExists(atPath: path))
        #expect(try await host.json(["plan", script])["changes"].items.isEmpty)
        try await host.json(["destroy", "--stack", "gone", "--yes"])
        #expect(try host.volumes() == [])
      }
    }

    @Test func aRebuiltDiskHasTheContentOfItsImageAgain() async throws {
      try await Host.run { host in
        let script = try host.file(
          "rebuilt.vmscript",
          """
          image base { source = "\(try #require(Host.guest))" }
          domain a { \(Self.stopped), disk root { image = base }, disk data { size = 1MiB } }
          domain b { \(Self.stopped), disk { image = base } }
          domain c { \(Self.stopped), disk { size = 1MiB } }
          """)
        try await host.json(["run", script])
        func path(_ part: String) throws -> String {
          let name = try #require(try host.volumes().first { $0.contains(part) })
          return "\(host.poolFolder)/\(name)"
        }
        func sum(_ part: String) throws -> String {
          try runTool("/usr/bin/qemu-img", ["map", "--output=json", path(part)])
        }
        func write(_ part: String) throws {
          try runTool("/usr/bin/qemu-io", ["-c", "write -P 7 64k 64k", path(part)])
        }
        let fresh = try sum(".a.root")
        for part in [".a.root", ".a.data", ".b."] { try write(part) }
        let written = try (root: sum(".a.root"), data: sum(".a.data"), b: sum(".b."))
        #expect(written.root != fresh)
        #expect(try await host.vmscript(["rebuild", script, "a"]).status == 3)
        #expect(try sum(".a.root") == written.root)
        try await host.json(["rebuild", script, "a", "--yes"])
        #expect(try sum(".a.root") == fresh)
        #expect(try sum(".a.data") == written.data)
        #expect(try sum(".b.") == written.b)
        #expect(try await host.json(["plan", script])["changes"].items.isEmpty)
        let unknown = try await host.vmscript(["rebuild", script, "aa", "--yes"])
        #expect(unknown.status == 1 && unknown.errors.contains("did you mean `a`?"))
        let empty = try await host.vmscript(["rebuild", script, "c", "--yes"])
        #expect(empty.status == 1 && empty.errors.contains("VM0522"), "\(empty.errors)")
        try await host.json(["destroy", "--stack", "rebuilt", "--yes"])
        #expect(try host.volumes() == [])
      }
    }

    @Test func aBaseStaysWhileAnOverlayCannotBeRead() async throws {
      try await Host.run { host in
        let gold = try host.file(
          "gold.vmscript",
          "stack \"sa\"\ndomain gold { \(Self.stopped), disk { size = 8MiB } }")
        let starts = try host.file(
          "starts.vmscript", "stack \"sa\"\ndomain gold { memory = 64MiB, disk { size = 8MiB } }")
        let work = try host.file(
          "work.vmscript", "stack \"sb\"\nclone \"gold\" as work { state = stopped }")
        try await host.json(["run", gold])
        try await host.json(["run", work])
        let before = try await HostSnapshot.of(host)
        let name = try #require(try host.volumes().first { $0.hasPrefix("sb.") })
        let path = "\(host.poolFolder)/\(name)"
        // It exists, and libvirt cannot read it.
        try FileManager.default.moveItem(atPath: path, toPath: "\(path).aside")
        try #require(mkfifo(path, 0o600) == 0)
        for arguments in [["destroy", "--stack", "sa", "--yes"], ["run", starts, "--yes"]] {
          let result = try await host.vmscript(arguments)
          #expect(result.status == 1, "\(arguments): \(result.errors)")
          #expect(result.errors.contains("VM0646"), "\(result.errors)")
          #expect(result.errors.contains(name), "\(result.errors)")
        }
        // Not a difference of its own domain either.
        #expect(try await host.json(["plan", work])["changes"].items.isEmpty)
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.moveItem(atPath: "\(path).aside", toPath: path)
        try await before.expectSame(on: host)
        #expect(try await host.json(["plan", work])["changes"].items.isEmpty)
      }
    }

    @Test func anOverlayUnknownToLibvirtKeepsItsBase() async throws {
      try await Host.run { host in
        let script = try host.file(
          "told.vmscript", "domain gold { \(Self.stopped), disk { size = 8MiB } }")
        try await host.json(["run", script])
        let base = try #require(try host.volumes().first)
        try await host.image("\(host.poolFolder)/byhand.qcow2", on: "\(host.poolFolder)/\(base)")
        // What starts it is refused too, and so is what grows it.
        for (edition, code) in [
          ("disk { size = 8MiB }", "VM0506"), ("\(Self.stopped), disk { size = 16MiB }", "VM0509"),
        ] {
          let other = try host.file("other.vmscript", "stack \"told\"\ndomain gold { \(edition) }")
          let result = try await host.vmscript(["run", other, "--yes"])
          #expect(result.status == 1 && result.errors.contains(code), "\(result.errors)")
          // As if libvirt did not know it yet.
          try await host.virsh("vol-delete", "byhand.qcow2", "default")
          try await host.image(
            "\(host.poolFolder)/byhand.qcow2", on: "\(host.poolFolder)/\(base)")
        }
        let result = try await host.vmscript(["destroy", "--stack", "told", "--yes"])
        #expect(result.status == 1 && result.errors.contains("VM0510"), "\(result.errors)")
        #expect(try host.volumes().contains(base))
      }
    }

    @Test func aCloneThatWasRenamedIsTheStacks() async throws {
      try await Host.run { host in
        let before = try await HostSnapshot.of(host)
        let script = try host.file(
          "rn.vmscript",
          "domain g { \(Self.stopped), disk { size = 1MiB } }\nclone g as h { state = stopped }")
        try await host.json(["run", script])
        try await host.virsh("domrename", "h", "hh")
        let plan = try await host.json(["plan", script])
        #expect(plan["changes"].items.count == 1)
        #expect(plan["changes"][0]["properties"][0]["name"].text == "name")
        try await host.json(["run", script])
        #expect(try await host.domains() == ["g", "h"])
        #expect(try await host.json(["plan", script])["changes"].items.isEmpty)
        try await host.virsh("domrename", "h", "hh")
        try await host.json(["destroy", "--stack", "rn", "--yes"])
        try await before.expectSame(on: host)
      }
    }

    @Test func partsOfAFailedCloneAreRemovedThoughOthersHaveItsName() async throws {
      try await Host.run { host in
        let script = try host.file(
          "left.vmscript",
          "domain g { \(Self.stopped), disk { size = 1MiB } }\nclone g as h { state = stopped }")
        try await host.json(["run", script])
        try await host.virsh("undefine", "h")
        try await host.define("h", "")
        let before = try await host.domain("h", inactive: true)["/domain/uuid"]
        let result = try await host.vmscript(["destroy", "--stack", "left", "--yes"])
        #expect(result.status == 0, "\(result.errors)")
        #expect(try host.volumes() == [])
        #expect(try await host.domains() == ["h"])
        #expect(try await host.domain("h", inactive: true)["/domain/uuid"] == before)
      }
    }
  }
}

extension Host {
  /// Defines a domain of others, which is off.
  fileprivate func define(_ name: String, _ devices: String) async throws {
    let xml = try file(
      "\(name).xml",
      """
      <domain type='qemu'><name>\(name)</name><memory unit='MiB'>32</memory>
      <os><type arch='x86_64' machine='pc'>hvm</type></os><devices>\(devices)</devices></domain>
      """)
    try await virsh("define", xml)
  }

  /// Makes a qcow2 file of a size, or an overlay.
  fileprivate func image(_ path: String, _ size: String...) async throws {
    let result = try await Subprocess.run(
      "qemu-img", ["create", "-q", "-f", "qcow2", path] + size)
    try #require(result.status == 0, "\(result.errors)")
  }

  fileprivate func image(_ path: String, on base: String) async throws {
    let result = try await Subprocess.run(
      "qemu-img", ["create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", base, path])
    try #require(result.status == 0, "\(result.errors)")
  }
}
