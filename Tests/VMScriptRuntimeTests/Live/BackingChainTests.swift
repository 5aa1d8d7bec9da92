import Foundation
import TestSupport
import Testing
import VMScript

@testable import VMScriptPlan
@testable import VMScriptRuntime

/// Backing files outside all pools, and the volumes that are kept because of them.
@Suite struct BackingChainTests {
  private let folder: ScratchFolder
  /// The path of a base of the stack.
  private let pool: String

  init() throws {
    folder = try ScratchFolder()
    pool = folder.file("pool")
    try FileManager.default.createDirectory(atPath: pool, withIntermediateDirectories: true)
    try FileManager.default.createDirectory(
      atPath: folder.file("elsewhere"), withIntermediateDirectories: true)
  }

  private func base() throws -> String {
    try StorageFixture.name("debian", .base(key: "k", nonce: "1"))
  }

  /// A qcow2 header that names what the file backs onto.
  private func overlay(_ name: String, on backing: String?) throws -> String {
    var bytes = [UInt8](repeating: 0, count: 512)
    bytes.replaceSubrange(0..<8, with: [0x51, 0x46, 0x49, 0xFB, 0, 0, 0, 3])
    if let backing {
      bytes[15] = 128
      bytes[18] = UInt8(backing.utf8.count >> 8)
      bytes[19] = UInt8(backing.utf8.count & 255)
      bytes += [UInt8](repeating: 0, count: 1024)
      bytes.replaceSubrange(128..<(128 + backing.utf8.count), with: Array(backing.utf8))
    }
    return try folder.write(name, bytes)
  }

  private func disk(
    _ path: String, format: String = "qcow2", layers: String = ""
  ) -> String {
    """
    <disk type='file' device='disk'><driver name='qemu' type='\(format)'/><source file='\(path)'/>\
    \(layers)<target dev='vda'/></disk>
    """
  }

  private func guest(_ devices: String, running: String? = nil) throws -> LiveDomain {
    func xml(_ devices: String) -> String {
      "<domain type='qemu'><name>mine</name><devices>\(devices)</devices></domain>"
    }
    return try LiveDomain(
      name: "mine", uuid: RunFixture.foreign, state: running == nil ? .stopped : .running,
      xml: xml(devices), running: running.map(xml))
  }

  /// The storage of a host with the base in its pool and a domain of others.
  private func storage(
    _ domain: LiveDomain, _ files: HostFiles = .local, pool path: String? = nil,
    inactive: [String: String] = [:]
  ) throws -> LiveStorage {
    let path = path ?? pool
    let base = VolumeInventory.Volume(
      name: try base(), path: "\(path)/\(try base())", capacity: 1 << 20, format: "qcow2")
    let pools = [LiveStorage.Reading(name: "default", path: path, volumes: [base])]
    let found = BackingChains(
      domains: [domain], pools: pools, inactivePools: inactive, files: files
    ).read()
    return LiveStorage(
      pools: pools, inactivePools: Set(inactive.keys), domains: [domain], files: found.files,
      names: found.names)
  }

  private func refusal(_ storage: LiveStorage) throws -> VolumeInventory.Refusal? {
    try storage.pools["default"]?.inventory.refusalToRemove(base())
  }

  @Test func theBaseOfAStoppedGuestOutsideEveryPoolStays() throws {
    let path = try overlay("elsewhere/mine.qcow2", on: "\(pool)/\(base())")
    let storage = try storage(guest(disk(path)))
    #expect(try refusal(storage) == .hasOverlays([path]))
    #expect(storage.users(of: "\(pool)/\(try base())") == ["mine"])
  }

  @Test func aChainIsFollowedToItsEnd() throws {
    let middle = try overlay("elsewhere/middle.qcow2", on: "\(pool)/\(base())")
    let path = try overlay("elsewhere/top.qcow2", on: "middle.qcow2")
    let storage = try storage(guest(disk(path)))
    #expect(try refusal(storage) == .hasOverlays([middle]))
    #expect(storage.overlays(on: middle).map(\.volume.path) == [path])
  }

  @Test(arguments: [
    "BASE", "../pool/NAME", "file:BASE", "POOL//./NAME",
    #"json:{"driver":"qcow2","file":{"driver":"file","filename":"BASE"}}"#,
    #"json:{"file.filename":"BASE"}"#,
  ])
  func everySpellingOfABaseIsThatBase(spelling: String) throws {
    let name = try base()
    let text = spelling.replacingOccurrences(of: "BASE", with: "\(pool)/\(name)")
      .replacingOccurrences(of: "POOL", with: pool).replacingOccurrences(of: "NAME", with: name)
    let path = try overlay("elsewhere/mine.qcow2", on: text)
    #expect(try refusal(storage(guest(disk(path)))) == .hasOverlays([path]))
  }

  @Test func symbolicLinksAreFollowed() throws {
    let files = FileManager.default
    // As libvirt knows the pool, and as the overlay names it.
    let link = folder.file("link")
    try files.createSymbolicLink(atPath: link, withDestinationPath: pool)
    try folder.write("pool/\(base())", [1])
    let path = try overlay("elsewhere/mine.qcow2", on: "\(pool)/\(base())")
    #expect(try refusal(storage(guest(disk(path)), pool: link)) == .hasOverlays([path]))
    let other = try overlay("elsewhere/other.qcow2", on: "\(link)/\(base())")
    #expect(try refusal(storage(guest(disk(other)))) == .hasOverlays([other]))
  }

