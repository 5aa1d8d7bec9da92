import Libvirt
import TestSupport
import Testing
import VMScript
import VMScriptSyntax

@testable import VMScriptPlan
@testable import VMScriptRuntime

/// Changes that wait for a restart, and machines in states that others brought them to, on libvirt's
/// test driver.
@Suite(.serialized) struct PendingRunTests {
  private let stack = TestHost.name("pending")
  private let domain = TestHost.name("d")

  init() async throws { try await TestHost.keep() }

  private func report(
    _ body: String, plan: Bool = false, adopt: Bool = false, more: String = ""
  ) async throws -> RunReport {
    let text = "stack \"\(stack)\"\ndomain \"\(domain)\" { \(body) }\n\(more)"
    let program = try Script.program(text)
    let options = RunOptions(uri: "test:///default", assumeYes: true, adopt: adopt)
    return plan
      ? await Runner.plan(program, options: options) : await Runner.run(program, options: options)
  }

  private func onDomain<T: Sendable>(
    _ body: @escaping @Sendable (Domain) throws -> T
  ) async throws -> T {
    try await DomainTargets(pool: TestHost.pool, stack: stack).with(domain, RunFixture.span, body)
  }

  private func rows(_ restarts: [PendingRestart]) -> [String] {
    restarts.flatMap(\.properties).map { row in
      "\(row.path) \(row.from?.literal ?? "none") → \(row.to?.literal ?? "none")"
    }
  }

  private func rows(_ report: RunReport) -> [String] {
    report.plan.changes.flatMap(\.properties).map { row in
      "\(row.path) \(row.from?.literal ?? "none") → \(row.to?.literal ?? "none")"
    }
  }

