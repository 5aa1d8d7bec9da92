import Foundation
import Libvirt
import Synchronization
import TestSupport
import Testing
import VMScript
import VMScriptSyntax

@testable import VMScriptPlan
@testable import VMScriptRuntime

/// Stacks that are run from several places, on libvirt's test driver.
@Suite(.serialized) struct StackOriginTests {
  private let stack = TestHost.name("origin")
  private let domain = TestHost.name("web")
  private let here = StackOrigin(host: "laptop", script: "/srv/a/lab.vmscript")
  private let there = StackOrigin(host: "laptop", script: "/srv/b/lab.vmscript")
  private let elsewhere = StackOrigin(host: "ci-1", script: "/srv/a/lab.vmscript")

  init() async throws { try await TestHost.keep() }

  private func script(_ memory: String = "64MiB", rest: String = "") -> String {
    """
    stack "\(stack)"
    domain "\(domain)" { memory = \(memory), state = stopped }
    \(rest)
    """
  }

  private func run(
    _ text: String, from origin: StackOrigin?, yes: Bool = false,
    confirm: @escaping @Sendable (Plan) async -> Bool = { _ in false }
  ) async throws -> RunReport {
    var options = RunOptions(uri: "test:///default", assumeYes: yes, confirm: confirm)
    options.origin = origin
    return await Runner.run(try Script.program(text), options: options)
  }

  private func destroy(from origin: StackOrigin?, yes: Bool) async -> RunReport {
    var options = RunOptions(uri: "test:///default", assumeYes: yes)
    options.origin = origin
    return await Runner.destroy(stack: stack, options: options)
  }

  private func recorded() async throws -> StackOrigin? {
    let name = domain
    return try await TestHost.pool.run { connection in
      let xml = try #require(try connection.domain(named: name)).xml(inactive: true)
      return try DomainMetadata.mark(in: .parse(xml, root: "domain"))
        .flatMap(StackOrigin.init(mark:))
    }
  }

  @Test func aChangeFromElsewhereIsConfirmedOnce() async throws {
    for other in [there, elsewhere] {
      #expect(try await run(script(), from: here, yes: true).outcome == .done)
      #expect(try await recorded() == here)

      let refused = try await run(script("96MiB"), from: other)
      #expect(refused.outcome == .refused)
      #expect(refused.diagnostics.map(\.code.number) == [762])
      #expect(refused.diagnostics[0].notes.contains("from \(here.description)"))
      #expect(try await recorded() == here)

      let asked = Mutex<StackOrigin?>(nil)
      let confirmed = try await run(script("96MiB"), from: other) { plan in
        asked.withLock { $0 = plan.otherOrigin }
        return true
      }
      #expect(confirmed.outcome == .done, "\(confirmed.diagnostics)")
      #expect(asked.withLock(\.self) == here)
      #expect(try await recorded() == other)
      // It is settled.
      let next = try await run(script("128MiB"), from: other)
      #expect(next.outcome == .done && next.diagnostics.isEmpty, "\(next.diagnostics)")
      #expect(await destroy(from: other, yes: true).outcome == .done)
    }
  }

  /// The origin of a running network is tested on a real host: see `StackIdentityTests`.
  @Test func aStackOfNetworksAloneKnowsItsOrigin() async throws {
    func script(_ number: Int) -> String {
      "stack \"\(stack)\"\nnet \"\(domain)\" { subnet = 10.199.\(number).0/24 }"
    }
    #expect(try await run(script(77), from: here).outcome == .done)
    let refused = try await run(script(78), from: there)
    #expect(refused.outcome == .refused && refused.diagnostics.map(\.code.number) == [762])
    #expect(await destroy(from: there, yes: false).outcome == .refused)
    #expect(await destroy(from: here, yes: true).outcome == .done)
  }

  @Test func aRunWithoutChangesNeedsNoConfirmation() async throws {
    #expect(try await run(script(), from: here).outcome == .done)
    let same = try await run(script(), from: there)
    #expect(same.outcome == .done && same.plan.isEmpty)
    #expect(same.diagnostics.map(\.code.number) == [761])
    #expect(same.diagnostics.map(\.severity) == [.warning])
    #expect(try await recorded() == here)
    // Confirmed, it is recorded although nothing else changes.
    #expect(try await run(script(), from: there, yes: true).outcome == .done)
    #expect(try await recorded() == there)
    #expect(try await run(script(), from: there).diagnostics.isEmpty)
    _ = await destroy(from: there, yes: true)
  }

  @Test func destroyAndVerbsAreConfirmedToo() async throws {
    #expect(try await run(script(), from: here).outcome == .done)
    #expect(await destroy(from: there, yes: false).diagnostics.map(\.code.number) == [762])
    let verb = "stack \"\(stack)\"\ndelete domain(\"\(domain)\")"
    let refused = try await run(verb, from: there)
    #expect(refused.outcome == .refused, "\(refused.diagnostics)")
    #expect(refused.diagnostics.map(\.code.number) == [762])
    #expect(try await TestHost.exists(domain))
    #expect(await destroy(from: there, yes: true).outcome == .done)
    #expect(try await !TestHost.exists(domain))
  }

  @Test func aScriptWithoutAFileComparesAndRecordsNothing() async throws {
    #expect(try await run(script(), from: here).outcome == .done)
    let report = try await run(script("96MiB"), from: nil)
    #expect(report.outcome == .done && report.diagnostics.isEmpty, "\(report.diagnostics)")
    #expect(try await recorded() == here)
    _ = await destroy(from: nil, yes: true)
    // What was made so belongs to no place.
    #expect(try await run(script(), from: nil).outcome == .done)
    #expect(try await run(script("96MiB"), from: there).diagnostics.isEmpty)
    #expect(try await recorded() == there)
    _ = await destroy(from: there, yes: true)
  }

  @Test func twoSpellingsOfAPathAreOne() throws {
    let folder = try ScratchFolder()
    let file = try folder.write("lab.vmscript", [])
    let link = folder.file("link")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: folder.path)
    #expect(
      StackOrigin(scriptAt: "\(link)/./lab.vmscript") == StackOrigin(scriptAt: file))
    #expect(StackOrigin(scriptAt: file) != nil)
    #expect(StackOrigin(scriptAt: "/dev/null") == nil)
  }
}
