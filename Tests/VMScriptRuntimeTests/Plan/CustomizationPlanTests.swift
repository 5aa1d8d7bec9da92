import Testing
import VMScript
import VMScriptSyntax

@testable import VMScriptPlan

/// Edits of new disks in plans, and runs that end in the middle of them, on a simulated host.
@Suite struct CustomizationPlanTests {
  private static let script = """
    stack "lab"
    let system = image("system")
    domain base { state = stopped, disk { image = system }, customize { run = ["true"] } }
    clone base as web { state = running }
    """

  private static func host() -> SimulatedHost {
    var state = SimulatedHost.State()
    state.volumes["default"] = [
      VolumeInventory.Volume(
        name: "system", path: "/default/system", capacity: 1 << 20, format: "raw")
    ]
    return SimulatedHost(state)
  }

  /// The steps of a domain's change, each in a word or two.
  private func steps(
    _ lab: SimulatedLab, _ script: String, of domain: String, on host: SimulatedHost
  ) async throws -> [String] {
    let outcome = try #require(try await lab.plan(script, on: host))
    let errors = outcome.diagnostics.filter { $0.severity == .error }
    try #require(errors.isEmpty, "\(errors)")
    let change = outcome.plan.changes.first { $0.name == domain }
    return (change?.steps ?? []).map { step in
      func role(_ name: String) -> String {
        if case .unfinished? = VolumeName(parsing: name)?.role { "record" } else { "disk" }
      }
      return switch step {
      case .make(let volume): "make \(role(volume.xml.name))"
      case .remove(let volume): "remove \(role(volume.name))"
      case .delete(let volume): "delete \(role(volume.name))"
      case .customize: "customize"
      case .define: "define"
      case .start: "start"
      default: "\(step)"
      }
    }
  }

