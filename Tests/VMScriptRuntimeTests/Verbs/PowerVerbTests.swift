import Libvirt
import TestSupport
import Testing
import VMScript
import VMScriptSyntax

@testable import VMScriptPlan
@testable import VMScriptRuntime

/// Every verb from every state.
@Suite struct PowerVerbTests {
  typealias Row = (verb: PowerVerb, state: Domain.State, isActive: Bool, steps: [PowerVerb.Step]?)

  private static let table: [Row] = [
    (.start, .running, true, []), (.start, .blocked, true, []),
    (.start, .paused, true, [.resume]), (.start, .pmSuspended, true, [.wakeUp]),
    (.start, .crashed, true, [.turnOff, .start]), (.start, .crashed, false, [.start]),
    (.start, .shutOff, false, [.start]), (.start, .shuttingDown, true, []),

    (.stop, .running, true, [.askToShutDown]), (.stop, .blocked, true, [.askToShutDown]),
    (.stop, .paused, true, [.resume, .askToShutDown]),
    (.stop, .pmSuspended, true, [.wakeUp, .askToShutDown]),
    (.stop, .crashed, true, [.turnOff]), (.stop, .crashed, false, []),
    (.stop, .shutOff, false, []), (.stop, .shuttingDown, true, [.askToShutDown]),

    (.reboot, .running, true, [.reboot]), (.reboot, .blocked, true, [.reboot]),
    (.reboot, .paused, true, [.resume, .reboot]),
    (.reboot, .pmSuspended, true, [.wakeUp, .reboot]),
    (.reboot, .crashed, true, [.turnOff, .start]), (.reboot, .crashed, false, nil),
    (.reboot, .shutOff, false, nil), (.reboot, .shuttingDown, true, [.reboot]),

    (.suspend, .running, true, [.suspend]), (.suspend, .blocked, true, [.suspend]),
    (.suspend, .paused, true, []), (.suspend, .pmSuspended, true, nil),
    (.suspend, .crashed, true, nil), (.suspend, .crashed, false, nil),
    (.suspend, .shutOff, false, nil), (.suspend, .shuttingDown, true, [.suspend]),

    (.resume, .running, true, []), (.resume, .blocked, true, []),
    (.resume, .paused, true, [.resume]), (.resume, .pmSuspended, true, [.wakeUp]),
    (.resume, .crashed, true, nil), (.resume, .crashed, false, nil),
    (.resume, .shutOff, false, nil), (.resume, .shuttingDown, true, []),
  ]

  @Test(arguments: table.indices) func takesItsSteps(row: Int) {
    let row = Self.table[row]
    #expect(row.verb.steps(from: row.state, isActive: row.isActive) == row.steps, "\(row)")
  }

  @Test func theTableHasEveryVerbInEveryState() {
    let states: [Domain.State] = [
      .running, .blocked, .paused, .shuttingDown, .shutOff, .crashed, .pmSuspended,
    ]
    for verb in PowerVerb.allCases {
      for state in states {
        #expect(Self.table.contains { $0.verb == verb && $0.state == state }, "\(verb) \(state)")
      }
    }
  }

  /// The state that a verb leaves a domain in; the code of what it fails with.
  private func outcome(
    _ verb: Verb, from state: Domain.State
  ) async throws -> String {
    let scratch = try ScratchFolder()
    let node = """
      <node><domain type='test' xmlns:test='http://libvirt.org/schemas/domain/test/1.0'>
      <name>web</name><memory unit='KiB'>65536</memory><os><type>hvm</type></os>
      <test:runstate>\(state.rawValue)</test:runstate></domain></node>
      """
    let file = try scratch.write("node.xml", Array(node.utf8))
    // One connection: each has a host of its own.
    let pool = ConnectionPool(uri: "test://\(file)", size: 1)
    let runner = VerbRunner(pool: pool, declarations: DeclarationSet(stack: "lab"))
    let request = VerbRequest(
      verb, targets: [.pattern("web")], span: RunFixture.span,
      targetSpan: RunFixture.span)
    var outcome: String
    do {
      try await runner.perform(request)
      outcome = try await runner.targets.state(of: "web", RunFixture.span)
    } catch { outcome = (error as? Diagnostic)?.code.description ?? "\(error)" }
    await pool.close()
    return outcome
  }

  @Test(arguments: [
    (Domain.State.running, ["running", "stopped", "running", "paused", "running"]),
    (.paused, ["running", "stopped", "running", "paused", "running"]),
    (.shutOff, ["running", "stopped", "VM0725", "VM0725", "VM0725"]),
    (.crashed, ["running", "stopped", "running", "VM0725", "VM0725"]),
  ])
  func onAHost(state: Domain.State, outcomes: [String]) async throws {
    let verbs: [Verb] = [.start, .stop, .reboot, .suspend, .resume]
    for (verb, expected) in zip(verbs, outcomes) {
      let found = try await outcome(verb, from: state)
      #expect(found == expected, "\(verb) from \(state)")
    }
  }

  @Test func theWordsSayTheStateAndTheWayOut() {
    let refusal = VerbMessages.unfitState(
      .stopped, of: "web", for: .suspend, at: RunFixture.span)
    #expect(refusal.message == "`web` cannot be suspended: it is stopped")
    #expect(refusal.helps.map(\.text) == ["start it first: `start \"web\"`"])
  }
}
