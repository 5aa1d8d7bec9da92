import Foundation
import Synchronization
import TestSupport
import Testing
import VMScript
import VMScriptSyntax

@testable import VMScriptPlan
@testable import VMScriptRuntime

/// Entries on libvirt's test driver, and what a session keeps of them.
@Suite struct LiveSessionTests {
  /// A session of a stack of its own, with names that no other test uses.
  private final class Entries: Sendable {
    let session = LiveSession(
      stack: TestHost.name("session"), options: RunOptions(uri: "test:///default"))
    let a = TestHost.name("a")
    let b = TestHost.name("b")
    let c = TestHost.name("c")
    private let shown = Mutex<[String]>([])

    @discardableResult
    func enter(_ text: String, isPreview: Bool = false, says yes: Bool = true) async -> RunReport {
      await session.enter(
        text, isPreview: isPreview, confirm: { _ in yes }, progress: { _ in },
        show: { value in self.shown.withLock { $0.append(value.literal) } })
    }

    func values(_ text: String) async -> [String] {
      shown.withLock { $0 = [] }
      await enter(text)
      return shown.withLock(\.self)
    }

    var declared: [String] { session.language.declarations.declarations.map(\.name) }

    var script: String { session.script(for: "/tmp/saved.vmscript") }

    /// The resources that a run of the saved script would change.
    func changes(set parameters: [String: String] = [:]) async throws -> [String] {
      let program = try Script.program(script, name: "/tmp/saved.vmscript")
      let report = await Runner.plan(
        program, evaluation: EvaluationOptions(parameters: parameters),
        options: RunOptions(uri: "test:///default"))
      #expect(report.outcome == .done, "\(report.diagnostics)\n\(script)")
      return report.plan.changes.map(\.name)
    }
  }

  @Test func aSavedScriptIsInEffect() async throws {
    let entries = Entries()
    let (a, b, c) = (entries.a, entries.b, entries.c)
    await entries.enter(
      """
      net "\(a)" { mode = isolated, subnet = 10.77.0.0/24 }
      domain "\(a)" {
        memory = 64MiB, state = stopped, description = "a \\"b\\"\\n\\\\(c)"
        nic lan { net = "\(a)", ip = 10.77.0.7 }, nic { net = "default" }
        vnc { password = "geheim" }
      }
      """)
    await entries.enter("clone domain(\"\(a)\") as \"\(b)\" { memory = 128MiB, remove nic 2 }")
    await entries.enter(
      "domain \"\(c)\" { memory = 64MiB, title = \"beside \\(domain(\"\(b)\").state)\" }")
    #expect(entries.declared == [a, a, b, c])
    #expect(!entries.script.contains("geheim"))
    #expect(entries.script.contains("title = \"beside stopped\""), "\(entries.script)")
    let parameter = Identifier.resembling("\(a)_vnc_password")
    #expect(try await entries.changes(set: [parameter: "geheim"]) == [])
    await entries.enter("delete \"\(c)\"")
    #expect(!entries.script.contains(c))
    await entries.enter("delete \"\(b)\"; delete \"\(a)\"")
  }

  @Test func clonesFollowTheirSource() async throws {
    let entries = Entries()
    let (a, b, c) = (entries.a, entries.b, entries.c)
    await entries.enter(
      """
      domain "\(a)" { memory = 64MiB, state = stopped }
      clone domain("\(a)") as "\(b)" { title = "b" }
      clone domain("\(b)") as "\(c)" { memory = 32MiB }
      """)
    let changed = await entries.enter(
      "domain \"\(a)\" { memory = 96MiB, cpus = 2, state = stopped }")
    #expect(changed.plan.changes.map(\.name) == [a, b, c], "\(changed.diagnostics)")
    #expect(changed.plan.changes.last?.properties.map(\.name).contains("memory") == false)
    #expect(await entries.enter("").plan.isEmpty)
    #expect(try await entries.changes() == [])
    await entries.enter("delete [\"\(c)\", \"\(b)\"]; delete \"\(a)\"")
    #expect(entries.declared == [])
  }

  @Test func aFailedEntryDeclaresNothing() async throws {
    let entries = Entries()
    let (a, b, c) = (entries.a, entries.b, entries.c)
    await entries.enter("domain \"\(a)\" { memory = 64MiB }")
    // libvirt refuses a disk of no type that it knows.
    let unknown = "title = \"two\", xml '/domain/devices' { append = \"<disk type='x'/>\" }"
    let report = await entries.enter(
      """
      domain "\(a)" { memory = 64MiB, \(unknown) }
      domain "\(b)" { memory = 64MiB, state = stopped, \(unknown) }
      domain "\(c)" { memory = 64MiB }
      """)
    #expect(report.outcome == .failed)
    #expect(report.withdrawn.map(\.name) == [a, b])
    #expect(entries.declared == [a, c])
    #expect(await entries.values("domain(\"\(a)\").title") == ["none"])
    #expect(!entries.script.contains(b) && !entries.script.contains("title"))
    #expect(try await entries.changes() == [])
    await entries.enter("delete [\"\(a)\", \"\(c)\"]")
  }

