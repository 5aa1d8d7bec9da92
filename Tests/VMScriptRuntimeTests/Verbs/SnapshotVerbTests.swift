import Libvirt
import Testing
import VMScript
import VMScriptSyntax

@testable import VMScriptPlan
@testable import VMScriptRuntime

/// Snapshots of one and of several domains, on libvirt's test driver.
@Suite struct SnapshotVerbTests {
  private let stack = TestHost.name("snapshots")

  private func perform(
    _ verb: Verb, _ names: [String], _ snapshot: String = "one"
  ) async throws(Diagnostic) {
    var request = VerbRequest(
      verb, targets: names.map { .pattern($0) }, span: RunFixture.span,
      targetSpan: RunFixture.span)
    request.name = snapshot
    try await VerbRunner(pool: TestHost.pool, declarations: DeclarationSet(stack: stack))
      .perform(request)
  }

  private func failure(_ verb: Verb, _ names: [String], _ snapshot: String = "one") async
    -> Diagnostic?
  {
    do throws(Diagnostic) {
      try await perform(verb, names, snapshot)
      return nil
    } catch { return error }
  }

  private func states(_ names: [String]) async throws -> [LiveDomain.State?] {
    let domains = try await LiveReader(pool: TestHost.pool).read().domains
    return names.map { domains[$0]?.state }
  }

  private func snapshots(_ name: String) async throws -> [String] {
    try await TestHost.pool.run { try $0.domain(named: name)?.snapshots().sorted() ?? [] }
  }

  /// Domains of the stack, of which the first `running` run.
  private func domains(_ count: Int, running: Int) async throws -> [String] {
    try await TestHost.keep()
    let names = (0..<count).map { "\(stack)-\($0)" }
    for name in names { try await TestHost.define(name, stack: stack) }
    if running > 0 { try await perform(.start, Array(names.prefix(running))) }
    return names
  }

  private func delete(_ names: [String]) async throws { try await perform(.delete, names) }

  @Test func severalDomainsHaveTheStateOfOneMoment() async throws {
    let names = try await domains(4, running: 3)
    try await perform(.suspend, [names[2]])
    try await perform(.snapshot, names)
    #expect(try await states(names) == [.running, .running, .paused, .stopped])
    // All of them were suspended for it.
    for (name, state) in zip(names, ["paused", "paused", "paused", "shutoff"]) {
      let found = try await TestHost.pool.run { connection in
        let xml = try connection.domain(named: name)?.snapshot(named: "one")?.xml() ?? ""
        return try XMLElement.parse(xml, root: "domainsnapshot").text(at: "state")
      }
      #expect(found == state)
    }
    try await perform(.resume, [names[2]])
    try await perform(.revert, names)
    // A guest that ran at that moment runs again, one that was suspended does not.
    #expect(try await states(names) == [.running, .running, .paused, .stopped])
    try await delete(names)
  }

  @Test func oneDomainIsNotSuspended() async throws {
    let names = try await domains(1, running: 1)
    try await perform(.snapshot, names)
    let state = try await TestHost.pool.run { [name = names[0]] connection in
      let xml = try connection.domain(named: name)?.snapshot(named: "one")?.xml() ?? ""
      return try XMLElement.parse(xml, root: "domainsnapshot").text(at: "state")
    }
    #expect(state == "running")
    try await delete(names)
  }

  @Test func aFailureResumesEveryGuest() async throws {
    let names = try await domains(3, running: 3)
    // The second one has a snapshot of that name already.
    try await perform(.snapshot, [names[1]])
    let error = try #require(await failure(.snapshot, names))
    #expect(error.notes.contains { $0.contains("one") } || error.message.contains(names[1]))
    #expect(try await states(names) == [.running, .running, .running])
    // A domain that does not exist, too: nothing is made.
    let missing = await failure(.snapshot, names + ["\(stack)-none"], "two")
    #expect(missing != nil)
    #expect(try await states(names) == [.running, .running, .running])
    #expect(try await snapshots(names[0]) == ["one"])
    try await delete(names)
  }

  @Test func aSnapshotIsDeletedAlone() async throws {
    let names = try await domains(2, running: 0)
    for snapshot in ["first", "second", "third"] { try await perform(.snapshot, names, snapshot) }
    try await perform(.deleteSnapshot, names, "second")
    for name in names { #expect(try await snapshots(name) == ["first", "third"]) }
    let missing = try #require(await failure(.deleteSnapshot, [names[0]], "secnd"))
    #expect(missing.message == "`\(names[0])` has no snapshot `secnd`")
    #expect(missing.notes == ["it has `first`, `third`"])
    let near = try #require(await failure(.revert, [names[0]], "thirt"))
    #expect(near.helps.map(\.text) == ["did you mean `third`?"])
    try await delete(names)
  }

  @Test func theDetailsOfADomainListTheTreeOfItsSnapshots() async throws {
    let names = try await domains(1, running: 0)
    for snapshot in ["a", "b"] { try await perform(.snapshot, names, snapshot) }
    try await perform(.revert, names, "a")
    try await perform(.snapshot, names, "c")
    let details = try await Inspector.details(of: names[0], in: TestHost.pool)
    guard case .map(let entries)? = details.first else {
      Issue.record("no details")
      return
    }
    #expect(
      entries["snapshots"]
        == .list([
          .map(["name": .string("a")]), .map(["name": .string("b"), "parent": .string("a")]),
          .map(["name": .string("c"), "parent": .string("a"), "current": .bool(true)]),
        ]))
    try await delete(names)
  }
}

@Suite struct SnapshotTreeTests {
  private func order(_ entries: [(String, String?)]) -> [String] {
    SnapshotTree(
      entries.map { SnapshotTree.Entry(name: $0.0, parent: $0.1, isCurrent: false) }
    ).entries.map(\.name)
  }

  @Test func everySnapshotFollowsItsParent() {
    #expect(order([]) == [])
    #expect(order([("c", "a"), ("b", "a"), ("a", nil), ("d", "b")]) == ["a", "b", "d", "c"])
    #expect(order([("z", nil), ("a", "z"), ("m", nil)]) == ["m", "z", "a"])
    // A parent that is gone, and a cycle.
    #expect(order([("b", "gone"), ("a", "b")]) == ["b", "a"])
    #expect(order([("a", "b"), ("b", "a"), ("c", nil)]) == ["c", "a", "b"])
  }
}
