import Testing
import VMScript
import VMScriptRuntime
import VMScriptTerminal

@Suite struct PlanDisplayTests {
  private let plain = PlanDisplay(color: false)

  @Test func everyActionHasItsSign() {
    let changes = [
      PlanLine(
        action: .create, kind: "domain", name: "web-1", source: "web_base",
        outline: ["memory 256MiB", "2 disks"]),
      PlanLine(
        action: .update, kind: "domain", name: "db",
        properties: [.init(name: "memory", from: "256MiB", to: "512MiB", effect: "next start")]),
      PlanLine(action: .delete, kind: "net", name: "lab", losesData: true),
      PlanLine(
        action: .update, kind: "image", name: "base",
        properties: [.init(name: "format", from: "raw", to: "qcow2")], losesData: true),
    ]
    #expect(
      plain.lines(stack: "lab", changes: changes) == [
        "+ domain web-1  clone of web_base  memory 256MiB, 2 disks",
        "~ domain db     memory 256MiB → 512MiB (next start)",
        "- net    lab    loses data",
        "! image  base   format raw → qcow2  loses data",
        "",
        "lab: 1 to create, 2 to update, 1 to delete; 2 lose data",
      ])
  }

  @Test func severalPropertiesStandBelow() {
    let change = PlanLine(
      action: .update, kind: "domain", name: "db",
      properties: [
        .init(name: "title", from: nil, to: "\"Database\"", effect: "live"),
        .init(name: "nic 1 mtu", from: "1400", to: nil, effect: "next start"),
      ])
    #expect(
      plain.lines(stack: "lab", changes: [change]) == [
        "~ domain db", "    title none → \"Database\" (live)",
        "    nic 1 mtu 1400 → none (next start)", "", "lab: 1 to update",
      ])
  }

  @Test func anEmptyPlanSaysSo() {
    #expect(plain.lines(stack: "lab", changes: []) == ["lab: nothing to change"])
  }

  @Test func pendingChangesAreListed() {
    let memory = PlanLine.Property(name: "memory", from: "128MiB", to: "256MiB")
    let pending = [
      PlanLine.Pending(kind: "domain", name: "d", properties: [memory]),
      PlanLine.Pending(
        kind: "net", name: "lab",
        properties: [memory, PlanLine.Property(name: "mtu", from: "1400", to: nil)]),
    ]
    #expect(
      plain.lines(stack: "lab", changes: [], pending: pending) == [
        "= domain d    pending restart: memory 128MiB → 256MiB", "= net    lab  pending restart:",
        "    memory 128MiB → 256MiB", "    mtu 1400 → none", "",
        "lab: nothing to change; 2 pending restart",
      ])
  }

  @Test func lossOfDataIsReportedOnceForEachResource() {
    func lines(_ properties: [PlanLine.Property]) -> [String] {
      plain.lines([
        PlanLine(
          action: .update, kind: "domain", name: "d", properties: properties, losesData: true)
      ])
    }
    func seed(_ name: String) -> PropertyDifference {
      PropertyDifference(
        block: "cloud_init", name: name, from: nil, to: nil, impact: .dataLoss,
        consequence: "at next start, first-boot commands run again")
    }
    let memory = PropertyDifference(name: "memory", from: nil, to: nil, impact: .live)
    let grouped = PlanLine(
      Change(
        id: 0, action: .update, kind: .domain, name: "d", impact: .dataLoss,
        properties: [memory, memory, seed("run"), seed("packages")]))
    #expect(
      grouped.properties.map(\.effect)
        == ["live", "live", nil, "at next start, first-boot commands run again"])
    let lost = PlanLine.Property(name: "disk image", from: "a", to: "b", effect: "loses data")
    let other = PlanLine.Property(name: "title", from: nil, to: "x", effect: "live")
    for lines in [lines([lost]), lines([lost, other]), lines([other])] {
      #expect(lines.joined().ranges(of: "loses data").count == 1, "\(lines)")
    }
  }

  private let long = PlanLine(
    action: .create, kind: "domain", name: "web",
    outline: ["memory 2GiB", "cpus 2", "disk (image base, size 10GiB)", "nic (net lab)"]
      + (1...9).map { "disk d\($0) (size 1GiB)" },
    details: [.init(name: "memory", from: nil, to: "2GiB")])

  @Test(arguments: [20, 40, 79, 132]) func linesAreWrappedToATerminalsWidth(columns: Int) {
    let lines = PlanDisplay(color: false, columns: columns).lines([long])
    #expect(lines.allSatisfy { TerminalText.columns(of: $0) <= columns })
    let words = lines.joined(separator: " ").split(separator: " ")
    let whole = plain.lines([long])
    #expect(words == whole[0].split(separator: " "))
    #expect(whole.count == 1 && !whole[0].contains("…"))
  }

  @Test func everyPropertyIsListedWhereThatIsAskedFor() {
    #expect(
      PlanDisplay(color: false, isVerbose: true).lines([long])
        == ["+ domain web", "    memory 2GiB"])
  }

  @Test func undeclaredResourcesAreListedWithTheRemedy() {
    #expect(
      plain.lines(stack: "lab", changes: [], undeclared: ["net old"]) == [
        "? net old  no longer declared; --prune removes it", "", "lab: nothing to change",
      ])
  }

  @Test func textFromOutsideCannotForgeLines() {
    let change = PlanLine(
      action: .update, kind: "domain", name: "a\n- net b",
      properties: [.init(name: "title", from: "\u{1B}[2J", to: "x")])
    let lines = plain.lines(stack: "s", changes: [change])
    #expect(lines[0] == "~ domain a\\u{A}- net b  title \\u{1B}[2J → x")
  }

  @Test func colorSetsOffSignAndName() {
    let lines = PlanDisplay(color: true).lines(
      stack: "s", changes: [PlanLine(action: .create, kind: "net", name: "lab")])
    #expect(lines[0] == "\u{1B}[32m+\u{1B}[0m net \u{1B}[1mlab\u{1B}[0m")
  }
}
