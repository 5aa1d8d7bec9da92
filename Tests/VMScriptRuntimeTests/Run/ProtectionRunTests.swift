import Libvirt
import TestSupport
import Testing
import VMScript
import VMScriptSyntax

@testable import VMScriptPlan
@testable import VMScriptRuntime

/// Protected resources on libvirt's test driver.
@Suite(.serialized) struct ProtectionRunTests {
  private let stack = TestHost.name("protect")

  init() async throws { try await TestHost.keep() }

  private func program(_ script: String) throws -> Program {
    try Script.program("stack \"\(stack)\"\n" + script.replacing("STACK", with: stack))
  }

  private func run(_ script: String, prune: Bool = false, expiry: StackExpiry? = nil) async throws
    -> RunReport
  {
    var options = RunOptions(uri: "test:///default", assumeYes: true, prune: prune)
    options.expiry = expiry
    return await Runner.run(try program(script), options: options)
  }

  private func destroy() async -> RunReport {
    await Runner.destroy(stack: stack, options: RunOptions(uri: "test:///default", assumeYes: true))
  }

  /// The names of the stack's objects.
  private func present() async throws -> [String] {
    let stack = stack
    return try await TestHost.pool.run { connection in
      let volumes = try connection.pools().flatMap { try $0.volumes() }.map(\.name)
      return (try connection.domains().map(\.name) + connection.networks().map(\.name) + volumes)
        .filter { $0.hasPrefix(stack) }
        .map { String($0.dropFirst(stack.count + 1).prefix { $0 != "." }) }.sorted()
    }
  }

  private static func all(_ protection: String) -> String {
    """
    domain "STACK-web" { memory = 64MiB, state = stopped\(protection) }
    net "STACK-lan" { mode = isolated\(protection) }
    image "STACK-data" { size = 1MiB\(protection) }
    """
  }

  private static let protected = all(", protect = true")

  @Test func protectedResourcesAreNotDeleted() async throws {
    #expect(try await run(Self.protected).outcome == .done)
    let before = try await present()
    #expect(try await run(Self.protected, prune: true).plan.changes.isEmpty)
    for report in [try await run("", prune: true), await destroy()] {
      #expect(report.outcome == .failed)
      #expect(report.diagnostics.map(\.code.number) == [530, 530, 530])
      #expect(try await present() == before)
    }
    for script in [Self.protected, ""] {
      let report = try await run(script + "\ndelete \"STACK-web\"")
      #expect(report.diagnostics.map(\.code.number) == [530])
      #expect(try await present() == before)
    }
    // A plan says so before.
    let plan = await Runner.plan(
      try program(""), options: RunOptions(uri: "test:///default", prune: true))
    #expect(plan.diagnostics.map(\.code.number) == [530, 530, 530])
    let idle = await Runner.plan(try program(""), options: RunOptions(uri: "test:///default"))
    #expect(idle.diagnostics.isEmpty && idle.plan.undeclared.count == 3)

    #expect(try await run(Self.all("")).outcome == .done)
    #expect(await destroy().outcome == .done)
    #expect(try await present() == [])
  }

  @Test(arguments: ["", ", protect = false"])
  func theProtectionIsTakenOffByARun(off: String) async throws {
    #expect(try await run(Self.all(off)).outcome == .done)
    let without = try await present()
    for (script, to) in [(Self.protected, true), (Self.all(off), false)] {
      let report = try await run(script)
      #expect(report.outcome == .done)
      #expect(report.plan.changes.map(\.action) == [.update, .update, .update])
      let properties = report.plan.changes.flatMap(\.properties)
      #expect(properties.map(\.path) == ["protect", "protect", "protect"])
      #expect(properties.allSatisfy { $0.to == .bool(to) && $0.from == .bool(!to) })
      #expect(try await run(script, prune: true).plan.changes.isEmpty)
    }
    #expect(try await present() == without)
    #expect(try await run("", prune: true).outcome == .done)
    #expect(try await present() == [])
  }

  @Test func aRunningDomainIsProtectedAtOnce() async throws {
    func script(_ protection: String) -> String {
      "domain \"STACK-web\" { memory = 64MiB\(protection) }"
    }
    #expect(try await run(script("")).outcome == .done)
    let report = try await run(script(", protect = true"))
    #expect(report.plan.changes.map(\.impact) == [.live])
    let name = "\(stack)-web"
    for inactive in [true, false] {
      let xml = try await TestHost.pool.run { connection in
        try #require(try connection.domain(named: name)).xml(inactive: inactive)
      }
      #expect(try DomainFacts(xml: xml).owner?.isProtected == true, "inactive: \(inactive)")
    }
    #expect(await destroy().diagnostics.map(\.code.number) == [530])
    #expect(try await run(script("")).outcome == .done)
    #expect(await destroy().outcome == .done)
  }

  @Test func aChangeThatLosesDataIsRefused() async throws {
    func script(_ format: String, _ protection: String) -> String {
      """
      domain "STACK-web" {
        memory = 64MiB
        state = stopped
        disk { size = 8MiB, format = \(format) }
        \(protection)
      }
      """
    }
    #expect(try await run(script("qcow2", "protect = true")).outcome == .done)
    let before = try await present()
    for protection in ["protect = true", "protect = false", ""] {
      let report = try await run(script("raw", protection))
      #expect(report.diagnostics.map(\.code.number) == [531], "\(protection)")
      #expect(try await present() == before)
    }
    #expect(try await run(script("qcow2", "")).outcome == .done)
    #expect(try await run(script("raw", "")).outcome == .done)
    #expect(await destroy().outcome == .done)
  }

  @Test func aTemporaryStackIsNeverProtected() async throws {
    let expiry = StackExpiry(after: .seconds(600))
    #expect(try await run(Self.protected, expiry: expiry).outcome == .done)
    #expect(try await run(Self.protected, expiry: expiry).plan.changes.isEmpty)
    #expect(await destroy().outcome == .done)
    #expect(try await present() == [])
  }

  @Test func aCloneInheritsNoProtection() async throws {
    let script = """
      domain "STACK-base" { memory = 64MiB, protect = true }
      clone domain("STACK-base") as "STACK-web" { state = stopped }
      """
    #expect(try await run(script).outcome == .done)
    let without = script.split(separator: "\n")[0]
    #expect(try await run(String(without), prune: true).outcome == .done)
    #expect(try await present() == ["base"])
    #expect(try await run(String(without).replacing("true", with: "false")).outcome == .done)
    #expect(await destroy().outcome == .done)
  }

  @Test func recordsOfObjectsThatAreGoneAreRemoved() async throws {
    #expect(try await run(Self.protected).outcome == .done)
    let name = "\(stack)-lan"
    try await TestHost.pool.run { connection in
      let network = try #require(try connection.network(named: name))
      try network.destroy()
      try network.undefine()
    }
    #expect(
      try await run(Self.all("").replacing("net \"STACK", with: "net \"STACK")).outcome == .done)
    #expect(try await run(Self.protected).outcome == .done)
    try await TestHost.pool.run { connection in
      let network = try #require(try connection.network(named: name))
      try network.destroy()
      try network.undefine()
    }
    // The network is gone without its script: its record alone does not block the deletion.
    let rest = Self.all("").split(separator: "\n").filter { !$0.hasPrefix("net") }
    #expect(try await run(rest.joined(separator: "\n"), prune: true).outcome == .done)
    #expect(await destroy().outcome == .done)
    #expect(try await present() == [])
  }
}
