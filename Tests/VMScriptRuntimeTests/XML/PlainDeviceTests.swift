import TestSupport
import Testing
import VMScript

@testable import VMScriptPlan

/// Devices that are found by their position or by some of their properties.
@Suite struct PlainDeviceTests {
  private var context: XMLContext {
    XMLContext(stack: "lab", uuid: "6bc87c1e-71c1-5d2c-a2a2-000000000001")
  }

  private func domain(_ body: String) throws -> Declaration {
    try #require(Script.declarations("domain web { \(body) }").last)
  }

  private func xml(_ body: String, onto base: String? = nil) throws -> String {
    try DomainXML.render(
      domain(body), context: context, onto: base.map { try Document($0, root: "domain") })
  }

  private func paths(_ body: String, on base: String) throws -> [String] {
    try DomainXML.differences(domain(body), context: context, live: base).map(\.path)
  }

  private func devices(_ xml: String, _ name: String) throws -> [XMLElement] {
    try XMLElement.parse(xml, root: "domain").first("devices")?.all(name) ?? []
  }

  @Test func devicesOfOneKindAreTakenByPosition() throws {
    let two = try xml("serial { }, serial { log = '/a' }")
    #expect(try devices(two, "serial").map { $0.text(at: "log/@file") } == [nil, "/a"])
    let changed = "serial { }, serial { log = '/b' }"
    #expect(try paths(changed, on: two) == ["serial 2 log"])
    #expect(try paths("serial { }", on: two) == ["serial 2 device"])
    #expect(try devices(xml("serial { }", onto: two), "serial").count == 1)
  }

  @Test func devicesAreFoundByWhatIdentifiesThem() throws {
    let one = try xml("pci '0000:01:00.0', pci '0000:02:00.0' { rom_bar = false }")
    let hostdevs = try devices(one, "hostdev")
    #expect(hostdevs.map { $0.text(at: "source/address/@bus") } == ["0x01", "0x02"])
    #expect(hostdevs.allSatisfy { $0["managed"] == "yes" })
    #expect(
      try paths("pci '02:00.0' { rom_bar = true }", on: one)
        == ["pci 0000:01:00.0 device", "pci 02:00.0 rom_bar"])
  }

  @Test func aDeviceThatLibvirtAddedIsNotTakenForAnother() throws {
    let base = """
      <domain type='qemu'><name>web</name><devices>
      <watchdog model='itco' action='reset'/></devices></domain>
      """
    let watchdogs = try devices(xml("watchdog { action = pause }", onto: base), "watchdog")
    #expect(watchdogs.map { $0["model"] } == ["itco", "i6300esb"])
    #expect(watchdogs.map { $0["action"] } == ["reset", "pause"])
  }

  @Test func whatIsFalseIsRemoved() throws {
    let base = try xml("tpm = true, rng = true, panic = isa")
    #expect(try devices(base, "tpm").first?.text(at: "backend/@type") == "emulator")
    #expect(try devices(base, "rng").first?.text(at: "backend") == "/dev/urandom")
    #expect(try paths("tpm = false, rng = true, panic = isa", on: base) == ["tpm device"])
    let without = try xml("tpm = false, rng = false, panic = isa", onto: base)
    #expect(try devices(without, "tpm").isEmpty && devices(without, "rng").isEmpty)
    #expect(try paths("tpm = false, rng = false, panic = isa", on: without) == [])
  }

  @Test func defaultsAreOfNewDevicesAlone() throws {
    let base = """
      <domain type='qemu'><name>web</name><devices>
      <rng model='virtio-transitional'><backend model='builtin'/></rng></devices></domain>
      """
    #expect(try paths("rng = true", on: base) == [])
    let rng = try #require(try devices(xml("rng = true", onto: base), "rng").first)
    #expect(rng.text(at: "backend/@model") == "builtin" && rng["model"] == "virtio-transitional")
    let builtin = try #require(try devices(xml("rng { builtin = true }"), "rng").first)
    #expect(builtin.text(at: "backend/@model") == "builtin" && builtin.text(at: "backend") == "")
    let socket = try #require(try devices(xml("vsock { cid = 7 }"), "vsock").first)
    #expect(socket.text(at: "cid/@auto") == nil && socket.text(at: "cid/@address") == "7")
  }

  @Test func aShareLetsItsServerMapTheMemory() throws {
    let root = try XMLElement.parse(xml("share '/srv' as data"), root: "domain")
    #expect(root.text(at: "memoryBacking/source/@type") == "memfd")
    #expect(root.text(at: "memoryBacking/access/@mode") == "shared")
    let plain = try XMLElement.parse(xml("share '/srv' as data { driver = '9p' }"), root: "domain")
    #expect(plain.first("memoryBacking") == nil)
    let own = try XMLElement.parse(
      xml("memory { max = 1GiB, source = file, access = private }, share '/srv' as data"),
      root: "domain")
    #expect(own.text(at: "memoryBacking/source/@type") == "file")
    #expect(own.text(at: "memoryBacking/access/@mode") == "private")
  }

  @Test func recordsOfEarlierVersionsStillHold() throws {
    let recorded = try xml("watchdog { action = pause }")
      .replacing("at='i6300esb'", with: "at=''")
    #expect(recorded.contains("at=''"))
    #expect(try paths("watchdog { action = pause }", on: recorded) == [])
    #expect(try devices(xml("watchdog { action = pause }", onto: recorded), "watchdog").count == 1)
  }

  @Test(
    arguments: [
      (["a", ""], 0), (["", "b|c"], 0), ([], 2), (["#3"], 1), ([], 0), (["a#b", "%7C"], 0),
    ] as [([String], Int)])
  func identitiesAreReadAsTheyWereRecorded(parts: [String], position: Int) {
    let identity = PlainIdentity(parts: parts, position: position)
    let read = PlainIdentity(recorded: identity.text)
    #expect(read.position == position)
    // An identity of nothing is recorded as before.
    #expect(read.parts == (parts.allSatisfy(\.isEmpty) ? [""] : parts))
  }
}