  @Test func aRefusedEntryKeepsTheEarlierDeclaration() async throws {
    let entries = Entries()
    let name = entries.a
    let head = "domain \"\(name)\" { state = stopped, memory ="
    await entries.enter("\(head) 64MiB, nic { net = \"default\" } }")
    let again = "\(head) 96MiB }"
    let refused = await entries.enter(again, says: false)
    #expect(refused.outcome == .refused && refused.withdrawn.map(\.name) == [name])
    #expect(await entries.values("domain(\"\(name)\").memory") == ["64MiB"])
    #expect(try await entries.changes() == [])
    #expect(await entries.enter(again).outcome == .done)
    #expect(entries.script.contains("96MiB"))
    await entries.enter("delete \"\(name)\"")
  }

  @Test func aDeletedResourceCanBeDeclaredAgain() async throws {
    let entries = Entries()
    let name = entries.a
    let declaration = "domain \"\(name)\" { memory = 64MiB }"
    await entries.enter("let make = 1\n\(declaration)")
    await entries.enter("delete \"\(name)\"")
    #expect(entries.declared == [])
    let gone = await entries.enter("domain(\"\(name)\").state")
    #expect(gone.diagnostics.map(\.code.number) == [706])
    #expect(await entries.enter(declaration).plan.changes.map(\.action) == [.create])
    #expect(await entries.values("domain(\"\(name)\").state") == ["\"running\""])
    // One statement that makes, deletes and makes again.
    let both = await entries.enter("for i in 1...2 { delete \"\(name)\"; \(declaration) }")
    #expect(both.outcome == .done, "\(both.diagnostics)")
    #expect(await entries.values("domain(\"\(name)\").state") == ["\"running\""])
    await entries.enter("delete \"\(name)\"")
  }

  @Test func aDeletionIsConfirmedOnTheDomainsThatItMeans() async throws {
    let entries = Entries()
    let (a, b) = (entries.a, entries.b)
    await entries.enter(
      "domain \"\(a)\" { memory = 64MiB }; domain \"\(b)\" { memory = 64MiB }")
    let refused = await entries.enter("delete [\"\(a)*\", \"\(b)\"]", says: false)
    #expect(refused.outcome == .refused)
    #expect(refused.diagnostics.map(\.code.number) == [712])
    #expect(refused.diagnosticsAfterQuestion.isEmpty)
    #expect(entries.declared == [a, b])
    #expect(try await entries.changes() == [])
    let asked = Mutex<[[String]]>([])
    let report = await entries.session.enter(
      "delete [\"\(a)*\", \"\(b)\", \"\(entries.c)\"]",
      confirm: { plan in
        asked.withLock { $0.append(plan.deletions.map(\.name)) }
        return true
      }, progress: { _ in }, show: { _ in })
    #expect(report.outcome == .done, "\(report.diagnostics)")
    #expect(asked.withLock(\.self) == [[a, b]])
    #expect(entries.declared == [])
  }

  @Test func aCancelledEntryKeepsItsCompletedChanges() async throws {
    let entries = Entries()
    let (a, b) = (entries.a, entries.b)
    let begun = AsyncStream.makeStream(of: Void.self)
    let task = Task {
      await entries.session.enter(
        """
        domain "\(a)" { memory = 64MiB }
        wait domain("\(a)") for domain("\(a)").state == "stopped" within 10m
        domain "\(b)" { memory = 64MiB }
        """, confirm: { _ in true },
        progress: { if case .waiting = $0 { begun.continuation.yield() } }, show: { _ in })
    }
    for await _ in begun.stream { break }
    task.cancel()
    let report = await task.value
    #expect(report.outcome == .cancelled)
    #expect(report.plan.changes.map(\.result) == [.done])
    #expect(entries.declared == [a])
    #expect(try await entries.changes() == [])
    await entries.enter("delete \"\(a)\"")
  }

  @Test func aPreviewIsNotSaved() async throws {
    let entries = Entries()
    let (a, b) = (entries.a, entries.b)
    await entries.enter("domain \"\(a)\" { memory = 64MiB, state = stopped }")
    await entries.enter(
      """
      domain "\(a)" { memory = 96MiB, state = stopped }
      domain "\(b)" { memory = 96MiB, state = stopped }
      """, isPreview: true)
    #expect(entries.declared == [a, b])
    #expect(entries.script.contains("64MiB") && !entries.script.contains(b))
    await entries.enter("delete \"\(a)\"", isPreview: true)
    #expect(entries.declared == [a, b])
    await entries.enter("")
    #expect(entries.script.contains("96MiB") && entries.script.contains(b))
    #expect(try await entries.changes() == [])
    entries.session.reset()
    #expect(!entries.script.contains("domain"))
    await entries.enter("delete [\"\(a)\", \"\(b)\"]")
  }

  @Test func filesAreFoundFromWhereTheScriptIsKept() async throws {
    let scratch = try ScratchFolder()
    try scratch.write("disk.iso", Array(repeating: 0, count: 4096))
    let entries = Entries()
    let report = await entries.session.enter(
      "domain \"\(entries.a)\" { memory = 64MiB, cdrom { source = \"disk.iso\" }, state = stopped }",
      name: scratch.file("entered.vmscript"), confirm: { _ in true }, progress: { _ in },
      show: { _ in })
    #expect(report.outcome == .done, "\(report.diagnostics)")
    let beside = entries.session.script(for: scratch.file("saved.vmscript"))
    #expect(beside.contains("source = \"disk.iso\""), "\(beside)")
    let elsewhere = entries.session.script(for: "/saved.vmscript")
    #expect(elsewhere.contains("source = \"\(scratch.path)/disk.iso\""), "\(elsewhere)")
    await entries.enter("delete \"\(entries.a)\"")
  }
}
