import Testing
import VMScript
import VMScriptSyntax

@testable import VMScriptRuntime

@Suite struct VerbRunnerTests {
  private let stack = TestHost.name("verbs")

  private func perform(_ action: VerbRequest.Action, _ names: String...) async throws {
    let request = VerbRequest(
      action: action, targets: names.map { .pattern($0) }, span: RunFixture.span,
      targetSpan: RunFixture.span)
    try await VerbRunner(pool: TestHost.pool, stack: stack, progress: { _ in }).perform(request)
  }

  /// The code of the diagnostic that a verb fails with; nil if it does not.
  private func failure(_ action: VerbRequest.Action, _ names: String) async -> Int? {
    do {
      try await perform(action, names)
      return nil
    } catch { return (error as? Diagnostic)?.code.number }
  }

  private func state(_ name: String) async throws -> LiveDomain.State? {
    try await LiveReader(pool: TestHost.pool).read().domains[name]?.state
  }

  @Test func aMachineGoesThroughItsStates() async throws {
    let name = TestHost.name("tour")
    try await TestHost.define(name, stack: stack)
    try await perform(.start, name)
    try await perform(.start, name)
    #expect(try await state(name) == .running)
    try await perform(.suspend, name)
    #expect(try await state(name) == .paused)
    try await perform(.resume, name)
    try await perform(.snapshot(name: "clean <&>"), name)
    try await perform(.stop(force: true), name)
    try await perform(.wait(.stopped, limit: .seconds(30)), name)
    #expect(try await state(name) == .stopped)
    try await perform(.revert(name: "clean <&>"), name)
    #expect(try await state(name) == .running)
    try await perform(.stop(force: false), name)
    #expect(try await state(name) == .stopped)
    try await perform(.delete, name)
    #expect(try await !TestHost.exists(name))
    try await perform(.delete, name)
  }

  @Test func aGlobMatchesTheStacksOwnOnly() async throws {
    let stem = TestHost.name("glob")
    try await TestHost.define("\(stem)-1", stack: stack)
    try await TestHost.define("\(stem)-2", stack: stack)
    try await TestHost.define("\(stem)-foreign")
    try await perform(.start, "\(stem)-*")
    #expect(try await state("\(stem)-1") == .running)
    #expect(try await state("\(stem)-2") == .running)
    #expect(try await state("\(stem)-foreign") == .stopped)
    #expect(await failure(.start, "\(stem)-nothing*") == 706)
  }

  @Test func aForeignDomainIsStartedByNameAndNeverDeleted() async throws {
    let name = TestHost.name("foreign")
    try await TestHost.define(name)
    try await perform(.start, name)
    #expect(await failure(.delete, name) == 707)
    #expect(try await state(name) == .running)
  }

  @Test func whatIsMissingIsSaid() async throws {
    let name = TestHost.name("missing")
    #expect(await failure(.start, name) == 706)
    try await TestHost.define(name, stack: stack)
    #expect(await failure(.revert(name: "none"), name) == 708)
    #expect(await failure(.wait(.agent, limit: nil), name) == 710)
    #expect(await failure(.wait(.cloudInit, limit: nil), name) == 710)
  }

  @Test func waitingInVainSaysTheState() async throws {
    let name = TestHost.name("waits")
    try await TestHost.define(name, stack: stack)
    try await perform(.start, name)
    do {
      try await perform(.wait(.stopped, limit: .zero), name)
      Issue.record("a machine that runs is not off")
    } catch let error as Diagnostic {
      #expect(error.code.number == 709)
      #expect(error.notes == ["its state is running"])
    }
  }

  @Test(arguments: [WaitCondition.ip, .ssh])
  func whatIsOffIsNotWaitedFor(_ condition: WaitCondition) async throws {
    let name = TestHost.name("off")
    try await TestHost.define(name, stack: stack)
    #expect(await failure(.wait(condition, limit: nil), name) == 792)
  }

  @Test(arguments: [
    ("web-*", "web-1", true), ("web-*", "db-1", false), ("*", "", true), ("a?c", "abc", true),
    ("a?c", "ac", false), ("*-*-x", "a-b-c-x", true), ("web", "web-1", false), ("", "a", false),
  ])
  func globs(pattern: String, name: String, matches: Bool) {
    #expect(Glob.matches(name, pattern) == matches)
  }
}
