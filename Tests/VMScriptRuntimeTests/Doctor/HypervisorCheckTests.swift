import Testing
import VMScript

@testable import VMScriptPlan
@testable import VMScriptRuntime

@Suite struct HypervisorCheckTests {
  @Test func aHostThatLacksNothingHasNoFindings() throws {
    let report = DoctorReport(DoctorFixture.facts, DoctorFixture.general)
    #expect(report.entries.allSatisfy { $0.standing == .ok }, "\(report.document.json())")
    #expect(report.isFit)
    #expect(report.skipped == [])
    #expect(Set(report.entries.map(\.group)) == Set(DoctorCheck.Group.allCases.map(\.rawValue)))
  }

  @Test func everyCheckHasItsOwnName() {
    let names = DoctorCheck.all.map(\.name)
    #expect(Set(names).count == names.count)
  }

  @Test func aHostWithoutAConnectionIsCheckedAsFarAsItsFilesShow() {
    var facts = DoctorFixture.facts
    facts.libvirt = nil
    facts.refusal = HostMessages.noConnection("qemu:///system", CancellationErrorLike())
    facts.machine?.socket.obstacle = .absent
    let report = DoctorReport(facts, DoctorFixture.general)
    #expect(!report.isFit)
    let errors = report.entries.filter { $0.standing == .error }
    #expect(errors.map(\.check) == ["libvirt", "socket"])
    #expect(errors.map { $0.diagnostic?.code.number } == [701, 731])
    #expect(
      errors.last?.diagnostic?.helps.map(\.text) == [
        "start it: `sudo systemctl enable --now libvirtd`"
      ])
    #expect(report.skipped.contains("pool") && report.skipped.contains("network"))
    #expect(!report.isRemote)
    facts.machine?.daemons = []
    let bare = DoctorReport(facts, DoctorFixture.general).entries.filter { $0.check == "socket" }
    #expect(
      bare.first?.diagnostic?.helps.first?.text
        == "install the package: `sudo apt install libvirt-daemon-system`")
  }

  private struct CancellationErrorLike: Error {}

  @Test func aRemoteHostNamesTheChecksThatItMustRunItself() {
    var facts = DoctorFixture.facts
    facts.machine = nil
    let report = DoctorReport(facts, DoctorFixture.general)
    #expect(report.isRemote)
    #expect(report.isFit)
    #expect(report.skipped.contains("KVM access") && report.skipped.contains("folders"))
    #expect(report.entries.contains { $0.check == "acceleration" && $0.standing == .ok })
  }

  @Test(arguments: [
    (
      UInt32(1),
      "add the user to the group and log in again: `sudo usermod --append --groups daemon me`"
    ),
    (
      0,
      "set `unix_sock_group = \"libvirt\"` in /etc/libvirt/libvirtd.conf, and add the user to this group"
    ),
  ])
  func aSocketOfAnotherGroupIsNamed(group: UInt32, help: String) {
    let found = DoctorFixture.entries("socket", isConnected: false) { _, _, machine in
      machine.socket.obstacle = .forbidden
      machine.socket.rights = DoctorFixture.rights(0o770, group: group)
    }
    #expect(found.map(\.standing) == [.error])
    #expect(found.first?.text == "the user `me` may not use the socket `/run/libvirt/libvirt-sock`")
    #expect(found.first?.diagnostic?.helps.first?.text == help)
  }

  @Test func aSilentSocketIsNamed() {
    let found = DoctorFixture.entries("socket", isConnected: false) { _, _, machine in
      machine.socket.obstacle = .silent("Connection refused")
    }
    // A connection shows that libvirt uses another socket.
    #expect(DoctorFixture.entries("socket") { $2.socket.obstacle = .absent }.isEmpty)
    #expect(found.map(\.diagnostic?.notes) == [["Connection refused"]])
    #expect(
      found.first?.diagnostic?.helps.map(\.text)
        == ["restart libvirtd: `sudo systemctl restart libvirtd`"])
  }

  @Test func anOldLibvirtIsAWarning() {
    let found = DoctorFixture.entries("libvirt") { _, libvirt, _ in
      libvirt.version = HostVersion(8, 10)
    }
    #expect(found.map(\.standing) == [.warning])
    #expect(found.first?.text == "libvirt 8.10.0 is older than 9.0.0")
  }

  @Test func aMissingEmulatorIsAnError() throws {
    let bare = DoctorFixture.entries("emulator") { _, libvirt, _ in libvirt.types = [:] }
    #expect(bare.map(\.standing) == [.error])
    #expect(
      bare.first?.diagnostic?.helps.map(\.text)
        == ["install the package: `sudo apt install qemu-system-x86`"])
    let demands = try DoctorFixture.demands("domain a { arch = aarch64 }\ndomain b {}")
    let found = DoctorFixture.entries("emulator", demands)
    #expect(found.map(\.standing) == [.error, .ok])
    #expect(found.first?.diagnostic?.notes == ["needed by the domain `a`"])
  }

  @Test(arguments: [
    (KVMDevice.absent, "vmx", "sudo modprobe kvm_intel"),
    (.absent, "svm", "sudo modprobe kvm_amd"),
    (.absent, "", "firmware settings"), (.failing("Device or resource busy"), "vmx", "dmesg"),
  ])
  func anUnusableKVMIsNamed(device: KVMDevice, extensionName: String, help: String) throws {
    func entries(_ demands: HostDemands) -> [DoctorReport.Entry] {
      DoctorFixture.entries("KVM", demands) { _, _, machine in
        machine.kvm.device = device
        machine.kvm.extensionName = extensionName.isEmpty ? nil : extensionName
      }
    }
    let found = entries(DoctorFixture.general)
    #expect(found.map(\.standing) == [.warning])
    #expect(found.first?.diagnostic?.helps.first?.text.contains(help) == true)
    let demanding = try DoctorFixture.demands("domain web { hypervisor = kvm }")
    #expect(entries(demanding).map(\.standing) == [.error])
    #expect(entries(demanding).first?.diagnostic?.notes.last == "needed by the domain `web`")
  }

  @Test func aDeviceThatLibvirtdDoesNotSeeIsNamed() {
    let found = DoctorFixture.entries("KVM") { _, _, machine in
      machine.kvm.device = .absent
      machine.kvm.isHidden = true
    }
    #expect(found.map(\.text) == ["this machine has `/dev/kvm`, but libvirtd does not see it"])
  }

  @Test(arguments: [
    (UInt32(0o600), UInt32(0), "`sudo chmod 666 /dev/kvm`"),
    (0o660, 1, "`sudo usermod --append --groups daemon libvirt-qemu`"),
  ])
  func aDeviceThatGuestsCannotOpenIsNamed(mode: UInt32, group: UInt32, command: String) {
    let found = DoctorFixture.entries("KVM access") { _, _, machine in
      machine.kvm.rights = DoctorFixture.rights(mode, group: group)
    }
    #expect(found.map(\.standing) == [.warning])
    #expect(found.first?.text == "QEMU's user `libvirt-qemu` cannot open `/dev/kvm`")
    #expect(found.first?.diagnostic?.helps.first?.text == "give the user access: \(command)")
  }

  @Test func libvirtWithoutKVMIsNamedOnce() {
    let stale = DoctorFixture.entries("acceleration") { _, libvirt, _ in
      libvirt.types = ["x86_64": ["qemu"]]
    }
    #expect(stale.map(\.standing) == [.warning])
    #expect(stale.first?.diagnostic?.helps.first?.text.contains("systemctl restart") == true)
    let closed = DoctorFixture.entries("acceleration") { _, libvirt, machine in
      libvirt.types = ["x86_64": ["qemu"]]
      machine.kvm.device = .absent
    }
    #expect(closed.isEmpty)
  }

  @Test func missingFirmwareIsAnErrorOnlyIfDemanded() throws {
    func entries(_ demands: HostDemands) -> [DoctorReport.Entry] {
      DoctorFixture.entries("UEFI", demands) { _, libvirt, _ in
        libvirt.firmware = Dictionary(
          uniqueKeysWithValues: demands.guestKinds.map { ($0, .known(false)) })
      }
    }
    #expect(entries(DoctorFixture.general).map(\.standing) == [.absent])
    let found = entries(try DoctorFixture.demands("domain web { firmware = uefi }"))
    #expect(found.map(\.standing) == [.error])
    #expect(
      found.first?.diagnostic?.helps.map(\.text) == ["install the package: `sudo apt install ovmf`"]
    )
  }
}
