import Testing
import VMScript

@testable import VMScriptPlan
@testable import VMScriptRuntime

/// Changes of a definition that a machine or a network applies at its next start.
@Suite struct PendingChangesTests {
  private static let drive =
    "<disk type='file' device='disk'><source file='/a.qcow2'/><target dev='vda' bus='virtio'/></disk>"

  private func document(_ body: String, memory: Int = 131_072) -> String {
    """
    <domain type='qemu'><name>web</name><memory unit='KiB'>\(memory)</memory>
    <currentMemory unit='KiB'>\(memory)</currentMemory>\(body)</domain>
    """
  }

  private func pending(_ running: String, _ definition: String) throws -> [String] {
    try PendingChanges.domain(definition: definition, running: running).map { row in
      "\(row.path) \(row.from?.literal ?? "none") → \(row.to?.literal ?? "none")"
    }
  }

  @Test func aSavedMachineWaitsToo() throws {
    let live = try LiveDomain(
      name: "web", uuid: "", state: .stopped, xml: document("", memory: 262_144),
      hasSavedState: true, saved: document(""))
    #expect(live.pendingChanges().map(\.path) == ["memory"])
    let off = try LiveDomain(
      name: "web", uuid: "", state: .stopped, xml: document("", memory: 262_144))
    #expect(off.pendingChanges().isEmpty)
  }

