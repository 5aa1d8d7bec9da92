import Foundation
import Testing
import VMScript
import VMScriptSyntax

@testable import VMScriptPlan
@testable import VMScriptRuntime

/// Raw disks that QEMU reads and writes past the cache of the host.
@Suite struct DriveCacheTests {
  /// The diagnostics of a disk on a file of this size, on a host that is not this machine.
  private func found(
    _ properties: String, size: Int64, present: String? = nil
  ) async throws -> [Diagnostic] {
    var fixture = try StorageFixture()
    fixture.add("r.img", capacity: size, format: "raw", length: size)
    if let present {
      let xml = """
        <domain><name>d</name><devices><disk type='file' device='disk'>
        <driver name='qemu' type='raw' cache='\(present)'/><source file='/pool/r.img'/>
        <target dev='vda' bus='virtio'/></disk></devices></domain>
        """
      fixture.domains = [
        try LiveDomain(
          name: "d", uuid: Identity.uuid(stack: StorageFixture.stack, kind: .domain, name: "d"),
          state: .stopped, xml: xml)
      ]
    }
    return try await fixture.plan(
      "domain d { disk { source = \"/pool/r.img\", \(properties) } }"
    ).diagnostics
  }

  @Test(arguments: ["none", "directsync"])
  func aWritableDiskThatMayEndWithinABlockIsWarnedOf(cache: String) async throws {
    for (size, isWhole) in [(4096, true), (3585, true), (4608, false), (1 << 20, true)] {
      let found = try await found("format = raw, cache = \(cache)", size: Int64(size))
      #expect(found.map(\.code.number) == (isWhole ? [] : [641]), "\(size)")
      #expect(found.allSatisfy { $0.severity == .warning })
    }
  }

  @Test(arguments: [
    "format = raw", "format = raw, cache = writeback",
    "format = raw, cache = none, readonly = true",
    "format = qcow2, cache = none",
  ])
  func anyOtherIsNot(properties: String) async throws {
    #expect(try await found(properties, size: 4608).isEmpty)
  }

  @Test func anExistingMediumCausesNoWarning() async throws {
    let properties = "format = raw, cache = none"
    #expect(try await found(properties, size: 4608, present: "none").isEmpty)
    #expect(try await found(properties, size: 4608, present: "writeback").count == 1)
  }

  /// The file system of `/dev/shm` has no blocks of its own, so that QEMU takes the largest.
  @Test(.enabled(if: FileManager.default.isWritableFile(atPath: "/dev/shm")))
  func aFileOfThisMachineIsMeasured() async throws {
    let path = "/dev/shm/vmscript-\(UUID().uuidString)"
    try Data(count: 4608).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    guard let block = DirectIO.alignment(of: path) else { return }
    let fixture = try StorageFixture()
    let found = try await fixture.plan(
      "domain d { disk { source = \"\(path)\", format = raw, cache = none } }"
    ).diagnostics
    #expect(found.map(\.code.number) == (4608 % block == 0 ? [] : [641]))
    #expect(found.allSatisfy { $0.severity == .error })
    #expect(
      found.flatMap(\.helps).map(\.text).first == "pad it: `truncate --size=%\(block) \(path)`"
        || found.isEmpty)
  }
}
