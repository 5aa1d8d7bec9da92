import Libvirt
import Testing
import VMScript
import VMScriptSyntax

@testable import VMScriptPlan
@testable import VMScriptRuntime

/// Errors of libvirt about a start, and the checks that explain them.
@Suite struct StartFailureTests {
  @Test(arguments: [
    (
      "Cannot access storage file '/pool/a.qcow2' (as uid:64055, gid:64055): Permission denied",
      "folders"
    ),
    ("internal error: Network is already in use by interface eth1", "subnets"),
    ("error creating bridge interface virbr0: File exists", "bridges"),
    ("network 'default' is not active", "network"),
    ("Cannot find 'dnsmasq' in path: No such file or directory", "dnsmasq"),
    ("Unable to find any firmware to satisfy 'efi'", "UEFI"),
    ("Unable to find 'swtpm' binary in $PATH", "swtpm"),
    ("Could not access KVM kernel module: Permission denied", "KVM access"),
    ("unsupported configuration: host doesn't support passthrough: IOMMU is off", "IOMMU"),
  ])
  func aMessageSelectsItsCheck(message: String, check: String) {
    #expect(StartFailure.checks(for: message).map(\.name).contains(check))
  }

  @Test func anyOtherMessageSelectsNone() {
    #expect(StartFailure.checks(for: "Input/output error (injected)").isEmpty)
    #expect(StartFailure.checks(for: "operation failed: domain 'web' already exists").isEmpty)
  }

  @Test func thePathsOfAMessageAreItsQuotedOnes() {
    #expect(
      StartFailure.paths(in: "file '/a/b.qcow2' of 'web': '/c d' /e 'relative'")
        == ["/a/b.qcow2", "/c d"])
    #expect(StartFailure.paths(in: "it's") == [])
  }

  @Test func theFindingsBecomeNotesAndHelps() throws {
    let error = try #require(throws: LibvirtError.self) {
      try Connection.open("qemu+unix:///system?socket=/nowhere/sock")
    }
    var demands = HostDemands(subject: "the start")
    demands.add(path: "/pool/a.qcow2")
    var facts = DoctorFixture.facts
    facts.machine?.folders["/pool/a.qcow2"] = [
      MachineFacts.Folder(path: "/pool", rights: DoctorFixture.rights(0o700))
    ]
    let checks = StartFailure.checks(for: "'/pool/a.qcow2': Permission denied")
    let findings = StartFailure.findings(of: checks, facts, demands)
    let failure = StartFailure(error: error, findings: findings)
    let diagnostic = HostMessages.diagnostic(failure, "starting `web`", at: nil)
    #expect(diagnostic.code.number == 703)
    #expect(diagnostic.message == "starting `web` failed")
    #expect(
      diagnostic.notes.dropFirst()
        == ["QEMU's user `libvirt-qemu` cannot enter the folder `/pool`"])
    #expect(diagnostic.helps.first?.text.contains("setfacl") == true)
    // A folder that the object does not need explains nothing.
    facts.machine?.folders["/pool/a.qcow2"] = nil
    facts.machine?.folders["/other"] = [
      MachineFacts.Folder(path: "/other", rights: DoctorFixture.rights(0o700))
    ]
    #expect(StartFailure.findings(of: checks, facts, demands).isEmpty)
  }

  @Test func workThatSucceedsOrFailsOtherwiseIsUnchanged() async throws {
    let value = try await StartFailure.explaining(.domain("test"), on: TestHost.pool) { 7 }
    #expect(value == 7)
    await #expect(throws: CancellationError.self) {
      try await StartFailure.explaining(.domain("test"), on: TestHost.pool) {
        throw CancellationError()
      }
    }
  }
}
