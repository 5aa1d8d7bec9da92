import Foundation
import Libvirt
import TestSupport
import Testing
import VMScript
import VMScriptSyntax

@testable import VMScriptPlan
@testable import VMScriptRuntime

/// Inspection of a stack that was run, on libvirt's test driver.
@Suite struct InspectorTests {
  private static let uri = "test:///default"
  private let stack = TestHost.name("seen")

  init() async throws { try await TestHost.keep() }

  private var script: String {
    """
    stack "\(stack)"
    image "\(stack)-blank" { size = 64MiB, format = qcow2 }
    net "\(stack)-net" { mode = isolated, subnet = 10.83.0.0/24 }
    domain "\(stack)-web" {
      memory = 64MiB
      nic { net = net("\(stack)-net") }
      vnc { password = "hunter2" }
      state = stopped
    }
    """
  }

  private func withRun(_ body: () async throws -> Void) async throws {
    let options = RunOptions(uri: Self.uri, assumeYes: true)
    let report = await Runner.run(try Script.program(script), options: options)
    #expect(report.outcome == .done, "\(report.diagnostics)")
    try await body()
    #expect(await Runner.destroy(stack: stack, options: options).outcome == .done)
  }

  @Test func theInventorySaysWhoseThingsAre() async throws {
    try await withRun {
      let all = try await Inspector.inventory(uri: Self.uri)
      #expect(all.domains.contains { $0.name == "test" && $0.stack == nil })
      let own = all.owned(by: stack)
      #expect(own.domains.map(\.name) == ["\(stack)-web"])
      #expect(own.domains.map(\.state) == [.stopped])
      // The domain's mark tells the stack's name, by which its networks are known.
      #expect(own.networks.map(\.name) == ["\(stack)-net"])
      #expect(own.images.map(\.name) == ["\(stack)-blank"])
      #expect(own.images.first?.capacity == ByteSize("64MiB"))
      #expect(!own.document.json().contains("hunter2"))
    }
  }

  @Test func detailsLeaveSecretsOut() async throws {
    try await withRun {
      let details = try await Inspector.details(of: "\(stack)-web", uri: Self.uri)
      let shown = try #require(details.first)
      guard case .map(let domain) = shown else {
        Issue.record("no document")
        return
      }
      #expect(domain["stack"]?.description == stack)
      #expect(domain["memory"]?.description == "64MiB")
      #expect(!shown.json().contains("hunter2"))
      let image = try await Inspector.details(of: "\(stack)-blank", uri: Self.uri)
      #expect(image.count == 1)
      let net = try await Inspector.details(of: "\(stack)-net", uri: Self.uri)
      #expect(net.first?.json().contains("10.83.0.0/24") == true)
    }
  }

  @Test func aDefinitionIsWrittenOntoWhatIsThere() async throws {
    try await withRun {
      let changed = try Script.program(script.replacingOccurrences(of: "64MiB\n", with: "128MiB\n"))
      let report = await Definitions.of(
        changed, named: "\(stack)-web", evaluation: EvaluationOptions(),
        options: RunOptions(uri: Self.uri), isOnHost: true)
      #expect(report.diagnostics.isEmpty)
      let xml = try #require(report.definitions.first?.xml)
      #expect(xml.contains("131072</memory>"))
      #expect(xml.contains("type='test'"))
      #expect(!xml.contains("hunter2"))
    }
  }

  @Test func aStatusIsReadOutOfAPlan() async throws {
    try await withRun {
      let other = """
        stack "\(stack)"
        domain "\(stack)-web" { memory = 128MiB, state = stopped }
        domain "\(stack)-new" { memory = 64MiB }
        """
      let report = await Runner.plan(try Script.program(other), options: RunOptions(uri: Self.uri))
      let status = StackStatus(report)
      let standings = Dictionary(
        uniqueKeysWithValues: status.entries.map { ($0.resource.name, $0.standing) })
      #expect(
        standings == [
          "\(stack)-web": .differs, "\(stack)-new": .missing, "\(stack)-net": .undeclared,
          "\(stack)-blank": .undeclared,
        ])
      #expect(!status.isAsDeclared)
    }
  }

  @Test(arguments: [
    ("qemu+unix:///system?socket=/nowhere", "start libvirtd"),
    ("nonsense", "qemu+ssh://HOST/system"), ("qemu+tcp://127.0.0.1:1/system", "listens"),
  ])
  func aConnectionThatFailsSaysWhatMayHelp(uri: String, help: String) async throws {
    let error = await #expect(throws: Diagnostic.self) {
      _ = try await Inspector.inventory(uri: uri)
    }
    #expect(error?.code.number == 701)
    #expect(error?.message == "cannot connect to `\(uri)`")
    #expect(error?.notes.first?.hasPrefix("libvirt says: ") == true)
    #expect(error?.notes.first?.contains("cannot connect to") == false)
    #expect(error?.helps.first?.text.contains(help) == true)
    #expect(error?.helps.last?.text.contains("--connect test:///default") == true)
  }
}
