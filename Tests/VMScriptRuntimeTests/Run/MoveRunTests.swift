import Libvirt
import TestSupport
import Testing
import VMScript
import VMScriptSyntax

@testable import VMScriptPlan
@testable import VMScriptRuntime

/// Renamed domains on libvirt's test driver.
@Suite(.serialized) struct MoveRunTests {
  private let stack = TestHost.name("move")

  init() async throws { try await TestHost.keep() }

  private func run(_ script: String, prune: Bool = false, adopt: Bool = false) async throws
    -> RunReport
  {
    let program = try Script.program(text(script))
    return await Runner.run(
      program,
      options: RunOptions(uri: "test:///default", assumeYes: true, prune: prune, adopt: adopt))
  }

  private func plan(_ script: String) async throws -> RunReport {
    await Runner.plan(
      try Script.program(text(script)), options: RunOptions(uri: "test:///default", prune: true))
  }

  private func text(_ script: String) -> String {
    "stack \"\(stack)\"\n" + script.replacing("STACK", with: stack)
  }

  private func destroy() async {
    _ = await Runner.destroy(
      stack: stack, options: RunOptions(uri: "test:///default", assumeYes: true))
  }

  private func uuid(_ name: String) async throws -> String? {
    let name = "\(stack)-\(name)"
    return try await TestHost.pool.run { try $0.domain(named: name)?.uuid }
  }

  private static let web = "domain \"STACK-web\" { memory = 64MiB, state = stopped }"
  private static let app = "domain \"STACK-app\" { memory = 64MiB, state = stopped }"
  private static let move = "moved \"STACK-web\" => \"STACK-app\"\n"

  @Test func aMovedDomainKeepsItsIdentity() async throws {
    #expect(try await run(Self.web + "\noutput uuid = domain(\"STACK-web\").uuid").outcome == .done)
    let before = try #require(try await uuid("web"))
    let plan = try await plan(Self.move + Self.app)
    #expect(plan.plan.changes.map(\.name) == ["\(stack)-app"])
    #expect(plan.plan.changes.flatMap(\.properties).map(\.path) == ["name"])
    let rest = "\noutput uuid = domain(\"STACK-app\").uuid"
    let report = try await run(Self.move + Self.app + rest)
    #expect(report.outcome == .done, "\(report.diagnostics)")
    #expect(try await uuid("web") == nil)
    #expect(try await uuid("app") == before)
    // A second run changes nothing, with and without the statement, and knows the UUID.
    for script in [Self.move + Self.app + rest, Self.app + rest] {
      let again = try await run(script, prune: true)
      #expect(again.plan.changes.isEmpty && again.outcome == .done, "\(again.diagnostics)")
      #expect(again.outputs["uuid"] == .string(before))
    }
    // Somebody renames it on the host, even to its first name: it takes its name back.
    for name in ["other", "web"] {
      let (here, there) = ("\(stack)-app", "\(stack)-\(name)")
      try await TestHost.pool.run { try $0.domain(named: here)?.rename(to: there) }
      #expect(try await run(Self.app, prune: true).outcome == .done)
      #expect(try await uuid("app") == before)
      #expect(try await uuid(name) == nil)
    }
    await destroy()
    #expect(try await uuid("app") == nil)
  }

  @Test func aRenameBeforeTheMarkIsCompleted() async throws {
    #expect(try await run(Self.web).outcome == .done)
    let before = try #require(try await uuid("web"))
    let (here, there) = ("\(stack)-web", "\(stack)-app")
    // As after a run that died between the two calls.
    try await TestHost.pool.run { try $0.domain(named: here)?.rename(to: there) }
    let report = try await run(Self.move + Self.app, prune: true)
    #expect(report.outcome == .done, "\(report.diagnostics)")
    #expect(report.plan.changes.count == 1)
    #expect(try await uuid("app") == before)
    #expect(try await run(Self.app, prune: true).plan.changes.isEmpty)
    await destroy()
  }

  @Test func theEarlierNameIsFree() async throws {
    #expect(try await run(Self.web).outcome == .done)
    #expect(try await run(Self.move + Self.app).outcome == .done)
    let moved = try #require(try await uuid("app"))
    #expect(try await run(Self.app + "\n" + Self.web).outcome == .done)
    let new = try #require(try await uuid("web"))
    #expect(new != moved)
    let again = try await run(Self.app + "\n" + Self.web, prune: true)
    #expect(again.plan.changes.isEmpty)
    // The deletion of the new domain does not reach the moved one, whose UUID its name derives.
    #expect(try await run(Self.app + "\ndelete \"STACK-web\"").outcome == .done)
    #expect(try await uuid("web") == nil)
    #expect(try await uuid("app") == moved)
    #expect(try await run("delete \"STACK-web\"").outcome == .done)
    #expect(try await uuid("app") == moved)
    await destroy()
    #expect(try await uuid("app") == nil)
  }

  @Test func aRunningDomainIsRefusedAndStartsUnderItsNewName() async throws {
    let (web, app) = (
      Self.web.replacing("stopped", with: "running"), Self.app.replacing("stopped", with: "running")
    )
    #expect(try await run(web).outcome == .done)
    let refused = try await run(Self.move + app, prune: true)
    #expect(refused.diagnostics.map(\.code.number) == [524])
    #expect(try await uuid("web") != nil)
    let name = "\(stack)-web"
    try await TestHost.pool.run { try $0.domain(named: name)?.destroy() }
    #expect(try await run(Self.move + app, prune: true).outcome == .done)
    let state = try await LiveReader(pool: TestHost.pool).read().domains["\(stack)-app"]?.state
    #expect(state == .running)
    await destroy()
  }

  @Test func bothNamesOnTheHostAreRefused() async throws {
    #expect(try await run(Self.web + "\n" + Self.app).outcome == .done)
    let report = try await run(Self.move + Self.app, prune: true)
    #expect(report.diagnostics.map(\.code.number) == [523])
    for name in ["web", "app"] { #expect(try await uuid(name) != nil) }
    await destroy()
  }

  @Test func aForeignDomainIsAdoptedUnderItsNewName() async throws {
    let name = "\(stack)-web"
    try await TestHost.define(name)
    let before = try await uuid("web")
    let refused = try await run(Self.move + Self.app)
    #expect(refused.diagnostics.map(\.code.number) == [525])
    #expect(try await run(Self.move + Self.app, adopt: true).outcome == .done)
    #expect(try await uuid("app") == before)
    #expect(try await run(Self.app, prune: true).plan.changes.isEmpty)
    await destroy()
  }

  @Test func aDomainIsNotPrunedBeforeItsNewNameIsDeclared() async throws {
    #expect(try await run(Self.web).outcome == .done)
    let before = try await uuid("web")
    let other = "domain \"STACK-other\" { memory = 64MiB }\nsuspend \"STACK-other\"\n"
    #expect(try await run(Self.move + other + Self.app, prune: true).outcome == .done)
    #expect(try await uuid("app") == before)
    await destroy()
  }
}
