import Synchronization
import Testing
import VMScript
import VMScriptSyntax

@testable import VMScriptPlan

/// Random stacks and random edits on a simulated host: each plan ends in what is declared.
@Suite struct SimulationTests {
  /// What a run came to.
  private enum Outcome: Equatable {
    case done(changes: Int)
    case crashed
    /// The script or the host rules it out, by the numbers of the codes.
    case refused([Int])
  }

  /// A script that may be run on a simulated host.
  private struct Case {
    let folder: ScratchFolder

    init() throws {
      folder = try ScratchFolder()
      for (name, fill) in [("A.raw", 1), ("B.raw", 2)] as [(String, UInt8)] {
        var bytes = [UInt8](repeating: fill, count: 4096)
        (bytes[510], bytes[511]) = (0x55, 0xAA)
        try folder.write(name, bytes)
      }
    }

    /// What a script declares; nil for one that is refused without a host.
    func declarations(_ script: String) throws -> (set: DeclarationSet, sources: SourceMap)? {
      let text = SourceText(name: folder.file("lab.vmscript"), text: script)
      let compiled = Engine().compilation(of: text)
      let program = try #require(compiled.program, "\(compiled.diagnostics)\n\(script)")
      let outcome = program.evaluate()
      return outcome.succeeded ? (outcome.declarations, program.sources) : nil
    }

    func plan(
      _ script: String, on host: SimulatedHost
    ) async throws -> Planning.Outcome? {
      guard let (set, sources) = try declarations(script) else { return nil }
      return try await Planning(
        host: host, hypervisor: "qemu", sources: sources, adopt: false, origin: nil,
        waiting: { _ in }
      ).plan(set.ofLibvirt, prune: .everything)
    }

    func run(_ script: String, on host: SimulatedHost) async throws -> Outcome {
      guard let outcome = try await plan(script, on: host) else { return .refused([]) }
      let errors = outcome.diagnostics.filter { $0.severity == .error }
      guard errors.isEmpty else { return .refused(errors.map(\.code.number)) }
      let isOver = Mutex(false)
      let applied = await ChangeScheduler(jobs: 1, endsEverything: { _ in true })
        .apply(outcome.plan.changes) { change throws(Diagnostic) in
          do {
            for step in change.steps { try await host.perform(step, of: change) }
          } catch {
            isOver.withLock { $0 = true }
            throw Diagnostic(code: DiagnosticCode(1), "\(error)")
          }
        }
      if isOver.withLock(\.self) { return .crashed }
      try #require(applied.diagnostics.isEmpty)
      return .done(changes: outcome.plan.changes.count)
    }
  }

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
    _ script: String, _ lab: Case, _ host: SimulatedHost, _ note: String = ""
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
    let lab = try Case()
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
    let lab = try Case()
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
