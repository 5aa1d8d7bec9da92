import TestSupport
import Testing
import VMScript
import VMScriptSyntax

@testable import VMScriptPlan

/// Renamed domains on a simulated host.
@Suite struct MoveSimulationTests {
  private static let body = """
    { memory = 64MiB, state = stopped, disk { size = 8MiB }, disk data { size = 4MiB }
      nic { net = lan }, nic second { net = lan }, cloud_init { hostname = "web" } }
    """

  private static func script(_ name: String, _ moves: String = "", _ rest: String = "") -> String {
    """
    stack "lab"
    \(moves)
    net lan { subnet = 10.0.0.0/24 }
    domain \(name) \(body)
    \(rest)
    """
  }

  private static let first = script("web")
  private static let moved = script("app", "moved \"web\" => \"app\"")

  /// Everything of the domains that a rename keeps.
  private struct Identity: Equatable {
    let uuid: String
    let macs: [String]
    let disks: [String]

    init(_ machine: SimulatedHost.Machine) throws {
      let facts = try DomainFacts(xml: machine.definition)
      uuid = machine.uuid
      macs = facts.macs.map(\.description)
      disks = facts.disks.filter { $0.device == "disk" && $0.isWritable }.compactMap(\.path)
    }
  }

  private func identity(_ name: String, on host: SimulatedHost) throws -> Identity {
    try Identity(try #require(host.state.machines[name]))
  }

  private func expectConverged(
    _ script: String, _ lab: SimulatedLab, _ host: SimulatedHost, _ note: String = ""
  ) async throws {
    let again = try #require(try await lab.plan(script, on: host))
    let changes = again.plan.changes.map { change in
      "\(change.action) \(change.name): \(change.properties.map(\.path))"
    }
    #expect(changes == [], "\(note)")
    #expect(again.diagnostics.map(\.message) == [], "\(note)")
  }

  @Test func aMoveIsOneLineAndKeepsDisksAndIdentity() async throws {
    let (lab, host) = (try SimulatedLab(), SimulatedHost())
    #expect(try await lab.run(Self.first, on: host) == .done(changes: 2))
    let before = try identity("web", on: host)
    #expect(before.disks.count == 2 && before.macs.count == 2)

    let plan = try #require(try await lab.plan(Self.moved, on: host)).plan
    #expect(plan.changes.map(\.name) == ["app"])
    #expect(plan.changes.first?.action == .update)
    #expect(plan.changes.flatMap(\.properties).map(\.path) == ["name"])
    #expect(plan.changes.flatMap(\.properties).first?.from == .string("web"))
    #expect(!plan.needsConsent)
    #expect(try await lab.run(Self.moved, on: host) == .done(changes: 1))
    #expect(host.state.machines.keys.sorted() == ["app"])
    #expect(try identity("app", on: host) == before)
    try await expectConverged(Self.moved, lab, host)
    try await expectConverged(Self.script("app"), lab, host, "without the statement")
  }

  @Test func destroyLeavesNothing() async throws {
    let (lab, host) = (try SimulatedLab(), SimulatedHost())
    let before = host.state
    _ = try await lab.run(Self.first, on: host)
    _ = try await lab.run(Self.moved, on: host)
    _ = try await lab.run("stack \"lab\"", on: host)
    #expect(host.state == before)
  }

  @Test func aRunThatEndsAnywhereIsFinishedByTheNext() async throws {
    let lab = try SimulatedLab()
    let host = SimulatedHost()
    let empty = host.state
    _ = try await lab.run(Self.first, on: host)
    let (start, before) = (host.state, try identity("web", on: host))
    host.startCounting()
    #expect(try await lab.run(Self.moved, on: host) == .done(changes: 1))
    let steps = host.steps
    #expect(steps >= 2)
    for end in 1...steps {
      for isAfter in [false, true] {
        let note = "crash \(isAfter ? "after" : "before") step \(end)"
        let other = SimulatedHost(start)
        other.startCounting(endingAt: end, isAfter: isAfter)
        #expect(try await lab.run(Self.moved, on: other) == .crashed)
        other.startCounting()
        guard case .done = try await lab.run(Self.moved, on: other) else {
          Issue.record("\(note)")
          continue
        }
        #expect(try identity("app", on: other) == before, "\(note)")
        try await expectConverged(Self.moved, lab, other, note)
        try await expectConverged(Self.script("app"), lab, other, note)
        _ = try await lab.run("stack \"lab\"", on: other)
        #expect(other.state == empty, "\(note)")
      }
    }
  }

  @Test func theEarlierNameIsFreeForANewDomain() async throws {
    let (lab, host) = (try SimulatedLab(), SimulatedHost())
    let empty = host.state
    _ = try await lab.run(Self.first, on: host)
    _ = try await lab.run(Self.moved, on: host)
    let moved = try identity("app", on: host)
    let both = Self.script("app", "", "domain web \(Self.body)")
    #expect(try await lab.run(both, on: host) == .done(changes: 1))
    let new = try identity("web", on: host)
    #expect(try identity("app", on: host) == moved)
    #expect(new.uuid != moved.uuid)
    #expect(Set(new.disks).isDisjoint(with: moved.disks))
    #expect(Set(new.macs).isDisjoint(with: moved.macs))
    try await expectConverged(both, lab, host)

    // The new one goes; the moved one keeps everything.
    let volumes = Set(host.state.volumes.values.joined().map(\.path))
    #expect(volumes.isSuperset(of: moved.disks))
    _ = try await lab.run(Self.script("app"), on: host)
    #expect(host.state.machines.keys.sorted() == ["app"])
    let left = Set(host.state.volumes.values.joined().map(\.path))
    #expect(left.isSuperset(of: moved.disks) && left.isDisjoint(with: new.disks))
    try await expectConverged(Self.script("app"), lab, host)
    _ = try await lab.run("stack \"lab\"", on: host)
    #expect(host.state == empty)
  }

  @Test func aDomainMovesThroughSeveralNames() async throws {
    let (lab, host) = (try SimulatedLab(), SimulatedHost())
    let empty = host.state
    _ = try await lab.run(Self.first, on: host)
    let before = try identity("web", on: host)
    // At once, as on a host that missed the first move, or one by one, or there and back.
    let both = "moved \"web\" => \"app\"\nmoved \"app\" => \"api\""
    let late = SimulatedHost(host.state)
    #expect(try await lab.run(Self.script("api", both), on: late) == .done(changes: 1))
    #expect(try identity("api", on: late) == before)
    for (name, moves) in [
      ("app", "moved \"web\" => \"app\""), ("api", both), ("web", "moved \"api\" => \"web\""),
      ("app", "moved \"web\" => \"app\""),
    ] {
      #expect(try await lab.run(Self.script(name, moves), on: host) == .done(changes: 1), "\(name)")
      #expect(try identity(name, on: host) == before, "\(name)")
      try await expectConverged(Self.script(name, moves), lab, host, name)
      try await expectConverged(Self.script(name), lab, host, name)
    }
    _ = try await lab.run("stack \"lab\"", on: host)
    #expect(host.state == empty)
  }

  @Test func aMoveOfNothingIsNoChange() async throws {
    let (lab, host) = (try SimulatedLab(), SimulatedHost())
    #expect(try await lab.run(Self.moved, on: host) == .done(changes: 2))
    let name = try #require(host.state.machines["app"]).uuid
    #expect(name == VMScript.Identity.uuid(stack: "lab", kind: .domain, name: "app"))
    try await expectConverged(Self.moved, lab, host)
  }

  @Test func whatTheHostDoesNotAllowIsRefused() async throws {
    let lab = try SimulatedLab()
    let host = SimulatedHost()
    _ = try await lab.run(Self.first, on: host)
    let start = host.state
    func result(_ change: (inout SimulatedHost.State) throws -> Void) async throws
      -> SimulatedLab.Outcome
    {
      var state = start
      try change(&state)
      let other = SimulatedHost(state)
      let outcome = try await lab.run(Self.moved, on: other)
      if case .refused = outcome { #expect(other.state == state) }
      return outcome
    }
    func other(_ name: String) -> SimulatedHost.Machine {
      let xml = "<domain><name>\(name)</name><uuid>\(RunFixture.foreign)</uuid></domain>"
      return .init(name: name, uuid: RunFixture.foreign, definition: xml)
    }
    #expect(try await result { $0.machines["app"] = other("app") } == .refused([523, 501]))
    #expect(
      try await result { state in
        let definition = state.machines["web"]?.definition
        state.machines["web"]?.running = definition
      }
        == .refused([524]))
    #expect(
      try await result {
        $0 = .init(); $0.machines["web"] = other("web")
      } == .refused([525]))
  }

  @Test func aCloneFollowsItsSource() async throws {
    let (lab, host) = (try SimulatedLab(), SimulatedHost())
    let empty = host.state
    func script(_ base: String, _ copy: String, _ moves: String = "") -> String {
      """
      stack "lab"
      \(moves)
      domain \(base) { memory = 64MiB, disk { size = 8MiB } }
      clone \(base) as \(copy) { state = stopped }
      """
    }
    _ = try await lab.run(script("base", "copy"), on: host)
    let (base, copy) = (try identity("base", on: host), try identity("copy", on: host))
    let moves = "moved \"base\" => \"golden\"\nmoved \"copy\" => \"web\""
    #expect(try await lab.run(script("golden", "web", moves), on: host) == .done(changes: 2))
    #expect(try identity("golden", on: host) == base)
    let moved = try identity("web", on: host)
    #expect(moved == copy, "\(moved) \(copy)")
    try await expectConverged(script("golden", "web", moves), lab, host)
    try await expectConverged(script("golden", "web"), lab, host)
    _ = try await lab.run("stack \"lab\"", on: host)
    #expect(host.state == empty)
  }
}
