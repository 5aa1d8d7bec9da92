import Foundation
import TestSupport
import Testing
import VMScript

@testable import VMScriptPlan
@testable import VMScriptRuntime

/// A disk that is used in place has the format that the script or a definition says, never the one that
/// its guest wrote to it; and it is a file or a block device by what it is.
@Suite struct DiskFormatTests {
  /// Headers that a guest may write to its raw disk.
  private static let headers: [String: [UInt8]] = [
    "qcow2": qcow2(version: 3), "qcow": qcow2(version: 2),
    "cut short": [0x51, 0x46, 0x49, 0xFB, 0, 0, 0, 3],
    "damaged": [0x51, 0x46, 0x49, 0xFB, 0, 0, 0, 9] + [UInt8](repeating: 0xFF, count: 4096),
    "vmdk": Array("KDMV".utf8) + [1, 0, 0, 0] + [UInt8](repeating: 0, count: 504),
    "vmdk descriptor": Array("# Disk DescriptorFile\n".utf8),
  ]

  private static func qcow2(version: UInt8) -> [UInt8] {
    var header = [UInt8](repeating: 0, count: 4096)
    header.replaceSubrange(0..<8, with: [0x51, 0x46, 0x49, 0xFB, 0, 0, 0, version])
    header[23] = 9  // clusters of 512 bytes
    header[24 + 5] = 1  // a virtual size of 64 KiB
    return header
  }

  /// The driver's format of the only disk of a script, or the code of the error.
  private func format(_ properties: String, _ fixture: StorageFixture) async throws -> String {
    let plan = try await fixture.plan("domain d { disk { source = \(properties) } }")
    if let code = plan.diagnostics.first?.code.number { return String(code) }
    let drive = try #require(plan.domains["d"]?.drives.first)
    return try #require(drive.base).format.rawValue
  }

  @Test(arguments: headers.keys.sorted())
  func contentThatLooksLikeAnImageNeedsAFormat(name: String) async throws {
    var fixture = try StorageFixture()
    let header = try #require(Self.headers[name])
    let path = try fixture.folder.write("d", header)
    #expect(try await format("\"\(path)\"", fixture) == "660")
    #expect(try await format("\"\(path)\", format = raw", fixture) == "raw")
    // What a definition holds is the record, be it of this domain or of another.
    try fixture.add(domain: "other", [("vda", path)], format: "raw")
    #expect(try await format("\"\(path)\"", fixture) == "raw")
    fixture.domains = []
    try fixture.add(domain: "d", [("vda", path)], format: "qcow2")
    try fixture.add(domain: "other", [("vda", path)], format: "raw")
    #expect(try await format("\"\(path)\"", fixture) == "qcow2")
  }

  @Test func contentThatDoesNotIsRaw() async throws {
    let fixture = try StorageFixture()
    let path = try fixture.disk("d")
    #expect(try await format("\"\(path)\"", fixture) == "raw")
    #expect(try await format("\"\(path)\", format = qcow2", fixture) == "605")
  }

  /// Contents that are no disk, with the code that an image of them gets.
  private static let foreign: [String: (content: [UInt8], code: String)] = [
    "x.ova": ([UInt8](repeating: 0, count: 257) + Array("ustar".utf8), "605"),
    "zip": (Array("PK\u{3}\u{4}".utf8), "605"), "page": (Array("<html>".utf8), "605"),
    "parallels": (Array("WithoutFreeSpace".utf8), "630"),
    "disk.qcow2": ([UInt8](repeating: 0, count: 512), "632"),
    "odd": ([UInt8](repeating: 0, count: 600), "605"),
  ]

  @Test(arguments: foreign.keys.sorted())
  func contentThatIsNoDiskIsRefusedAsForAnImage(name: String) async throws {
    var fixture = try StorageFixture()
    let (content, code) = try #require(Self.foreign[name])
    let padding = name == "odd" ? 0 : (512 - content.count % 512) % 512
    let path = try fixture.folder.write(name, content + [UInt8](repeating: 0, count: padding))
    let source = "\"\(path)\""
    #expect(try await format(source, fixture) == code)
    #expect(try await format("\(source), format = raw", fixture) == "raw")
    for drive in ["cdrom", "floppy"] {
      let plan = try await fixture.plan("domain d { \(drive) { source = \(source) } }")
      // A medium may have any name.
      guard code != "632" else {
        #expect(plan.diagnostics.isEmpty)
        continue
      }
      #expect(plan.diagnostics.map { String($0.code.number) } == [code])
      // They have no `format`.
      let helps = plan.diagnostics.flatMap(\.helps).map(\.text).filter { $0.contains("= raw") }
      #expect(helps.count == 1 && helps.allSatisfy { $0.contains("image NAME {") }, "\(helps)")
    }
    // libvirt treats such a volume as raw.
    fixture.volumes.append(.init(name: name, path: path, capacity: 1024, format: "raw"))
    #expect(try await format(source, fixture) == code)
    #expect(try await format("\"volume:default/\(name)\"", fixture) == code)
    #expect(try await format("\(source), format = raw", fixture) == "raw")
    // What a definition records stays.
    try fixture.add(domain: "d", [("vda", path)], format: "raw")
    #expect(try await format(source, fixture) == "raw")
  }

