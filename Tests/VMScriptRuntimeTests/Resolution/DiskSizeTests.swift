import Testing
import VMScript

@testable import VMScriptPlan
@testable import VMScriptRuntime

/// One rule for the sizes of disks: whole MiB, rounded up, in all that makes and compares them.
@Suite struct DiskSizeTests {
  private static let mebibyte: Int64 = 1 << 20

  /// Sizes around every boundary, and by chance.
  private static let sizes: [Int64] = {
    var sizes: [Int64] = [1, 511, 512, 513, 1000, 1023, 1024, 4095, 4096]
    sizes += [1_000_000, 100_000_000, Int64.max - 1, Int64.max]
    for shift in 20..<28 {
      let boundary = Int64(1) << shift
      sizes += [boundary - 1, boundary, boundary + 1]
    }
    for _ in 0..<500 { sizes.append(Int64.random(in: 1...(1 << 44))) }
    return sizes
  }()

  @Test func aSizeIsRoundedUpToWholeMebibytes() throws {
    for bytes in Self.sizes {
      let size = try #require(DiskSize(.size(ByteSize(bytes: bytes))))
      #expect(size.declared == bytes)
      #expect(size.bytes % Self.mebibyte == 0 && size.bytes > 0, "\(bytes)")
      #expect(abs(size.bytes.subtractingReportingOverflow(bytes).partialValue) < Self.mebibyte)
      let isHuge = bytes >= Int64.max - Self.mebibyte
      #expect(isHuge || size.bytes >= bytes, "\(bytes)")
      #expect(DiskSize(.size(ByteSize(bytes: size.bytes)))?.bytes == size.bytes)
      for format in [ImageFormat.raw, .qcow2] {
        guard !isHuge else { continue }
        #expect(size.isMet(by: size.bytes, as: format))
        #expect(!size.isMet(by: bytes - 1, as: format))
        #expect(!size.isMet(by: size.bytes &+ 1, as: format))
      }
      // What others made is as declared, unless a guest could not start with it.
      if !isHuge {
        let sectors = (bytes + 511) / 512 * 512
        #expect(size.isMet(by: sectors, as: .qcow2), "\(bytes)")
        #expect(size.isMet(by: sectors, as: .raw) == (sectors % 4096 == 0), "\(bytes)")
      }
    }
  }

  @Test(arguments: ["qcow2", "raw"])
  func everyDeclaredSizeIsMadeAndComparedAlike(format: String) async throws {
    for bytes in Self.sizes.prefix(120) where bytes < 1 << 44 {
      let script = """
        domain web { disk { size = \(bytes)B, format = \(format) } }
        clone web as copy { }
        clone web as full { full = true }
        image empty { size = \(bytes)B, format = \(format) }
        """
      var fixture = try StorageFixture()
      let plan = try await fixture.plan(script)
      #expect(plan.diagnostics.isEmpty, "\(bytes)")
      let made = try #require(plan.domains["web"]?.drives.first?.own?.capacity)
      #expect(made >= bytes && made - bytes < Self.mebibyte && made % Self.mebibyte == 0)
      #expect(plan.domains["copy"]?.drives.first?.own?.capacity == made)
      #expect(plan.domains["full"]?.drives.first?.own?.capacity == made)
      #expect(plan.images["empty"]?.capacity == made)
      for name in ["web", "full"] {
        let disk = try StorageFixture.name(name, .disk("disk1"), format)
        fixture.add(disk, capacity: made, format: format)
        try fixture.add(domain: name, [("vda", disk)], format: format)
      }
      fixture.add(try StorageFixture.name("empty", .image, format), capacity: made, format: format)
      #expect(try await fixture.differences(script, of: "web") == [])
      #expect(try await fixture.differences(script, of: "full") == [])
      let again = try await fixture.plan(script)
      #expect(try again.differences(image: try #require(again.set.declarations.last)).isEmpty)
    }
  }

  @Test func aDiskOfAnotherMakingDoesNotDiffer() async throws {
    var fixture = try StorageFixture()
    let disk = try StorageFixture.name("web", .disk("disk1"))
    // As libvirt and earlier versions rounded 100 MB.
    for capacity: Int64 in [100_000_000, 100_000_256, 100_000_768, 96 << 20] {
      fixture.volumes = []
      fixture.domains = []
      fixture.add(disk, capacity: capacity)
      try fixture.add(domain: "web", [("vda", disk)])
      #expect(
        try await fixture.differences("domain web { disk { size = 100MB } }", of: "web") == [])
    }
    #expect(
      try await fixture.differences("domain web { disk { size = 101MB } }", of: "web")
        == ["disk 1 size: 96MiB → 97MiB (live)"])
  }

  @Test func noDiskIsLargerThanItsFormatHolds() async throws {
    var fixture = try StorageFixture()
    try fixture.disk("raw.img")
    #expect(try await fixture.errors("image base { source = \"raw.img\", size = 3PiB }").isEmpty)
    // A script alone does not tell that the disk is a qcow2 image.
    let moved = "domain new { disk disk1 { moved_from = \"old\", size = 3PiB } }"
    let old = try StorageFixture.name("old", .disk("disk1"))
    fixture.add(old, capacity: 1 << 30)
    try fixture.add(domain: "old", [("vda", old)])
    #expect(try await fixture.errors(moved).contains(640))
    (fixture.volumes, fixture.domains) = ([], [])
    // What a kept disk has instead of 64 KiB counts.
    let disk = try StorageFixture.name("web", .disk("disk1"))
    fixture.add(disk, capacity: 1 << 30)
    fixture.volumes[0].clusterSize = 4096
    try fixture.add(domain: "web", [("vda", disk)])
    #expect(try await fixture.errors("domain web { disk { size = 8TiB } }").isEmpty)
    #expect(try await fixture.errors("domain web { disk { size = 9TiB } }") == [640])
  }

  @Test func aRawDiskThatEndsWithinASectorGrows() async throws {
    var fixture = try StorageFixture()
    let disk = try StorageFixture.name("web", .disk("disk1"), "raw")
    fixture.add(disk, capacity: 100_000_256, format: "raw")
    try fixture.add(domain: "web", [("vda", disk)], format: "raw")
    let found = try await fixture.differences(
      "domain web { disk { size = 100MB, format = raw } }", of: "web")
    #expect(found == ["disk 1 size: 100000256B → 96MiB (live)"])
  }
}
