import Testing
import VMScript

@testable import VMScriptPlan
@testable import VMScriptRuntime

/// Plan and apply as a program calls them that hosts the language.
@Suite(.serialized) struct PlannedRunTests {
  private let stack = TestHost.name("planned")
  private let name = TestHost.name("box")

  init() async throws { try await TestHost.keep() }

  private func program(_ rest: String = "") throws -> Program {
    var engine = Engine()
    engine.resource(
      BlockSchema("queue", "A queue", properties: [PropertySchema("depth", .int(1...9), "Jobs")]))
    return try engine.compile(
      .text(
        """
        stack "\(stack)"
        param megabytes: int
        queue jobs { depth = 3 }
        domain "\(name)" { memory = megabytes * 1MiB }
        output state = domain("\(name)").state
        \(rest)
        """, name: "planned.vmscript"))
  }

  private func destroy() async {
    _ = await Runner.destroy(
      stack: stack, options: RunOptions(uri: "test:///default", assumeYes: true))
  }

  @Test func aPlanIsAppliedEventByEvent() async throws {
    let planned = try await program().plan(on: "test:///default", parameters: ["megabytes": 64])
    #expect(planned.plan.changes.map(\.name) == [name])
    #expect(planned.outputs["state"]?.isUnknown == true)
    #expect(try await !TestHost.exists(name))
    let run = planned.apply()
    var finished: [String] = []
    for try await event in run {
      if case .finished(let change, _) = event { finished.append(change.name) }
    }
    #expect(finished == [name])
    #expect(await run.report.outputs["state"] == "running")
    await destroy()
    #expect(try await !TestHost.exists(name))
  }

  @Test func errorsOfAPlanAreThrown() async throws {
    let program = try program()
    let missing = try await #require(throws: ScriptError.self) {
      try await program.plan(on: "test:///default")
    }
    #expect(missing.diagnostics.map(\.code.number) == [403])
    let nowhere = try await #require(throws: ScriptError.self) {
      try await program.plan(on: "nowhere:///", parameters: ["megabytes": 64])
    }
    #expect(nowhere.diagnostics.hasErrors)
  }

  @Test func aRunThatFailsThrowsAtTheEndOfItsEvents() async throws {
    let planned = try await program("wait \"\(name)\" for stopped within 1ms")
      .plan(on: "test:///default", parameters: ["megabytes": 64])
    var events = 0
    let error = try await #require(throws: ScriptError.self) {
      for try await _ in planned.apply() { events += 1 }
    }
    #expect(error.diagnostics.hasErrors)
    #expect(events > 0)
    await destroy()
  }

  @Test(arguments: [false, true])
  func cancellingTheIterationCallsTheRunOff(byTask: Bool) async throws {
    let planned = try await program("wait \"\(name)\" for stopped within 1h")
      .plan(on: "test:///default", parameters: ["megabytes": 64])
    let run = planned.apply()
    let (waiting, isWaiting) = AsyncStream<Void>.makeStream()
    let looking = Task {
      for try await event in run {
        if case .verbStarted = event { isWaiting.yield() }
      }
    }
    for await _ in waiting { break }
    if byTask { looking.cancel() } else { run.cancel() }
    #expect(await run.report.outcome == .cancelled)
    _ = await looking.result
    await destroy()
  }
}
