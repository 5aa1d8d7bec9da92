import Libvirt
import TestSupport
import Testing
import VMScript
import VMScriptSyntax

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

/// Plans of scripts with verbs between their declarations, on libvirt's test driver.
@Suite(.serialized) struct PlanOfVerbsTests {
  private let stack = TestHost.name("phases")
  private let options = RunOptions(uri: "test:///default", assumeYes: true)

  init() async throws { try await TestHost.keep() }

  private func report(_ text: String, plan: Bool = true) async throws -> RunReport {
    let text = "stack \"\(stack)\"\n" + text
    let program = try Script.program(text)
    return plan
      ? await Runner.plan(program, options: options) : await Runner.run(program, options: options)
  }

  /// The resources of a plan, with duplicates.
  private func resources(_ report: RunReport) -> [String] {
    report.plan.changes.map { "\($0.kind.rawValue) \($0.name)" }
  }

  @Test func aVerbDoesNotListImagesAndNetworksAgain() async throws {
    let report = try await report(
      """
      net "\(stack)-n" { subnet = 10.199.7.0/24 }
      domain "\(stack)-d" { memory = 64MiB, nic { net = net("\(stack)-n") } }
      stop "\(stack)-d"
      """)
    #expect(report.outcome == .done, "\(report.diagnostics)")
    #expect(resources(report) == ["net \(stack)-n", "domain \(stack)-d"])
  }

  /// A random script: declarations with verbs between them.
  private func script(_ random: inout some RandomNumberGenerator) -> (text: String, count: Int) {
    var lines: [String] = []
    var nets: [Int] = []
    var domains: [Int] = []
    var images: [Int] = []
    for number in 0..<Int.random(in: 3...9, using: &random) {
      switch Int.random(in: 0..<4, using: &random) {
      case 0 where nets.count < 3:
        lines.append("net \"\(stack)-n\(number)\" { subnet = 10.199.\(number).0/24 }")
        nets.append(number)
      case 1:
        var body = "memory = 64MiB"
        if let net = nets.randomElement(using: &random) {
          let ip = Bool.random(using: &random) ? ", ip = 10.199.\(net).\(10 + number)" : ""
          body += ", nic { net = net(\"\(stack)-n\(net)\")\(ip) }"
        }
        if let image = images.randomElement(using: &random) {
          body += ", disk { image = image(\"\(stack)-i\(image)\") }"
        }
        lines.append("domain \"\(stack)-d\(number)\" { \(body) }")
        domains.append(number)
      case 2 where images.count < 2:
        lines.append("image \"\(stack)-i\(number)\" { size = 8MiB, pool = \"default-pool\" }")
        images.append(number)
      default:
        guard let domain = domains.randomElement(using: &random) else { continue }
        let verb = ["start", "stop", "suspend", "resume", "reboot"].randomElement(using: &random)
        lines.append("\(verb ?? "start") \"\(stack)-d\(domain)\"")
      }
    }
    return (lines.joined(separator: "\n"), nets.count + domains.count + images.count)
  }

  @Test(arguments: 0..<40 as Range<UInt64>)
  func noResourceIsListedTwice(seed: UInt64) async throws {
    var random = SeededGenerator(seed: seed)
    let (text, count) = script(&random)
    let report = try await report(text)
    #expect(report.outcome == .done, "\(text)\n\(report.diagnostics)")
    let found = resources(report)
    #expect(Set(found).count == found.count, "\(text)\n\(found)")
    #expect(found.count == count, "\(text)\n\(found)")
    #expect(report.plan.changes.enumerated().allSatisfy { $0.offset == $0.element.id })
  }

  @Test func aNetworkOfSeveralPhasesIsListedOnce() async throws {
    func script(_ count: Int) -> String {
      "net \"\(stack)-n\" { subnet = 10.198.0.0/24 }\n"
        + (1...count).map { number in
          """
          domain "\(stack)-d\(number)" {
            memory = 64MiB
            nic { net = net("\(stack)-n"), ip = 10.198.0.\(10 + number) }
          }
          start "\(stack)-d\(number)"
          """
        }.joined(separator: "\n")
    }
    let first = try await report(script(1), plan: false)
    #expect(first.outcome == .done, "\(first.diagnostics)")
    for isPlan in [true, false] {
      let grown = try await report(script(3), plan: isPlan)
      #expect(grown.outcome == .done, "\(grown.diagnostics)")
      #expect(
        Set(resources(grown)) == ["net \(stack)-n", "domain \(stack)-d2", "domain \(stack)-d3"])
      #expect(resources(grown).count == 3, "\(resources(grown))")
      let net = try #require(grown.plan.changes.first { $0.kind == .net })
      #expect(net.action == .update && net.properties.count == 2, "\(net.properties)")
    }
    #expect(await Runner.destroy(stack: stack, options: options).outcome == .done)
  }

  @Test func aVerbCountsAsDoneForWhatIsPlannedAfterIt() async throws {
    let base = "domain \"\(stack)-base\" { memory = 64MiB, state = running }\n"
    let made = try await report(base, plan: false)
    #expect(made.outcome == .done, "\(made.diagnostics)")
    let clone = "clone \"\(stack)-base\" as \"\(stack)-copy\"\n"
    #expect(try await report(base + clone).diagnostics.map(\.code.number) == [505])
    let stopped = try await report(base + "stop \"\(stack)-base\"\n" + clone)
    #expect(stopped.outcome == .done, "\(stopped.diagnostics)")
    #expect(resources(stopped) == ["domain \(stack)-copy"])

    let states = try await report(
      base + "stop \"\(stack)-base\"\nlet a = domain(\"\(stack)-base\").state\n"
        + "start \"\(stack)-*\"\noutput states = [a, domain(\"\(stack)-base\").state]\n")
    #expect(states.outputs["states"]?.json(indentation: nil) == "[\"stopped\", \"running\"]")

    let deleted = try await report("delete \"\(stack)-base\"\n")
    #expect(deleted.plan.undeclared.isEmpty && deleted.plan.changes.isEmpty)
    #expect(await Runner.destroy(stack: stack, options: options).outcome == .done)
  }
}
