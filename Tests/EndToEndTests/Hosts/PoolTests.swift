import Foundation
import Testing

extension HostTests {
  /// A pool that is full, stopped or gone in the middle.
  @Suite struct PoolTests {
    private func script(_ images: [String], on host: Host) throws -> String {
      try host.file(
        "pool.vmscript",
        images.enumerated().map { index, path in
          """
          image "i\(index)" { source = "\(path)" }
          domain "m\(index)" { memory = 64MiB, disk { image = image("i\(index)") }, state = stopped }

          """
        }.joined())
    }

    @Test func aFullPoolIsAnErrorAndMoreRoomLetsTheNextRunFinish() async throws {
      try await Host.run { host in
        // The pool's folder on a file system of its own that is smaller than the image.
        try await host.inside(
          "mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", host.poolFolder)
        try await host.virsh("pool-refresh", "default")
        let script = try script([try #require(Host.guest)], on: host)
        let result = try await host.vmscript(["run", script])
        #expect(result.status == 1)
        #expect(result.errors.contains("default"), "\(result.errors)")
        #expect(result.errors.contains("pool.vmscript:"), "\(result.errors)")
        #expect(try await host.virshLines("vol-list", "default") == [])
        #expect(try await host.domains() == [])

        try await host.inside("mount", "-o", "remount,size=64m", host.poolFolder)
        try await host.json(["run", script])
        #expect(try await host.domains() == ["m0"])
        try await host.json(["destroy", script, "--yes"])
        #expect(try await host.virshLines("vol-list", "default") == [])
      }
    }

    @Test func aPoolThatFillsInTheMiddleIsAnErrorAndHoldsNoHalfImage() async throws {
      try await Host.run { host in
        try await host.inside(
          "mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", host.poolFolder)
        try await host.virsh("pool-refresh", "default")
        // Each has room, both have not; different content, so that both are sent.
        let first = try #require(Host.guest)
        let second = try host.file(
          "second.raw", Data((0..<(13 << 20)).map { UInt8(truncatingIfNeeded: ($0 &* 7) >> 3) }))
        let script = try script([first, second], on: host)
        let result = try await host.vmscript(["run", script])
        #expect(result.status == 1)
        #expect(result.errors.contains("pool.vmscript:"), "\(result.errors)")

        try await host.inside("mount", "-o", "remount,size=64m", host.poolFolder)
        try await host.json(["run", script])
        #expect(try await host.domains() == ["m0", "m1"])
        #expect(try await host.virshLines("vol-list", "default").count == 6)
        try await host.json(["destroy", script, "--yes"])
        #expect(try await host.virshLines("vol-list", "default") == [])
      }
    }

    @Test func aStoppedPoolIsNamed() async throws {
      try await Host.run { host in
        try await host.virsh("pool-destroy", "default")
        let script = try script([try #require(Host.guest)], on: host)
        let calls = host.newCallLog()
        let result = try await host.vmscript(["run", script], calls: calls)
        #expect(result.status == 1)
        #expect(result.errors.contains("`default`"), "\(result.errors)")
        let changes = try calls.changes()
        #expect(changes == [])
        try await host.virsh("pool-start", "default")
        try await host.json(["run", script])
        #expect(try await host.domains() == ["m0"])
      }
    }
  }
}
