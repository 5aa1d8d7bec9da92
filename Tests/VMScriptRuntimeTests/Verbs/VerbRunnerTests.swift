import Testing
import VMScript
import VMScriptSyntax

@testable import VMScriptPlan
@testable import VMScriptRuntime

@Suite struct VerbRunnerTests {
  private let stack = TestHost.name("verbs")

  private func perform(
    _ verb: Verb, _ name: String, _ arguments: (inout VerbRequest) -> Void = { _ in }
  ) async throws {
    var request = VerbRequest(
      verb, targets: [.pattern(name)], span: RunFixture.span, targetSpan: RunFixture.span)
    arguments(&request)
    try await VerbRunner(pool: TestHost.pool, declarations: DeclarationSet(stack: stack)).perform(
      request)
  }

  /// The code of the diagnostic that a verb fails with; nil if it does not.
  private func failure(
    _ verb: Verb, _ name: String, _ arguments: (inout VerbRequest) -> Void = { _ in }
  ) async -> Int? {
    do {
      try await perform(verb, name, arguments)
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
    try await perform(.snapshot, name) { $0.name = "clean <&>" }
    try await perform(.stop, name) { $0.isForced = true }
    try await perform(.wait, name) {
      $0.condition = .stopped
      $0.limit = .seconds(30)
    }
    #expect(try await state(name) == .stopped)
    try await perform(.revert, name) { $0.name = "clean <&>" }
    #expect(try await state(name) == .running)
    try await perform(.stop, name)
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

  @Test func missingObjectsAreReported() async throws {
    let name = TestHost.name("missing")
    #expect(await failure(.start, name) == 706)
    try await TestHost.define(name, stack: stack)
    #expect(await failure(.revert, name) { $0.name = "none" } == 708)
    #expect(await failure(.wait, name) { $0.condition = .agent } == 710)
    #expect(await failure(.wait, name) { $0.condition = .cloudInit } == 710)
  }

  @Test func aTimeoutShowsTheState() async throws {
    let name = TestHost.name("waits")
    try await TestHost.define(name, stack: stack)
    try await perform(.start, name)
    do {
      try await perform(.wait, name) {
        $0.condition = .stopped
        $0.limit = .zero
      }
      Issue.record("a machine that runs is not off")
    } catch let error as Diagnostic {
      #expect(error.code.number == 709)
      #expect(error.notes == ["its state is running"])
    }
  }

  @Test(arguments: [WaitCondition.ip, .ssh])
  func aStoppedDomainIsNotAwaited(_ condition: WaitCondition) async throws {
    let name = TestHost.name("off")
    try await TestHost.define(name, stack: stack)
    #expect(await failure(.wait, name) { $0.condition = condition } == 792)
  }

  @Test(arguments: [
    ("web-*", "web-1", true), ("web-*", "db-1", false), ("*", "", true), ("a?c", "abc", true),
    ("a?c", "ac", false), ("*-*-x", "a-b-c-x", true), ("web", "web-1", false), ("", "a", false),
  ])
  func globs(pattern: String, name: String, matches: Bool) {
    #expect(Glob.matches(name, pattern) == matches)
  }
}