  @Test func memoryIsReportedOnce() throws {
    #expect(
      try pending(document(""), document("", memory: 262_144)) == ["memory 128MiB → 256MiB"])
  }

  @Test func memoryThatAGuestMayGiveBackIsNotWaitedFor() throws {
    func memory(_ current: Int, of maximum: Int) -> String {
      "<domain><memory>\(maximum)</memory><currentMemory>\(current)</currentMemory></domain>"
    }
    #expect(try pending(memory(4096, of: 4096), memory(1024, of: 4096)) == [])
    #expect(
      try pending(memory(1024, of: 4096), memory(2048, of: 4096)) == ["memory current 1MiB → 2MiB"])
    #expect(
      try pending(memory(4096, of: 4096), memory(1024, of: 8192)) == [
        "memory 4MiB → 8MiB", "memory current 4MiB → 1MiB",
      ])
  }

  @Test func additionsOfLibvirtAreNoDifference() throws {
    let definition = document(
      """
      <vcpu>1</vcpu><os><type machine='pc-q35-7.2'>hvm</type></os><cpu mode='host-model'/>
      <devices>\(Self.drive)<interface type='network'><mac address='52:54:00:00:00:01'/>
      <source network='lan'/></interface><graphics type='vnc' port='-1' autoport='yes'/>
      <serial type='pty'><target port='0'/></serial><controller type='usb' index='0'/>
      <channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
      <hostdev mode='subsystem'><source><address bus='0'/></source></hostdev></devices>
      """)
    let running = document(
      """
      <vcpu current='1'>1</vcpu><resource><partition>/machine</partition></resource>
      <os><type machine='pc-q35-7.2'>hvm</type></os>
      <cpu mode='custom'><model>Skylake</model></cpu><devices>
      <disk type='file' device='disk'><source file='/a.qcow2' index='1'/><backingStore/>
      <target dev='vda' bus='virtio'/><alias name='virtio-disk0'/></disk>
      <interface type='direct'><mac address='52:54:00:00:00:01'/>
      <source network='lan' dev='eth0' mode='bridge'/><target dev='macvtap0'/>
      <mtu size='1400'/></interface>
      <graphics type='vnc' port='5900' autoport='yes'/>
      <serial type='pty'><source path='/dev/pts/1'/><target port='0'/></serial>
      <controller type='usb' index='0'/><controller type='pci' index='9'/>
      <channel type='unix'><source mode='bind' path='/x'/>
      <target type='virtio' name='org.qemu.guest_agent.0' state='connected'/></channel>
      <hostdev mode='subsystem'><source><address bus='0'/></source><alias name='h'/></hostdev>
      </devices><seclabel type='none'/>
      """)
    #expect(try pending(running, definition) == [])
  }

  @Test func missingDevicesAreReported() throws {
    let other = Self.drive.replacing("vda", with: "vdb").replacing("/a.", with: "/b.")
    let nic = "<interface type='network'><mac address='52:54:00:00:00:01'/></interface>"
    let one = document("<devices>\(Self.drive)</devices>")
    let many = document(
      "<devices>\(Self.drive)\(other)\(nic)<watchdog model='i6300esb'/><vsock/></devices>")
    #expect(
      try pending(one, many) == [
        "disk vdb device none → \"/b.qcow2\"",
        "nic 52:54:00:00:00:01 device none → \"present\"",
        "watchdog device none → \"present\"", "vsock device none → \"present\"",
      ])
    #expect(
      try pending(many, one).map { $0.hasSuffix("→ none") } == [true, true, true, true])
  }

  @Test func blocksInDevicesAreCompared() throws {
    func machine(_ tune: String, _ limits: String) -> String {
      let drive = Self.drive.replacing("</disk>", with: "\(tune)</disk>")
      return document(
        "<devices>\(drive)<interface type='network'><mac address='52:54:00:00:00:01'/>\(limits)"
          + "</interface></devices>")
    }
    func tune(_ bytes: Int) -> String {
      "<iotune><total_bytes_sec>\(bytes)</total_bytes_sec></iotune>"
    }
    #expect(
      try pending(machine(tune(1024), ""), machine(tune(2048), "")) == [
        "disk vda iotune total_bytes_sec 1KiB → 2KiB"
      ])
    // A running interface shows the limits of its network too.
    let limits = "<bandwidth><inbound average='5'/></bandwidth>"
    #expect(try pending(machine("", limits), machine("", "")) == [])
  }

  @Test func aProcessorThatIsExpandedIsNoDifference() throws {
    let definition = document("<cpu mode='custom' check='none'><model>qemu64</model></cpu>")
    let running = document(
      """
      <cpu mode='custom' match='exact' check='full'><model fallback='forbid'>qemu64</model>
      <vendor>AMD</vendor><feature policy='require' name='hypervisor'/></cpu>
      """)
    #expect(try pending(running, definition) == [])
  }

  @Test func devicesInAnotherOrderAreNoDifference() throws {
    let controllers = [
      "<controller type='usb' index='0' model='piix3-uhci'/>",
      "<controller type='sata' index='0'/>", "<controller type='sata' index='1'/>",
    ]
    let devices = controllers.joined()
    let others = controllers.reversed().joined()
    #expect(
      try pending(
        document("<devices>\(others)</devices>"), document("<devices>\(devices)</devices>"))
        == [])
  }

  @Test func elementsWithoutAPropertyAreComparedToo() throws {
    let found = try pending(
      document("<blkiotune><weight>100</weight></blkiotune>"),
      document("<blkiotune><weight>200</weight></blkiotune>"))
    #expect(found.count == 1 && found[0].hasPrefix("xml blkiotune "), "\(found)")
  }

  /// Every row of the schema that a domain's own document holds.
  @Test func everyRowOfADomainIsCompared() throws {
    let schema = Schema.resource(.domain)
    let rows =
      schema.properties + ["cpus", "memory"].flatMap { schema.block($0)?.properties ?? [] }
    var count = 0
    for row in rows {
      // A running machine has its processor's features expanded.
      let isExpanded = ["cpu/@", "cpu/model", "cpu/vendor", "cpu/feature"].contains { prefix in
        row.xml?.path.hasPrefix(prefix) ?? false
      }
      guard let place = row.xml, !isExpanded else { continue }
      let definition = try XMLElement.parse(document("<devices/>"), root: "domain")
      let texts: [String] =
        switch place.codec {
        case .presence: ["true"]
        case .words(let words): [words.values.first { !$0.isEmpty } ?? ""]
        case .size: ["262144"]
        case .flag(let on, _): [on]
        case .entries: [XMLNotation.entry("a", "b")]
        case .firmware: ["uefi"]
        default: ["7"]
        }
      place.write(texts, in: definition)
      let found = try PendingChanges.domain(
        definition: definition.xmlString, running: document("<devices/>"))
      #expect(
        found.contains { $0.name == row.name || $0.path == "memory" || $0.path == "cpus" },
        "\(row.name): \(found)")
      count += 1
    }
    #expect(count > 20)
  }

  @Test func aNetworkIsComparedWholeToo() throws {
    func network(_ address: String, _ extra: String = "") -> String {
      """
      <network><name>lan</name><bridge name='virbr1'/>\(extra)
      <ip address='\(address)' netmask='255.255.255.0'/></network>
      """
    }
    func pending(_ running: String, _ definition: String) throws -> [String] {
      try PendingChanges.network(definition: definition, running: running).map { row in
        "\(row.path) \(row.from?.literal ?? "none") → \(row.to?.literal ?? "none")"
      }
    }
    #expect(try pending(network("10.0.0.1"), network("10.0.0.1")) == [])
    #expect(
      try pending(network("10.0.0.1"), network("10.1.0.1", "<mtu size='1400'/>")) == [
        "subnet 10.0.0.0/24 → 10.1.0.0/24", "mtu none → 1400",
      ])
    #expect(
      try pending(network("10.0.0.1"), network("10.0.0.9")) == [
        "gateway \"10.0.0.1\" → \"10.0.0.9\""
      ])
  }
}
