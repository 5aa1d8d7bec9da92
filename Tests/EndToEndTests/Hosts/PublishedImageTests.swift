import Foundation
import Testing

extension HostTests {
  /// Images after their upload, and what an upload that was killed leaves.
  @Suite struct PublishedImageTests {
    @Test func nothingIsPutOnACopyThatWasCutShort() async throws {
      try await Host.run { host in
        let source = try await host.image("disk.qcow2", format: "qcow2", size: "8M")
        let script = try host.file(
          "lab.vmscript",
          """
          param n: int = 1
          image i { source = "\(source)" }
          for k in 1...n { domain "m\\(k)" { memory = 64MiB, disk { image = i }, state = stopped } }
          """)
        try await host.json(["run", script])
        #expect(try await host.json(["status", script, "--verify"])["resources"].items.count == 2)
        #expect(try await host.json(["plan", script])["changes"].items.isEmpty)

        let base = try #require(try host.volumes().first { $0.contains(".i.base-") })
        try await host.inside("truncate", "--size=100k", "\(host.poolFolder)/\(base)")
        try await host.virsh("pool-refresh", "default")
        let status = try await host.vmscript(["status", script, "--verify"])
        #expect(status.status == 1)
        #expect(status.errors.contains("VM0639") && status.errors.contains(base))
        #expect(status.output.contains("damaged"))

        let run = try await host.vmscript(["run", script, "--set", "n=2"])
        #expect(run.status == 0)
        #expect(run.errors.contains("VM0638") && run.errors.contains("disk 1 of m1"))
        let disk = try #require(try host.volumes().first { $0.contains(".m2.") })
        let path = "\(host.poolFolder)/\(disk)"
        let content = try await Subprocess.run(
          "qemu-img", ["convert", "-O", "raw", path, host.folder + "/content"])
        #expect(content.status == 0, "\(content.errors)")
        #expect(try await host.json(["plan", script, "--set", "n=2"])["changes"].items.isEmpty)
        try await host.json(["destroy", script, "--yes"])
        #expect(try host.volumes() == [])
      }
    }

    @Test func aChangedByteOfACopyIsFoundByReadingIt() async throws {
      try await Host.run { host in
        let noise = try host.file("noise.raw", Data((0..<(1 << 20)).map { UInt8($0 % 251) }))
        let script = try host.file(
          "lab.vmscript",
          """
          image i { source = "\(noise)" }
          image other { size = 1MiB }
          domain m { memory = 64MiB, disk { image = i }, state = stopped }
          """)
        try await host.json(["run", script])
        let untouched = try await host.vmscript(["status", script, "--verify", "--exit-code"])
        #expect(untouched.status == 0 && untouched.errors.isEmpty, "\(untouched.errors)")
        #expect(!untouched.output.contains("damaged"))

        // Neither the size nor the time of the last write shows it.
        let base = try #require(try host.volumes().first { $0.contains(".i.base-") })
        let path = "\(host.poolFolder)/\(base)"
        try await host.inside("touch", "--reference=\(path)", "\(host.folder)/time")
        try await host.inside(
          "dd", "if=/dev/zero", "of=\(path)", "bs=1", "seek=700000", "count=1", "conv=notrunc")
        try await host.inside("touch", "--reference=\(host.folder)/time", path)
        try await host.virsh("pool-refresh", "default")
        #expect(try await host.json(["plan", script])["changes"].items.isEmpty)
        let quick = try await host.vmscript(["status", script])
        #expect(quick.status == 0 && quick.errors.isEmpty, "\(quick.errors)")

        let changed = try await host.vmscript(["status", script, "--verify"])
        #expect(changed.status == 1)
        #expect(changed.errors.contains("error[VM0639]") && changed.errors.contains(base))
        let damaged = changed.output.split(separator: "\n").filter { $0.contains("damaged") }
        #expect(damaged.count == 1 && damaged[0].contains("image"), "\(changed.output)")
        let report = try await host.vmscript(["status", script, "--verify", "--json"])
        #expect(report.status == 1)
        #expect(report.output.contains("\"damaged\"") && report.errors.contains("VM0639"))
        try await host.json(["destroy", script, "--yes"])
        #expect(try host.volumes() == [])
      }
    }

    @Test func aKilledConversionEndsItsChildAndIsSweptByTheNextRun() async throws {
      try await Host.run { host in
        let scratch = host.folder + "/scratch"
        try FileManager.default.createDirectory(
          atPath: scratch, withIntermediateDirectories: true)
        // Noise, so that there is something to convert.
        let noise = try host.file("noise", "")
        let made = try await Subprocess.run(
          "dd", ["if=/dev/urandom", "of=\(noise)", "bs=1M", "count=300"])
        try #require(made.status == 0, "\(made.errors)")
        let source = host.folder + "/files/big.vdi"
        let converted = try await Subprocess.run(
          "qemu-img", ["convert", "-f", "raw", "-O", "vdi", noise, source])
        try #require(converted.status == 0, "\(converted.errors)")
        let script = try host.file("big.vmscript", "image i { source = \"\(source)\" }")
        let environment = ["TMPDIR": scratch, "XDG_CACHE_HOME": host.folder]
        let result = try await Subprocess.run(
          vmscriptBinary.path, ["run", script, "--connect", host.uri], environment: environment
        ) { process in
          Thread.detachNewThread {
            while kill(process, 0) == 0, Self.targets(in: scratch).isEmpty { usleep(1000) }
            kill(process, SIGKILL)
          }
        }
        try #require(result.status == SIGKILL)
        let left = Self.folders(in: scratch)
        #expect(left.count == 1)
        // The kernel ends the child when it ends the run.
        for _ in 0..<100 where try Self.isConverting(into: scratch) {
          try await Task.sleep(for: .milliseconds(50))
        }
        #expect(try !Self.isConverting(into: scratch))
        // The claim that the killed run held is removed by the next one.
        #expect(try host.volumes().filter { !$0.hasPrefix("vmscript-lock.") } == [])

        let plan = try host.file("other.vmscript", "image small { size = 1MiB }")
        let next = try await Subprocess.run(
          vmscriptBinary.path, ["run", plan, "--connect", host.uri], environment: environment)
        #expect(next.status == 0, "\(next.errors)")
        #expect(Self.folders(in: scratch).isEmpty)
        try await host.json(["destroy", plan, "--yes"])
      }
    }

    private static func folders(in scratch: String) -> [String] {
      ((try? FileManager.default.contentsOfDirectory(atPath: scratch)) ?? [])
        .filter { $0.hasPrefix("vmscript-") }
    }

    private static func targets(in scratch: String) -> [String] {
      folders(in: scratch).map { "\(scratch)/\($0)/image" }
        .filter(FileManager.default.fileExists)
    }

    private static func isConverting(into folder: String) throws -> Bool {
      try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { Int($0) != nil }
        .contains { process in
          let line = FileManager.default.contents(atPath: "/proc/\(process)/cmdline") ?? Data()
          let text = String(decoding: line, as: UTF8.self)
          return text.hasPrefix("qemu-img") && text.contains(folder)
        }
    }
  }
}