  @Test func editsPrecedeTheDefinition() async throws {
    let lab = try SimulatedLab()
    let host = Self.host()
    #expect(
      try await steps(lab, Self.script, of: "web", on: host) == [
        "make record", "make disk", "customize", "delete record", "define",
      ])
    #expect(try await lab.run(Self.script, on: host) == .done(changes: 2))
    #expect(host.state.edited.count == 2)
    #expect(try await lab.run(Self.script, on: host) == .done(changes: 0))
  }

  @Test func aRunThatEndsInTheMiddleLeavesNoDiskThatIsHalfEdited() async throws {
    let lab = try SimulatedLab()
    let before = Self.host()
    let whole = Self.host()
    whole.startCounting()
    _ = try await lab.run(Self.script, on: whole)
    for end in 1...whole.steps {
      for isAfter in [false, true] {
        let host = SimulatedHost(before.state)
        host.startCounting(endingAt: end, isAfter: isAfter)
        #expect(try await lab.run(Self.script, on: host) == .crashed)
        host.startCounting()
        let half = host.state
        // A disk is either edited, or has a record of what is missing.
        let disks = half.volumes["default"]?.filter {
          if case .disk? = $0.owned?.role { true } else { false }
        }
        let records = half.volumes["default"]?.filter {
          if case .unfinished? = $0.owned?.role { true } else { false }
        }
        for disk in disks ?? [] where !half.edited.contains(disk.path) {
          #expect(records?.contains { $0.owned?.owner == disk.owned?.owner } == true, "step \(end)")
        }
        guard case .done = try await lab.run(Self.script, on: host) else {
          Issue.record("step \(end)")
          continue
        }
        #expect(host.state.edited == whole.state.edited)
        #expect(host.state.volumes == whole.state.volumes)
        #expect(try await lab.run(Self.script, on: host) == .done(changes: 0))
        _ = try await lab.run("stack \"lab\"", on: host)
        #expect(host.state.volumes == before.state.volumes)
      }
    }
  }

  @Test func aDiskLeftHalfEditedIsMadeAnewWithoutTheBlockToo() async throws {
    let lab = try SimulatedLab()
    let host = Self.host()
    // The record, and the disk that is not edited.
    host.startCounting(endingAt: 2, isAfter: true)
    #expect(try await lab.run(Self.script, on: host) == .crashed)
    host.startCounting()
    let plain = Self.script.replacing(", customize { run = [\"true\"] }", with: "")
    #expect(
      try await steps(lab, plain, of: "base", on: host) == [
        "remove disk", "make disk", "delete record", "define",
      ])
    _ = try await lab.run("stack \"lab\"", on: host)
    #expect(host.state.volumes == Self.host().state.volumes)
  }

  @Test func aReplacedDiskIsEditedAndItsInterruptionIsSeen() async throws {
    let lab = try SimulatedLab()
    let host = Self.host()
    let web = """
      stack "lab"
      let system = image("system")
      domain web { disk { image = system, size = 1MiB }, customize { } }
      """
    _ = try await lab.run(web, on: host)
    var state = host.state
    let disk = try #require(
      state.volumes["default"]?.first { if case .disk? = $0.owned?.role { true } else { false } })
    state.volumes["default"]?.removeAll { $0.name == disk.name }
    state.edited = []
    let count = SimulatedHost(state)
    #expect(
      try await steps(lab, web, of: "web", on: count).contains("customize"))
    count.startCounting()
    #expect(try await lab.run(web, on: count) == .done(changes: 1))
    for end in 1...count.steps {
      let other = SimulatedHost(state)
      other.startCounting(endingAt: end, isAfter: true)
      #expect(try await lab.run(web, on: other) == .crashed)
      other.startCounting()
      _ = try await lab.run(web, on: other)
      #expect(other.state.edited == [disk.path], "step \(end)")
      #expect(other.state.volumes == count.state.volumes, "step \(end)")
      #expect(try await lab.run(web, on: other) == .done(changes: 0))
    }
  }

  @Test func aChangeOfTheBlockIsShownOnceAndEditsNothing() async throws {
    let lab = try SimulatedLab()
    let host = Self.host()
    _ = try await lab.run(Self.script, on: host)
    let changed = Self.script.replacing("\"true\"", with: "\"false\"")
    let outcome = try #require(try await lab.plan(changed, on: host))
    let change = try #require(outcome.plan.changes.first { $0.name == "base" })
    #expect(change.properties.map(\.path) == ["customize"])
    #expect(change.properties.first?.consequence == "only on a new disk")
    #expect(!change.needsConsent)
    #expect(
      try await !steps(lab, changed, of: "base", on: host).contains("customize"))
    #expect(try await lab.run(changed, on: host) == .done(changes: 2))
    #expect(try await lab.run(changed, on: host) == .done(changes: 0))
    let without = Self.script.replacing(", customize { run = [\"true\"] }", with: "")
    #expect(try await lab.run(without, on: host) == .done(changes: 2))
    #expect(try await lab.run(without, on: host) == .done(changes: 0))
  }

  @Test func aDiskThatExistsAlreadyIsKeptWithAWarning() async throws {
    let lab = try SimulatedLab()
    let host = Self.host()
    _ = try await lab.run(Self.script, on: host)
    var state = host.state
    state.machines["web"] = nil
    let outcome = try #require(try await lab.plan(Self.script, on: SimulatedHost(state)))
    #expect(outcome.diagnostics.map(\.code.number) == [685])
    #expect(
      try await steps(lab, Self.script, of: "web", on: SimulatedHost(state)) == ["define"])
  }

  @Test func thisMachineMustBeAbleToEdit() async throws {
    let lab = try SimulatedLab()
    let outcome = try #require(try await lab.plan(Self.script, on: Self.host()))
    let edits = outcome.plan.changes.flatMap(\.steps).compactMap { step in
      if case .customize(let work) = step { work } else { nil }
    }
    #expect(edits.count == 2 && edits.allSatisfy(\.isEmulated))
    func codes(
      _ files: HostFiles, isInstalled: Bool = true, isWritable: Bool = true
    ) -> [Int] {
      CustomizationChecks(
        files: files, isInstalled: { _ in isInstalled }, isWritable: { _ in isWritable }
      ).diagnostics(of: edits, outcome.storage.live.storage).map(\.code.number)
    }
    #expect(codes(.local) == [])
    #expect(codes(.none, isInstalled: false) == [])
    #expect(codes(.remote) == [684, 684])
    #expect(codes(.local, isInstalled: false) == [683, 683])
    #expect(codes(.local, isWritable: false) == [684, 684])
  }
}
