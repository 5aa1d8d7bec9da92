import Testing
import VMScript

@testable import VMScriptPlan
@testable import VMScriptRuntime

@Suite struct StorageCheckTests {
  @Test func aMissingPoolNamesTheCommands() throws {
    let found = DoctorFixture.entries("pool") { _, libvirt, _ in libvirt.pools = [] }
    #expect(found.map(\.standing) == [.error])
    #expect(
      found.first?.diagnostic?.helps.first?.text
        == "define it: `virsh --connect qemu:///system pool-define-as default dir --target /var/lib/libvirt/images`"
    )
    let session = DoctorFixture.entries("pool") { facts, libvirt, _ in
      facts.uri = "qemu:///session"
      libvirt.pools = []
    }
    #expect(
      session.first?.diagnostic?.helps.first?.text.contains("/.local/share/libvirt/images") == true)
    let named = DoctorFixture.entries(
      "pool", try DoctorFixture.demands("domain web { disk { size = 1GiB, pool = \"fast\" } }"))
    #expect(named.map(\.text) == ["there is no storage pool `fast`"])
    #expect(named.first?.diagnostic?.notes == ["needed by the domain `web`"])
  }

  @Test func anInactivePoolNamesItsStart() {
    let found = DoctorFixture.entries("pool") { _, libvirt, _ in
      libvirt.pools[0].isActive = false
    }
    #expect(found.map(\.text) == ["the storage pool `default` is not active"])
    #expect(
      found.first?.diagnostic?.helps.first?.text
        == "start it: `virsh --connect qemu:///system pool-start default`")
  }

  @Test func theOnlyActivePoolStandsForTheDefault() {
    let found = DoctorFixture.entries("pool") { _, libvirt, _ in libvirt.pools[0].name = "fast" }
    #expect(found.map(\.text) == ["`fast` is active at /var/lib/libvirt/images"])
  }

  @Test func aFullPoolIsAnErrorAndAnOvercommittedOneAWarning() throws {
    func entries(_ demands: HostDemands, available: Int64) -> [DoctorReport.Entry] {
      DoctorFixture.entries("free space", demands) { _, libvirt, _ in
        libvirt.pools[0].available = available
      }
    }
    #expect(entries(DoctorFixture.general, available: 1 << 20).map(\.standing) == [.error])
    let two = try DoctorFixture.demands(
      "for i in 1...2 { domain \"m\\(i)\" { disk { size = 3GiB } } }")
    #expect(entries(two, available: 6 << 30).map(\.standing) == [.ok])
    let over = entries(two, available: (6 << 30) - 1)
    #expect(over.map(\.standing) == [.warning])
    #expect(over.first?.diagnostic?.notes == ["they can take 6GiB, and 5.9GiB are free"])
  }

  @Test func hugeDisksDoNotOverflow() throws {
    let huge = try DoctorFixture.demands(
      "for i in 1...3 { domain \"m\\(i)\" { disk { size = 4EiB, format = raw } } }")
    #expect(DoctorFixture.entries("free space", huge).map(\.standing) == [.warning])
  }

  @Test func theFirstClosedFolderIsNamed() {
    let found = DoctorFixture.entries("folders") { _, _, machine in
      machine.folders["/var/lib/libvirt/images"]?[1].rights = DoctorFixture.rights(0o700)
    }
    #expect(found.map(\.standing) == [.error])
    #expect(
      found.first?.text == "QEMU's user `libvirt-qemu` cannot enter the folder `/var`")
    #expect(found.first?.diagnostic?.notes.last == "it is on the way to `/var/lib/libvirt/images`")
    #expect(
      found.first?.diagnostic?.helps.map(\.text) == [
        "let only this user enter: `sudo setfacl --modify user:libvirt-qemu:x /var`",
        "or let everyone enter: `sudo chmod o+x /var`",
      ])
  }

  @Test(arguments: [
    (UInt32(64055), UInt32(0), "let the owner enter: `sudo chmod u+x /var`"),
    (0, 108, "let the group enter: `sudo chmod g+x /var`"),
  ])
  func theCommandFitsTheClassOfTheUser(owner: UInt32, group: UInt32, help: String) {
    let found = DoctorFixture.entries("folders") { _, _, machine in
      machine.folders["/var/lib/libvirt/images"]?[1].rights = DoctorFixture.rights(
        0o600, group: group, owner: owner)
    }
    #expect(found.first?.diagnostic?.helps.map(\.text) == [help])
  }

  @Test func aFolderThatNothingNeedsIsAWarning() throws {
    let found = DoctorFixture.entries(
      "folders", try DoctorFixture.demands("net lab { subnet = 10.0.0.0/24 }")
    ) { _, _, machine in
      machine.folders["/var/lib/libvirt/images"]?[2].rights = DoctorFixture.rights(0o700)
    }
    #expect(found.map(\.standing) == [.warning])
  }

  @Test func aFolderWithoutTheLabelOfImagesIsAWarning() {
    func entries(_ label: String) -> [DoctorReport.Entry] {
      DoctorFixture.entries("SELinux") { _, _, machine in
        machine.isEnforcingSELinux = true
        machine.folders["/var/lib/libvirt/images"]?[2].label = label
      }
    }
    #expect(entries("system_u:object_r:virt_image_t:s0").map(\.standing) == [.ok])
    let found = entries("unconfined_u:object_r:user_home_t:s0")
    #expect(found.map(\.standing) == [.warning])
    #expect(
      found.first?.diagnostic?.helps.last?.text
        == "apply it: `sudo restorecon -R /var/lib/libvirt/images`")
    #expect(DoctorFixture.entries("SELinux").isEmpty)
  }

  @Test func confinementIsAFactAndKeepsAnOldLibvirtFromPasst() throws {
    #expect(DoctorFixture.entries("confinement").map(\.text) == ["apparmor confines guests"])
    let idle = DoctorFixture.entries("confinement") { _, libvirt, machine in
      libvirt.confinements = ["none", "dac"]
      machine.hasAppArmor = true
    }
    #expect(idle.map(\.text) == ["libvirt does not confine guests, although the kernel could"])
    var demands = HostDemands(subject: "the script")
    demands.add(.program(.passt), of: "the domain `web`")
    #expect(DoctorFixture.entries("confinement", demands).map(\.standing) == [.error])
  }
}
