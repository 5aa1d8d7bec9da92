import TestSupport
import Testing
import VMScript
import VMScriptSyntax

@testable import VMScriptPlan

/// Random stacks and random edits on a simulated host: each plan ends in what is declared.
@Suite struct SimulationTests {
  private static let empty = "stack \"lab\""

  /// A host with objects of others: two volumes and a network.
  private static func host() -> SimulatedHost {
    var state = SimulatedHost.State()
    state.volumes["default"] = ["lone-a", "lone-b"].map { name in
      VolumeInventory.Volume(
        name: name, path: "/default/\(name)", capacity: 1 << 20, format: "raw")
    }
    let network = "<network><name>default</name><uuid>\(RunFixture.foreign)</uuid></network>"
    state.networks["default"] = .init(
      uuid: RunFixture.foreign, definition: network, running: network)
    return SimulatedHost(state)
  }

  private func expectConverged(
    _ script: String, _ lab: SimulatedLab, _ host: SimulatedHost, _ note: String = ""
  ) async throws {
    let again = try #require(try await lab.plan(script, on: host))
    let changes = again.plan.changes.map { change in
      "\(change.action) \(change.name): "
        + change.properties.map {
          "\($0.path) \($0.from?.description ?? "-") → \($0.to?.description ?? "-")"
        }
        .joined(separator: ", ")
    }
    #expect(changes == [], "\(note)\n\(script)")
  }

  @Test(arguments: 0..<25)
  func aRunLeavesNothingToDoAndDestroyLeavesNothing(block: UInt64) async throws {
    let lab = try SimulatedLab()
    var refused = 0
    for seed in block * 20..<(block + 1) * 20 {
      var random = SeededGenerator(seed: seed)
      let host = Self.host()
      let before = host.state
      var stack = RandomStack(&random)
      for _ in 0..<3 {
        let script = stack.script
        switch try await lab.run(script, on: host) {
        case .done: try await expectConverged(script, lab, host, "seed \(seed)")
        case .refused: refused += 1
        case .crashed: Issue.record("seed \(seed) crashed")
        }
        stack = stack.edited(&random)
      }
      let end = try await lab.run(Self.empty, on: host)
      guard case .done = end else {
        Issue.record("seed \(seed): \(end)")
        continue
      }
      var after = host.state
      after.images = [:]
      #expect(after == before, "seed \(seed)\n\(stack.script)")
    }
    #expect(refused < 30, "\(refused) of 60 were refused")
  }

  @Test(arguments: 0..<20)
  func aRunThatEndsAnywhereIsFinishedByTheNext(seed: UInt64) async throws {
    let lab = try SimulatedLab()
    var random = SeededGenerator(seed: 1000 + seed)
    let first = RandomStack(&random)
    let second = first.edited(&random)
    let host = Self.host()
    let before = host.state
    for script in [first.script, second.script, Self.empty] {
      let start = host.state
      host.startCounting()
      guard case .done = try await lab.run(script, on: host) else { continue }
      for end in 1...max(1, host.steps) where host.steps > 0 {
        for isAfter in [false, true] {
          let other = SimulatedHost(start)
          other.startCounting(endingAt: end, isAfter: isAfter)
          #expect(try await lab.run(script, on: other) == .crashed)
          other.startCounting()
          let note = "seed \(seed), crash \(isAfter ? "after" : "before") step \(end)"
          let result = try await lab.run(script, on: other)
          guard case .done = result else {
            Issue.record("\(note): \(result)\n\(script)")
            continue
          }
          try await expectConverged(script, lab, other, note)
          _ = try await lab.run(Self.empty, on: other)
          var after = other.state
          after.images = [:]
          #expect(after == before, "\(note)\n\(script)")
        }
      }
    }
  }
}
