import TestSupport
import Testing
import VMScript
import VMScriptSyntax

@testable import VMScriptPlan
@testable import VMScriptRuntime

@Suite struct HostDemandsTests {
  @Test func aScriptDemandsWhatItDeclares() throws {
    let demands = try DoctorFixture.demands(
      """
      image base { source = "volume:fast/base.qcow2" }
      net lab { subnet = 10.10.0.0/24 }
      domain web { disk { image = base, size = 2GiB } nic { net = lab } nic { net = "default" } }
      """)
    #expect(
      Set(demands.demands) == [
        .pool("fast"), .firewall, .program(.dnsmasq), .emulator(GuestKind()),
        .network("default"), .pool(nil), .program(.imageTool),
      ])
    #expect(demands.growth == [nil: 2 << 30])
    #expect(demands.networks.map(\.name) == ["lab"])
    #expect(demands.paths.isEmpty)
  }

  @Test func anOptionMayDemandKVM() throws {
    let program = try Script.program("domain web {}\ndomain slow { hypervisor = qemu }")
    let set = try program.evaluate().get().declarations
    let demands = try HostDemands(set, sources: program.sources, hypervisor: "kvm")
    #expect(demands.note(.kvm) == ["needed by the domain `web`"])
    #expect(!(try HostDemands(set, sources: program.sources).has(.kvm)))
  }

  @Test func theNoteNamesTheFirstResources() throws {
    let demands = try DoctorFixture.demands(
      "for i in 1...5 { domain \"m\\(i)\" { disk { size = 1GiB } } }")
    #expect(
      demands.note(.pool(nil))
        == ["needed by the domain `m1`, the domain `m2`, the domain `m3` and 2 more"])
    #expect(DoctorFixture.general.note(.pool(nil)) == [])
  }

  @Test func aScriptWithoutResourcesDemandsNothing() throws {
    let demands = try DoctorFixture.demands("output x = 1")
    #expect(demands.demands.isEmpty)
    #expect(demands.guestKinds == [GuestKind()])
  }

  @Test func localFilesAreUploadedAndOthersAreUsedInPlace() throws {
    let scratch = try ScratchFolder()
    let file = try scratch.write("disk.img", [1, 2, 3])
    let demands = try DoctorFixture.demands(
      """
      image own { source = "\(file)" }
      image its { source = "/srv/iso/debian.iso" }
      domain web { cdrom { source = "/srv/iso/other.iso" } }
      """)
    #expect(demands.uploads == [file])
    #expect(demands.paths == ["/srv/iso/debian.iso", "/srv/iso/other.iso"])
  }

  @Test func aPatchThatDoesNotFitIsAnErrorOfTheScript() async throws {
    let program = try Script.program(
      "domain web { xml \"/domain/nowhere\" { append = \"<a/>\" } }")
    let report = try await Doctor.examine(
      program, evaluation: EvaluationOptions(), uri: "test:///default")
    #expect(report.diagnostics.contains { $0.severity == .error })
    #expect(report.entries.isEmpty)
  }

  @Test func aScriptWithErrorsIsNotExamined() async throws {
    let program = try Script.program("check false, \"never\"")
    let report = try await Doctor.examine(
      program, evaluation: EvaluationOptions(), uri: "test:///default")
    #expect(report.entries.isEmpty)
    #expect(!report.diagnostics.isEmpty)
  }

  @Test func theTestDriverHasOnlyChecksThatApplyToIt() async throws {
    try await TestHost.keep()
    let report = try await Doctor.examine(uri: "test:///default")
    #expect(report.entries.map(\.check) == ["libvirt", "pool", "network"])
    #expect(report.isFit)
    #expect(report.skipped == [])
    #expect(!report.isRemote)
  }

  @Test func aHostThatCannotBeReachedIsAFinding() async throws {
    let report = try await Doctor.examine(uri: "qemu+unix:///system?socket=/nowhere/sock")
    #expect(!report.isFit)
    let errors = report.entries.filter { $0.standing == .error }
    #expect(errors.map(\.check) == ["libvirt", "socket"])
    #expect(errors.last?.text == "there is no socket `/nowhere/sock`")
    let remote = try await Doctor.examine(uri: "qemu+tcp://127.0.0.1:1/system")
    #expect(remote.entries.map(\.check) == ["libvirt"])
  }
}
