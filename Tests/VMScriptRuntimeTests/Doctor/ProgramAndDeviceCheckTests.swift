import Testing
import VMScript

@testable import VMScriptPlan
@testable import VMScriptRuntime

@Suite struct ProgramCheckTests {
  private static let scripts: [(HostProgram, String)] = [
    (.dnsmasq, "net lab { subnet = 10.0.0.0/24 }"),
    (.imageTool, "domain web { disk { size = 1GiB } }"),
    (.customization, "domain web { disk { size = 1GiB } customize { hostname = \"web\" } }"),
    (.signatures, "image debian { source = \"debian:12\" }"),
    (
      .swtpm,
      """
      domain web { xml "/domain/devices" {
        append = "<tpm model='tpm-crb'><backend type='emulator'/></tpm>"
      } }
      """
    ),
    (
      .virtiofsd,
      """
      domain web { xml "/domain/devices" {
        append = "<filesystem type='mount'><driver type='virtiofs'/></filesystem>"
      } }
      """
    ),
    (
      .passt,
      """
      domain web { xml "/domain/devices" {
        append = "<interface type='user'><backend type='passt'/></interface>"
      } }
      """
    ),
  ]

  @Test(arguments: scripts)
  func aProgramIsAnErrorOnlyIfDemanded(program: HostProgram, script: String) throws {
    func entries(_ demands: HostDemands) -> [DoctorReport.Entry] {
      DoctorFixture.entries(program.rawValue, demands) { $2.programs[program] = nil }
    }
    #expect(entries(DoctorFixture.general).map(\.standing) == [.absent])
    let found = entries(try DoctorFixture.demands(script))
    #expect(found.map(\.standing) == [.error])
    #expect(found.first?.text == "`\(program.rawValue)` is not installed")
    let package = program.row.packages.debian
    #expect(
      found.first?.diagnostic?.helps.first?.text.hasSuffix("`sudo apt install \(package)`") == true)
  }

  @Test func everyProgramIsDemandedBySomeScript() {
    #expect(Set(Self.scripts.map(\.0)) == Set(HostProgram.allCases))
  }

  @Test(arguments: [
    ("ID=debian\n", "sudo apt install dnsmasq-base"),
    ("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n", "sudo apt install dnsmasq-base"),
    ("ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n", "sudo dnf install dnsmasq"),
    ("ID=\"opensuse-leap\"\nID_LIKE=\"suse opensuse\"\n", "sudo zypper install dnsmasq"),
    ("ID=arch\n", "sudo pacman -S dnsmasq"), ("", "dnsmasq-base` on the host"),
  ])
  func theCommandFitsTheDistribution(release: String, command: String) {
    let found = DoctorFixture.entries("dnsmasq") { _, _, machine in
      machine.programs[.dnsmasq] = nil
      machine.distribution = Distribution(release: release)
    }
    #expect(found.first?.diagnostic?.helps.first?.text.contains(command) == true)
  }
}

@Suite struct DeviceCheckTests {
  private func demands(_ bus: String) throws -> HostDemands {
    try DoctorFixture.demands(
      """
      domain web { xml "/domain/devices" {
        append = "<hostdev type='pci'><source><address bus='\(bus)' slot='0' function='0'/></source></hostdev>"
      } }
      """)
  }

  @Test func aHostWithoutGroupsCannotPassDevicesThrough() throws {
    func entries(_ demands: HostDemands) -> [DoctorReport.Entry] {
      DoctorFixture.entries("IOMMU", demands) { $2.pci = PCIDevices() }
    }
    #expect(entries(DoctorFixture.general).map(\.standing) == [.absent])
    let found = entries(try demands("0x01"))
    #expect(found.map(\.standing) == [.error])
    #expect(found.first?.diagnostic?.notes == ["needed by the domain `web`"])
  }

  @Test func theDeviceMustBeAloneInItsGroup() throws {
    let neighbour = try #require(PCIAddress("0000:01:00.1"))
    let wanted = try demands("0x01")
    #expect(
      DoctorFixture.entries("IOMMU", wanted).map(\.text)
        == ["0000:01:00.0 is alone in its group 1"])
    let shared = DoctorFixture.entries("IOMMU", wanted) { _, _, machine in
      machine.pci.devices[neighbour] = PCIDevices.Device(group: 1)
    }
    #expect(shared.map(\.standing) == [.error])
    #expect(shared.first?.diagnostic?.notes.first == "they are 0000:01:00.1")
    let bridge = DoctorFixture.entries("IOMMU", wanted) { _, _, machine in
      machine.pci.devices[neighbour] = PCIDevices.Device(group: 1, isBridge: true)
    }
    #expect(bridge.map(\.standing) == [.ok])
  }

  @Test func theDeviceMustExistAndHaveAGroup() throws {
    #expect(
      DoctorFixture.entries("IOMMU", try demands("0x07")).map(\.text)
        == ["the host has no PCI device 0000:07:00.0"])
    let device = try #require(PCIAddress("0000:01:00.0"))
    let ungrouped = DoctorFixture.entries("IOMMU", try demands("1")) { _, _, machine in
      machine.pci.devices[device]?.group = nil
    }
    #expect(ungrouped.map(\.text) == ["the PCI device 0000:01:00.0 is in no IOMMU group"])
  }

  @Test(arguments: ["", "0000:01:00", "0000:01:00.0.0", "zz00:01:00.0", "01:00"])
  func anOddAddressIsRefused(text: String) { #expect(PCIAddress(text) == nil) }
}