  @Test(arguments: [
    "json:{}", "json:{\"driver\":\"nbd\"}", "json:garbage",
  ])
  func anUnknownBaseIsAnError(spelling: String) throws {
    let path = try overlay("elsewhere/mine.qcow2", on: spelling)
    #expect(try refusal(storage(guest(disk(path)))) == .mayHaveOverlays([path]))
  }

  @Test func aTruncatedHeaderIsAnError() throws {
    let path = try folder.write("elsewhere/mine.qcow2", [0x51, 0x46, 0x49, 0xFB, 0, 0, 0, 3])
    #expect(try refusal(storage(guest(disk(path)))) == .mayHaveOverlays([path]))
  }

  @Test func aFileWithoutABackingImageKeepsNothing() throws {
    let alone = try overlay("elsewhere/alone.qcow2", on: nil)
    #expect(try refusal(storage(guest(disk(alone)))) == nil)
    let raw = try overlay("elsewhere/raw.img", on: "\(pool)/\(base())")
    // What is on a raw disk is the guest's, whatever it looks like.
    #expect(try refusal(storage(guest(disk(raw, format: "raw")))) == nil)
    #expect(try refusal(storage(guest(disk(raw, format: "raw")), .remote)) == nil)
    #expect(try refusal(storage(guest(disk(folder.file("elsewhere/gone.qcow2"))))) == nil)
    #expect(try refusal(storage(guest(""))) == nil)
  }

  @Test func aRingOfFilesEnds() throws {
    let one = try overlay("elsewhere/one.qcow2", on: "two.qcow2")
    _ = try overlay("elsewhere/two.qcow2", on: "one.qcow2")
    #expect(try refusal(storage(guest(disk(one)))) == nil)
  }

  @Test func onARemoteHostAFileOutsideThePoolsMayBeAnOverlay() throws {
    let path = "/elsewhere/mine.qcow2"
    #expect(try refusal(storage(guest(disk(path)), .remote)) == .mayHaveOverlays([path]))
    let whole = "<backingStore/>"
    #expect(try refusal(storage(guest(disk(path, layers: whole)), .remote)) == nil)
    let layers = """
      <backingStore type='file'><format type='qcow2'/><source file='\(pool)/\(try base())'/>\
      <backingStore/></backingStore>
      """
    let running = try guest(disk(path), running: disk(path, layers: layers))
    #expect(try refusal(storage(running, .remote)) == .hasOverlays([path]))
  }

  @Test func aFileOfWhichOnlyTheFolderIsMissingMayBeSomewhereElse() throws {
    let path = folder.file("nowhere/mine.qcow2")
    #expect(try refusal(storage(guest(disk(path)))) == .mayHaveOverlays([path]))
    let off = folder.file("elsewhere/mine.qcow2")
    let storage = try storage(guest(disk(off)), inactive: ["off": folder.file("elsewhere")])
    #expect(try refusal(storage) == .mayHaveOverlays([off]))
  }

  @Test func aVolumeThatADriveNamesIsFound() throws {
    let name = try base()
    let drive = """
      <disk type='volume' device='disk'><driver name='qemu' type='qcow2'/>\
      <source pool='default' volume='\(name)'/><target dev='vda'/></disk>
      """
    let domain = try guest(drive)
    #expect(domain.facts.disks.map(\.path) == [nil])
    let resolved = domain.resolvingVolumes { "\(pool)/\($0.name)" }
    #expect(resolved.facts.disks.map(\.path) == ["\(pool)/\(name)"])
    #expect(resolved.facts.disks.map(\.isElsewhere) == [false])
    #expect(try refusal(storage(resolved)) == .usedByDomain(["mine"]))
  }

  @Test func onlyAFileInAPoolsFolderIsWorthAnotherListing() throws {
    let pools = [LiveStorage.Reading(name: "default", path: pool, volumes: [])]
    func unlisted(_ path: String) throws -> [String: Set<String>] {
      BackingChains.unlisted([try guest(disk(path))], in: pools, .remote)
    }
    #expect(try unlisted("\(pool)/new.qcow2") == ["default": ["\(pool)/new.qcow2"]])
    #expect(try unlisted("\(pool)/sub/new.qcow2") == [:])
    #expect(try unlisted("/elsewhere/new.qcow2") == [:])
  }

  @Test(arguments: [
    ("qemu:///system", true), ("qemu+unix:///system?socket=/run/x", true),
    ("qemu+ssh://host/system", false), ("qemu+ssh:///system", false),
    ("qemu+tls://host/system", false), ("qemu://host/system", false), ("", false),
  ])
  func onlyAHostWithoutANetworkBetweenIsRead(uri: String, isLocal: Bool) {
    #expect(HostFiles.isLocal(uri) == isLocal)
    #expect(HostFiles.isSameHost("web.example.org", as: "web"))
    #expect(!HostFiles.isSameHost("web.example.org", as: "web2"))
    #expect(!HostFiles.isSameHost("", as: ""))
  }
}