  @Test(arguments: ["qcow2", "vmdk", "vpc", "qed", "luks"])
  func volumesAreNoDifferent(content: String) async throws {
    var fixture = try StorageFixture()
    fixture.add("v.qcow2", on: "secret", capacity: 1 << 40, format: content)
    fixture.volumes[0].length = 1 << 20
    let source = "\"volume:default/v.qcow2\""
    #expect(try await format(source, fixture) == "660")
    #expect(try await format("\"/pool/v.qcow2\"", fixture) == "660")
    #expect(try await format(source + ", format = raw", fixture) == "raw")
    #expect(try await format(source + ", format = qcow2", fixture) == "qcow2")
    #expect(try await fixture.errors("domain d { cdrom { source = \(source) } }") == [660])
    #expect(try await fixture.errors("image i { backing = \(source), size = 1GiB }") == [660])
    #expect(try await fixture.errors("domain d { disk { image = image(\"v.qcow2\") } }") == [660])
    // As an image, it is what the script says.
    let plan = try await fixture.plan("image i { source = \(source), format = raw }")
    #expect(plan.diagnostics.isEmpty, "\(plan.diagnostics)")
    #expect(plan.images["i"]?.format == .raw)
    #expect(plan.images["i"]?.capacity == 1 << 20)
    let isEncrypted = content == "luks"
    #expect(
      try await fixture.errors("image i { source = \(source) }") == [isEncrypted ? 631 : 660])
  }

  @Test func contentOfARawDiskDecidesNeitherBaseNorSize() async throws {
    var fixture = try StorageFixture()
    let (base, disk) = (
      try StorageFixture.name("base", .disk("disk1")),
      try StorageFixture.name("web", .disk("disk1"), "raw")
    )
    fixture.add(base, capacity: 1 << 20)
    // As libvirt lists it after a refresh of the pool.
    fixture.add(disk, on: base, capacity: 1 << 40)
    fixture.volumes[1].length = 1 << 20
    fixture.add("theirs.img", on: base, capacity: 1 << 40)
    fixture.volumes[2].length = 2 << 20
    try fixture.add(domain: "web", [("vda", disk), ("vdb", "theirs.img")], format: "raw")
    let script = """
      domain web { disk { size = 1MiB, format = raw }, disk { source = "/pool/theirs.img" } }
      clone web as copy { }
      """
    let plan = try await fixture.plan(script)
    #expect(plan.diagnostics.isEmpty, "\(plan.diagnostics)")
    #expect(try await fixture.differences(script, of: "web") == [])
    #expect(plan.live.storage.overlays(on: StorageFixture.path(base)).isEmpty)
    #expect(
      plan.live.storage.place(at: StorageFixture.path(disk))?.volume.capacity == .known(1 << 20))
    let clones = plan.domains["copy"]?.drives ?? []
    #expect(clones.map { $0.own?.capacity } == [1 << 20, 2 << 20])
    for clone in clones {
      guard case .overlay(let base)? = clone.own?.origin else {
        Issue.record("\(clone.name) is no overlay")
        continue
      }
      #expect(base.format == .raw)
    }
  }

  @Test func anotherFormatThanTheRecordedOneLosesData() async throws {
    var fixture = try StorageFixture()
    let path = try fixture.disk("d")
    try fixture.add(domain: "d", [("vda", path)], format: "raw", keys: ["disk1"])
    let plan = try await fixture.plan(
      "domain d { disk { source = \"volume:default/v\", format = qcow2 } }")
    #expect(plan.diagnostics.map(\.code.number) == [616])
    fixture.add("v", capacity: 1 << 20, format: "raw")
    fixture.domains = []
    try fixture.add(domain: "d", [("vda", "v")], format: "raw", keys: ["disk1"])
    let changed = try await fixture.plan(
      "domain d { disk { source = \"volume:default/v\", format = qcow2 } }")
    let declaration = try #require(changed.set.declarations.first)
    let live = try #require(changed.live.domains["d"])
    let found = try DomainXML.differences(
      declaration, context: changed.context(for: declaration, uuid: nil, hypervisor: "qemu"),
      live: live.definition.text)
    #expect(found.map(\.path) == ["disk 1 format"])
    #expect(found.map(\.impact) == [.dataLoss])
  }

  // MARK: Files and block devices

  @Test func theKindOfAFileDecidesNotItsName() throws {
    let folder = try ScratchFolder()
    let file = try folder.write("file", [0])
    let (link, dangling) = (folder.file("link"), folder.file("dangling"))
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: file)
    try FileManager.default.createSymbolicLink(
      atPath: dangling, withDestinationPath: "/none/at/all")
    #expect(mkfifo(folder.file("pipe"), 0o600) == 0)
    #expect(PathKind(path: file) == .file)
    #expect(PathKind(path: link) == .file)
    #expect(PathKind(path: folder.path) == .other("a folder"))
    #expect(PathKind(path: folder.file("pipe")) == .other("a pipe"))
    #expect(PathKind(path: "/dev/null") == .other("a character device"))
    #expect(PathKind(path: folder.file("none")) == .nothing)
    let devices = (try? FileManager.default.contentsOfDirectory(atPath: "/sys/class/block")) ?? []
    if let device = devices.first(where: { FileManager.default.fileExists(atPath: "/dev/\($0)") }) {
      #expect(PathKind(path: "/dev/\(device)") == .blockDevice)
    }
    for path in ["/dev/sda", "/dev/mapper/vg-lv", "/dev/disk/by-id/x", "/dev/vg/lv"] {
      #expect(PathKind.isDeviceByName(path), "\(path)")
    }
    for path in [
      "/dev/shm/x", "/dev/shm", "/dev", "/device/x", "/dev/../etc/x", "dev/sda", "/x/dev/y",
    ] {
      #expect(!PathKind.isDeviceByName(path), "\(path)")
    }
  }

  @Test func contentThatIsNoDiskIsRefused() async throws {
    let fixture = try StorageFixture()
    #expect(mkfifo(fixture.folder.file("pipe"), 0o600) == 0)
    for path in [fixture.folder.path, fixture.folder.file("pipe"), "/dev/null"] {
      #expect(try await format("\"\(path)\"", fixture) == "661")
    }
    #expect(try await format("\"/none/at/all\"", fixture) == "601")
  }

  @Test(arguments: [("/dev/shm/pool", false, "file"), ("/dev/vg", true, "block")])
  func theElementIsOfTheKindThatThePoolHolds(
    path: String, holdsDevices: Bool, type: String
  ) async throws {
    let fixture = try StorageFixture()
    let (set, sources) = try fixture.declarations("domain d { disk { size = 1MiB, format = raw } }")
    let storage = LiveStorage(
      pools: [.init(name: "default", path: path, holdsDevices: holdsDevices, volumes: [])])
    let resolver = ImageResolver(
      stack: StorageFixture.stack, live: storage, sources: sources, cache: nil, reading: { _ in })
    let plan = await StoragePlan(set, live: LiveState(storage: storage), resolver: resolver)
    let domain = try #require(set.declarations.first)
    let xml = try DomainXML.render(
      domain, context: plan.context(for: domain, uuid: nil, hypervisor: "qemu"), onto: nil)
    let disk = try XMLElement.parse(xml, root: "domain").first("devices")?.first("disk")
    #expect(disk?["type"] == type)
    #expect(
      disk?.text(at: type == "file" ? "source/@file" : "source/@dev")?.hasPrefix(path) == true)
  }

  @Test func pathsOfAnotherMachineAreNotLookedAtHere() async throws {
    let fixture = try StorageFixture()
    let path = try fixture.disk("d")
    func base(_ path: String) async throws -> StorageBase? {
      let (set, sources) = try fixture.declarations("domain d { disk { source = \"\(path)\" } }")
      var resolver = ImageResolver(
        stack: StorageFixture.stack, live: LiveStorage(), sources: sources, cache: nil,
        reading: { _ in })
      resolver.isLocal = false
      let plan = await StoragePlan(set, live: LiveState(), resolver: resolver)
      return plan.domains["d"]?.drives.first?.base
    }
    #expect(try await base(path) == nil)
    #expect(try await base("/dev/shm/x") == nil)
    #expect(try await base("/dev/null")?.isDevice == true)
    #expect(try await base("/dev/vg/lv")?.isDevice == true)
  }
}
