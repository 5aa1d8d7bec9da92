import Foundation
import TestSupport
import Testing
import VMScript
import VMScriptSyntax

@testable import VMScriptPlan
@testable import VMScriptRuntime

@Suite struct FileRightsTests {
  private let user = Account(name: "u", user: 10, groups: [20, 21])

  @Test(arguments: [
    (UInt32(0o700), UInt32(10), UInt32(1), true), (0o077, 10, 20, false), (0o070, 1, 21, true),
    (0o707, 1, 21, false), (0o007, 1, 1, true), (0o770, 1, 1, false),
  ])
  func theFirstClassThatAppliesDecides(
    mode: UInt32, owner: UInt32, group: UInt32, isAllowed: Bool
  ) {
    let rights = FileRights(owner: owner, group: group, mode: mode)
    #expect(rights.allow([.read, .enter], to: user) == isAllowed)
    #expect(rights.allow(.enter, to: Account(name: "root", user: 0, groups: [0])))
  }

  @Test func anEntryOfTheAccessListGrantsWhatTheModeDenies() {
    var rights = FileRights(owner: 1, group: 1, mode: 0o710)
    rights.entries = [
      .init(kind: .owner, access: [.read, .write, .enter], number: 0),
      .init(kind: .user, access: .enter, number: 10),
      .init(kind: .owningGroup, access: [], number: 0),
      .init(kind: .mask, access: [.read, .enter], number: 0),
      .init(kind: .other, access: [], number: 0),
    ]
    #expect(rights.allow(.enter, to: user))
    #expect(!rights.allow(.read, to: user))
    rights.entries[3] = .init(kind: .mask, access: .read, number: 0)
    #expect(!rights.allow(.enter, to: user))
    rights.entries[1] = .init(kind: .group, access: .read, number: 21)
    #expect(rights.allow(.read, to: user))
    #expect(!rights.allow(.enter, to: Account(name: "v", user: 11, groups: [22])))
  }

  @Test func theKernelsFormIsParsed() {
    let bytes: [UInt8] = [
      2, 0, 0, 0, 1, 0, 7, 0, 255, 255, 255, 255, 2, 0, 1, 0, 0x39, 0xFA, 0, 0,
    ]
    #expect(
      FileRights.entries(bytes) == [
        .init(kind: .owner, access: [.read, .write, .enter], number: .max),
        .init(kind: .user, access: .enter, number: 64057),
      ])
    for odd in [[], [2, 0, 0, 0], [3] + bytes.dropFirst(), [2, 0, 0, 0, 1]] as [[UInt8]] {
      #expect(FileRights.entries(odd).isEmpty)
    }
  }

  @Test func aFileOfThisMachineIsRead() throws {
    let scratch = try ScratchFolder()
    let path = try scratch.write("file", [1])
    try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
    let rights = try #require(FileRights(at: path))
    #expect(rights.permissions == "0640")
    #expect(rights.owner == geteuid())
    #expect(!rights.isFolder)
    #expect(FileRights(at: path + "/none") == nil)
  }
}

@Suite struct MachineFactsTests {
  @Test func theUserOfGuestsComesFromTheConfiguration() {
    let configuration = EmulatorConfiguration(
      "#user = \"commented\"\n  user = \"nobody\"\ngroup=\"+7\"\nuser_and_more = \"x\"\n")
    #expect(configuration.user == "nobody")
    #expect(configuration.group == "+7")
    #expect(configuration.account.name == "nobody")
    #expect(configuration.account.groups.first == 7)
    #expect(EmulatorConfiguration("user = \"\"\n").user == nil)
    #expect(EmulatorConfiguration("user = \"+0\"").account.user == 0)
    #expect(EmulatorConfiguration("user = \"no-such-user-here\"").account.name == "root")
  }

  @Test func accountsHaveTheNamesOfTheSystem() {
    #expect(Account(named: "root")?.user == 0)
    #expect(Account(named: "+123")?.groups == [123])
    #expect(Account(named: "no-such-user-here") == nil)
    #expect(Account.name(ofUser: 0) == "root")
    #expect(Account.name(ofGroup: 0) == "root")
    #expect(Account.name(ofUser: 4_000_000_000) == "+4000000000")
    #expect(Account.current.user == geteuid())
  }

