import Testing
import VMScript
import VMScriptSyntax
import VMScriptTerminal

@testable import VMScriptRuntime

@Suite struct DoctorDisplayTests {
  private func report(_ findings: [DoctorFinding], isRemote: Bool = false) -> DoctorReport {
    let check = DoctorCheck(
      name: "pool", group: .storage, judgement: .connection { _, _ in findings })
    let other = DoctorCheck(
      name: "free space", group: .storage, judgement: .machine { _, _, _ in [] })
    var facts = HostFacts(uri: "qemu:///system")
    facts.libvirt = HostFacts.Libvirt(version: HostVersion(9, 0))
    if !isRemote {
      facts.machine = MachineFacts(
        user: .current, emulatorUser: Account(name: "root", user: 0, groups: [0]))
    }
    return DoctorReport(facts, .general(isSession: false), checks: [check, other])
  }

  private func problem(_ severity: Severity) -> Diagnostic {
    Diagnostic(
      severity, code: DiagnosticCode(737), "no pool \u{1B}[31m", notes: ["a note"],
      helps: [.init("run `it`")])
  }

  private func lines(_ report: DoctorReport) -> [String] {
    DoctorDisplay(color: false).lines(report)
  }

  @Test func findingsHaveAMarkAndTheirRemedies() {
    #expect(
      lines(report([.fine("there"), .problem(problem(.error)), .problem(problem(.warning))])) == [
        "storage", "  ✓ pool  there", "  ✗ pool  no pool \\u{1B}[31m  [VM0737]",
        "          note: a note", "          help: run `it`",
        "  ! pool  no pool \\u{1B}[31m  [VM0737]", "          note: a note",
        "          help: run `it`", "", "qemu:///system: 1 error, 1 warning",
      ])
  }

  @Test func anAbsentProgramHasOnlyItsRemedy() {
    #expect(
      lines(report([.absent("not there", problem(.warning))])) == [
        "storage", "  - pool  not there", "          help: run `it`", "",
        "qemu:///system: nothing is missing",
      ])
  }

  @Test func aRemoteHostNamesTheChecksThatAreLeft() {
    #expect(
      lines(report([.fine("there")], isRemote: true)).suffix(3) == [
        "checks that must run on the host: free space", "run `vmscript doctor` on that host",
        "qemu:///system: nothing is missing",
      ])
  }

  @Test func onlyTheMarksAndHeadingsAreColoured() {
    let lines = DoctorDisplay(color: true).lines(report([.fine("there")]))
    #expect(lines.prefix(2) == ["\u{1B}[1mstorage\u{1B}[0m", "  \u{1B}[32m✓\u{1B}[0m pool  there"])
  }
}
