import Foundation
import Libvirt
import TestSupport
import Testing
import VMScript
import VMScriptSyntax

@testable import VMScriptPlan
@testable import VMScriptRuntime

/// A stack on an isolated libvirtd, whose URI the environment names, with a guest that boots.
struct HostLab {
  static let uri = ProcessInfo.processInfo.environment["VMSCRIPT_TEST_URI"]
  static let guest = ProcessInfo.processInfo.environment["VMSCRIPT_TEST_GUEST"]
  static var canRun: Bool { uri != nil && guest != nil }

  let stack = TestHost.name("live")
  let connections = ConnectionPool(uri: Self.uri, size: 2)
  /// A subnet of the stack's own: tests of several suites run on one host.
  let subnet: String

  /// Gives a stack to `body` and destroys it however that ends.
  static func run(subnet: String, _ body: (HostLab) async throws -> Void) async throws {
    let lab = HostLab(subnet: subnet)
    do {
      try await body(lab)
    } catch {
      await lab.end()
      throw error
    }
    await lab.end()
  }

  private func end() async {
    _ = await Runner.destroy(stack: stack, options: options)
    await connections.close()
  }

  var options: RunOptions {
    RunOptions(uri: Self.uri, jobs: 2, assumeYes: true, hypervisor: "qemu")
  }

  /// The name on the host of what the scripts call `NAME`.
  func name(_ stem: String) -> String { "\(stack)-\(stem)" }

  /// Runs a script in which `STACK` is the lab's stack and `SUBNET` the first three parts of its subnet.
  func run(_ script: String) async throws -> RunReport {
    await Runner.run(try program(script), options: options)
  }

  func plan(_ script: String) async throws -> RunReport {
    await Runner.plan(try program(script), options: options)
  }

  /// The properties of a plan, each with its impact.
  func impacts(_ script: String) async throws -> [String] {
    let report = try await plan(script)
    try #require(report.outcome == .done, "\(report.diagnostics)")
    return report.plan.changes.flatMap { change in
      change.properties.isEmpty
        ? ["\(change.action) \(change.kind)"]
        : change.properties.map { "\($0.path): \($0.impact.rawValue)" }
    }
  }

  /// Runs a script that must succeed, and sees that a second run would do nothing.
  @discardableResult
  func settle(_ script: String) async throws -> RunReport {
    let report = try await run(script)
    try #require(report.outcome == .done, "\(report.diagnostics)")
    let after = try await plan(script)
    #expect(after.plan.isEmpty, "\(after.plan.changes.flatMap(\.properties))")
    return report
  }

  func program(_ script: String) throws -> Program {
    let text =
      "stack \"\(stack)\"\nimage \"\(stack)-guest\" { source = \"\(Self.guest ?? "")\" }\n"
      + script.replacing("STACK", with: stack).replacing("SUBNET", with: subnet)
    return try Script.program(text)
  }

  /// The devices of a domain, as it runs or as it is defined.
  func devices(_ domain: String, inactive: Bool) async throws -> XMLElement {
    let xml = try await connections.run { connection in
      try #require(try connection.domain(named: domain)).xml(inactive: inactive)
    }
    return try #require(try XMLElement.parse(xml, root: "domain").first("devices"))
  }

  /// Names of the volumes that the stack owns, without their hashes.
  func volumes() async throws -> Set<String> {
    let stack = stack
    return try await connections.run { connection in
      let names = try connection.pools().flatMap { try $0.volumes().map(\.name) }
      return Set(
        names.compactMap(VolumeName.init(parsing:)).filter { $0.stack == stack }.compactMap {
          if case .disk(let key) = $0.role { key } else { nil }
        })
    }
  }
}