  @Test func routesAreReadFromTheKernelsTables() {
    let heading = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT"
    let routes = NetworkTables.routes([
      heading, "eth0\t00000000\t0101A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0",
      "virbr0\t007AA8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0", "odd", "eth0\tzz",
    ])
    #expect(
      routes.map { "\($0.interface) \($0.destination)" } == ["virbr0 192.168.122.0/24"])
    let zero = String(repeating: "0", count: 32)
    func line(_ address: String, _ prefix: String, _ interface: String) -> String {
      "\(address) \(prefix) \(zero) 00 \(zero) 00000100 00000001 00000000 00000001 \(interface)"
    }
    let network = "fd000010" + String(repeating: "0", count: 24)
    let ipv6 = NetworkTables.ipv6Routes([
      line(network, "40", "virbr5"), line(zero, "00", "eth0"), line(network, "80", "eth0"),
      line("fe80" + String(repeating: "0", count: 28), "40", "eth0"), line(network, "40", "lo"),
      "odd",
    ])
    #expect(ipv6.map { "\($0.interface) \($0.destination)" } == ["virbr5 fd00:10::/64"])
    #expect(
      NetworkTables.interfaces(["Inter-| Receive", " face |bytes", "    lo: 0 0", "eth0:1 2"])
        == ["lo", "eth0"])
  }

  @Test func foldersAreFollowedThroughSymbolicLinks() throws {
    let scratch = try ScratchFolder()
    let root = scratch.url.resolvingSymlinksInPath().path
    let files = FileManager.default
    try files.createDirectory(atPath: root + "/real/pool", withIntermediateDirectories: true)
    try files.createSymbolicLink(atPath: root + "/link", withDestinationPath: "real")
    try files.createSymbolicLink(atPath: root + "/loop", withDestinationPath: "loop")
    #expect(files.createFile(atPath: root + "/real/pool/disk", contents: nil))
    func folders(_ path: String) -> [String] {
      DaemonView(root: root).folders(to: path).map(\.path)
    }
    #expect(folders("/link/pool/disk") == ["/", "/real", "/real/pool"])
    #expect(folders("/real/../link/./pool") == ["/", "/real", "/real/pool"])
    #expect(folders("/loop/x") == ["/"])
    #expect(folders("/none/deeper") == ["/", "/none"])
    // An absolute link leads to libvirtd's own files.
    try files.createSymbolicLink(atPath: root + "/tool", withDestinationPath: "/real/tool")
    let view = DaemonView(root: root, searchPath: ["/empty", ""])
    #expect(view.program("tool") == nil)
    #expect(
      files.createFile(
        atPath: root + "/real/tool", contents: nil, attributes: [.posixPermissions: 0o755]))
    #expect(view.program("tool") == "/tool")
  }

  @Test(arguments: [
    ("qemu:///system", "/run/libvirt/"), ("qemu+unix:///system?socket=/x/sock", "/x/sock"),
    ("qemu:///session", "/run/user/7/libvirt/"),
  ])
  func theSocketFollowsFromTheURI(uri: String, path: String) {
    let found = DaemonSocket.path(uri, environment: ["XDG_RUNTIME_DIR": "/run/user/7"])
    #expect(found.hasPrefix(path))
  }

  @Test func theDeviceOfThisMachineIsProbed() throws {
    let scratch = try ScratchFolder()
    #expect(KVMDevice.probe(at: scratch.url.path + "/none") == .absent)
    guard case .failing = KVMDevice.probe(at: "/dev/null") else {
      Issue.record("the null device is no KVM")
      return
    }
  }

  @Test func theFactsOfThisMachineAreRead() {
    let facts = MachineFactsReader(facts: DoctorFixture.facts, demands: DoctorFixture.general)
      .read()
    #expect(facts.interfaces.contains("lo"))
    #expect(facts.user.user == geteuid())
    #expect(facts.folders["/var/lib/libvirt/images"]?.first?.path == "/")
    #expect(facts.folders["/var/lib/libvirt/images"]?.first?.rights?.isFolder == true)
  }

  @Test func aSizeIsRoundedForPeople() {
    #expect(ReadableSize.text(5) == "0KiB")
    #expect(ReadableSize.text(1 << 20) == "1MiB")
    #expect(ReadableSize.text((3 << 30) + (1 << 29)) == "3.5GiB")
    #expect(ReadableSize.text(.max) == "8388607.9TiB")
  }
}
