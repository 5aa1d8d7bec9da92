import Libvirt
import TestSupport
import Testing
import VMScript
import VMScriptSyntax

@testable import VMScriptPlan
@testable import VMScriptRuntime

/// Objects that somebody else changes between the plan and its change, on libvirt's test driver.
///
/// The question of a run that deletes something is the moment in between.
@Suite(.serialized) struct MovedHostTests {
  private let stack = TestHost.name("moved")

  init() async throws { try await TestHost.keep() }

  private func run(
    _ script: String, meanwhile change: @escaping @Sendable (Connection) throws -> Void = { _ in }
  ) async throws -> RunReport {
    let text = "stack \"\(stack)\"\n" + script.replacing("STACK", with: stack)
    let program = try Script.program(text)
    let options = RunOptions(
      uri: "test:///default", prune: true,
      confirm: { _ in (try? await TestHost.pool.run(change)) != nil })
    return await Runner.run(program, options: options)
  }

  private func definition(_ name: String) async throws -> XMLElement {
    let name = "\(stack)-\(name)"
    let xml = try await TestHost.pool.run { connection in
      try #require(try connection.domain(named: name)).xml(inactive: true, secure: true)
    }
    return try XMLElement.parse(xml, root: "domain")
  }

  private func redefine(
    _ name: String, _ change: @escaping @Sendable (XMLElement) -> Void
  ) -> @Sendable (Connection) throws -> Void {
    let name = "\(stack)-\(name)"
    return { connection in
      let domain = try #require(try connection.domain(named: name))
      let root = try XMLElement.parse(domain.xml(inactive: true, secure: true), root: "domain")
      change(root)
      try connection.defineDomain(xml: root.xmlString)
    }
  }

  private static let both = """
    domain "STACK-a" { memory = 64MiB, title = "t", state = stopped }
    domain "STACK-b" { memory = 64MiB, state = stopped }
    """

  @Test func itsChangeIsPlannedAnew() async throws {
    #expect(try await run(Self.both).outcome == .done)
    let script = "domain \"STACK-a\" { memory = 128MiB, title = \"t\", state = stopped }"
    let report = try await run(
      script,
      meanwhile: redefine("a") { root in
        root.setText("other", at: "title")
        root.setText("theirs", at: "description")
      })
    #expect(report.outcome == .done, "\(report.diagnostics)")
    #expect(report.diagnostics.map(\.code.number) == [727])
    #expect(report.diagnostics.first?.notes.joined().contains("`title`") == true)
    let root = try await definition("a")
    #expect(root.text(at: "memory") == "131072")
    #expect(root.text(at: "title") == "t")
    #expect(root.text(at: "description") == "theirs")
    #expect(try await run(script).plan.isEmpty)
  }

  @Test func anObjectThatOthersChangedToMatchIsUnchanged() async throws {
    #expect(try await run(Self.both).outcome == .done)
    let report = try await run(
      "domain \"STACK-a\" { memory = 64MiB, title = \"new\", state = stopped }",
      meanwhile: redefine("a") { $0.setText("new", at: "title") })
    #expect(report.outcome == .done && report.diagnostics.isEmpty, "\(report.diagnostics)")
    #expect(try await definition("a").text(at: "title") == "new")
  }

  @Test func anObjectThatOthersDeletedIsCreatedAgain() async throws {
    #expect(try await run(Self.both).outcome == .done)
    let name = "\(stack)-a"
    let report = try await run(
      "domain \"STACK-a\" { memory = 128MiB, state = stopped }",
      meanwhile: { try $0.domain(named: name)?.undefine() })
    #expect(report.outcome == .done, "\(report.diagnostics)")
    #expect(try await definition("a").text(at: "memory") == "131072")
  }
}