  @Test func aChangeThatWaitsStaysVisibleUntilItIsInEffect() async throws {
    #expect(try await report("memory = 128MiB, cpus = 1").outcome == .done)
    #expect(try await report("memory = 256MiB, cpus = 2").outcome == .done)
    let waiting = try await report("memory = 256MiB, cpus = 2", plan: true)
    #expect(waiting.plan.isEmpty, "\(rows(waiting))")
    #expect(Set(rows(waiting.plan.pending)) == ["memory 128MiB → 256MiB", "cpus 1 → 2"])
    let json = waiting.plan.document(sources: waiting.sources).json(indentation: nil)
    #expect(json.contains("\"pending\": [{\"kind\": \"domain\", \"name\": \"\(domain)\""))

    let status = StackStatus(waiting)
    #expect(status.entries.map(\.standing) == [.pending])
    #expect(!status.isAsDeclared)
    let details = try await Inspector.details(of: domain, in: TestHost.pool)
    #expect(details.contains { $0.json().contains("\"pending\"") && $0.json().contains("cpus") })

    #expect(
      try await report(
        "memory = 256MiB, cpus = 2", more: "stop \"\(domain)\"\nstart \"\(domain)\""
      ).outcome == .done)
    let settled = try await report("memory = 256MiB, cpus = 2", plan: true)
    #expect(settled.plan.isEmpty && settled.plan.pending.isEmpty, "\(rows(settled.plan.pending))")
    #expect(
      await Runner.destroy(
        stack: stack, options: RunOptions(uri: "test:///default", assumeYes: true)
      ).outcome == .done)
  }

  @Test func aDefinitionThatOthersEditedIsPendingToo() async throws {
    #expect(try await report("memory = 128MiB").outcome == .done)
    try await onDomain { domain in
      let root = try XMLElement.parse(domain.xml(inactive: true), root: "domain")
      root.setText("3", at: "vcpu")
      try domain.connection.defineDomain(xml: root.xmlString)
    }
    let found = try await report("memory = 128MiB", plan: true)
    #expect(found.plan.isEmpty && rows(found.plan.pending) == ["cpus 1 → 3"])
    // Memory that was taken from the running machine alone is given back at once.
    try await onDomain { try $0.setMemory(kibibytes: 65_536, live: true, config: false) }
    let less = try await report("memory = 128MiB")
    #expect(rows(less) == ["memory 64MiB → 128MiB"], "\(less.diagnostics)")
    #expect(try await report("memory = 128MiB", plan: true).plan.isEmpty)
    _ = await Runner.destroy(
      stack: stack, options: RunOptions(uri: "test:///default", assumeYes: true))
  }

  @Test func aSavedStateIsReportedBeforeItIsRestored() async throws {
    #expect(try await report("memory = 64MiB").outcome == .done)
    try await onDomain { try $0.managedSave() }
    let saved = try await report("memory = 64MiB", plan: true)
    #expect(rows(saved) == ["state \"saved\" → \"running\""])
    #expect(saved.diagnostics.isEmpty)
    let changed = try await report("memory = 96MiB", plan: true)
    #expect(rows(changed) == ["memory 64MiB → 96MiB", "state \"saved\" → \"running\""])
    #expect(changed.diagnostics.map(\.code.number) == [726])
    #expect(changed.diagnostics.first?.notes.first?.hasSuffix("memory") ?? false)
    // Its disks are no base for a clone as long as the guest may go on.
    let cloned = try await report(
      "memory = 64MiB, state = stopped", plan: true,
      more: "clone \"\(domain)\" as \"\(domain)-copy\"")
    #expect(cloned.diagnostics.map(\.code.number) == [505])
    #expect(
      await Runner.destroy(
        stack: stack, options: RunOptions(uri: "test:///default", assumeYes: true)
      ).outcome == .done)
    #expect(try await !TestHost.exists(domain))
  }

  @Test func aPausedGuestIsStoppedWhereThatIsDeclared() async throws {
    #expect(try await report("memory = 64MiB").outcome == .done)
    try await onDomain { try $0.suspend() }
    // A verb may have paused it: it counts as running.
    #expect(try await report("memory = 64MiB", plan: true).plan.isEmpty)
    let stopped = try await report("memory = 64MiB, state = stopped")
    #expect(stopped.outcome == .done, "\(stopped.diagnostics)")
    #expect(rows(stopped) == ["state \"paused\" → \"stopped\""])
    #expect(try await onDomain { try !$0.isActive() })
    _ = await Runner.destroy(
      stack: stack, options: RunOptions(uri: "test:///default", assumeYes: true))
  }

  @Test func aSavedStateIsDroppedWithADiskAndReported() throws {
    let live = LiveState(domains: [
      try LiveDomain(
        name: "web", uuid: Identity.uuid(stack: RunFixture.stack, kind: .domain, name: "web"),
        state: .stopped, xml: "<domain><name>web</name></domain>", hasSavedState: true)
    ])
    let (plan, _) = try RunFixture.plan("domain web { }", live) { _ in
      [
        PropertyDifference(block: "disk", name: "device", from: nil, to: nil, impact: .dataLoss)
          .of(DeviceName(block: "disk", key: ""))
      ]
    }
    #expect(
      plan.changes.flatMap(\.properties).map(\.path) == ["disk device", "saved state", "state"])
    #expect(plan.changesThatNeedConsent.count == 1)
  }

  /// Undefines a domain that runs: it is transient from then on.
  @Test func aTransientDomainOfTheStackIsStoredAgain() async throws {
    #expect(try await report("memory = 64MiB").outcome == .done)
    try await onDomain { try $0.undefine() }
    #expect(try await onDomain { try !$0.isPersistent() })
    let planned = try await report("memory = 64MiB", plan: true)
    #expect(rows(planned) == ["definition \"transient\" → \"persistent\""])
    #expect(try await report("memory = 64MiB").outcome == .done)
    #expect(try await onDomain { try $0.isPersistent() })
    #expect(try await report("memory = 64MiB", plan: true).plan.isEmpty)

    // One that is transient is gone when it stops, which is what was asked for.
    try await onDomain { try $0.undefine() }
    let runner = VerbRunner(pool: TestHost.pool, declarations: DeclarationSet(stack: stack))
    try await runner.perform(
      VerbRequest(
        .stop, targets: [.pattern(domain)], span: RunFixture.span,
        targetSpan: RunFixture.span))
    #expect(try await !TestHost.exists(domain))
  }

  @Test func aForeignTransientDomainIsRefusedAdoptedAndNotCloned() async throws {
    try await TestHost.define(domain)
    try await onDomain { try $0.start() }
    try await onDomain { try $0.undefine() }
    #expect(try await report("memory = 128MiB", plan: true).diagnostics.map(\.code.number) == [501])
    let text = "stack \"\(stack)\"\nclone \"\(domain)\" as \"\(domain)-copy\"\n"
    let cloned = await Runner.plan(
      try Script.program(text), options: RunOptions(uri: "test:///default"))
    #expect(cloned.diagnostics.map(\.code.number) == [505])
    #expect(cloned.diagnostics.first?.notes.contains { $0.contains("transient") } ?? false)

    #expect(try await report("memory = 128MiB", adopt: true).outcome == .done)
    #expect(try await onDomain { try $0.isPersistent() })
    #expect(
      await Runner.destroy(
        stack: stack, options: RunOptions(uri: "test:///default", assumeYes: true)
      ).outcome == .done)
    #expect(try await !TestHost.exists(domain))
  }
}
