import Foundation
import Libvirt
import TestSupport
import Testing
import VMScript
import VMScriptSyntax

@testable import VMScriptPlan
@testable import VMScriptRuntime

/// The edits of `xml` blocks on libvirt's test driver, and on a real libvirtd where there is one:
/// each is in effect as it is written or reported once, is no difference from then on, and is undone
/// when its block goes.
@Suite(.serialized) struct XMLEditRunTests {
  static let uris = ["test:///default", IsolatedHost.uri].compactMap(\.self)

  /// The blocks of one domain, with a path that shows their result: it leads to one element.
  static let domains: [(blocks: [String], result: String)] = [
    ([#""/domain/clock" { set = { offset: "localtime" } }"#], "/domain/clock[@offset='localtime']"),
    ([#""/domain/memory" { text = "80", set = { unit: "MiB" } }"#], "/domain/memory[.=81920]"),
    ([#""/domain/features/acpi" { remove = true }"#], "/domain[not(features/acpi)]"),
    (
      [#""/domain/devices/interface/model" { set = { type: "e1000" } }"#],
      "/domain/devices/interface/model[@type='e1000']"
    ),
    ([#""/domain/devices/graphics" { remove = true }"#], "/domain[not(devices/graphics)]"),
    (
      [
        #""/domain/clock" { append = ["<timer name='rtc' track='guest'/>", "<timer name='pit'/>"] }"#,
        "\"/domain/clock/timer[@name='pit']\" { set = { tickpolicy: \"delay\" } }",
        "\"/domain/clock/timer[@name='rtc']/@track\" { remove = true }",
      ], "/domain/clock[timer[1][@name='rtc' and not(@track)] and timer[2]/@tickpolicy='delay']"
    ),
    (
      [
        "\"//graphics[@type='vnc']\" { before = \"<graphics type='vnc' port='5999'/>\", remove = true }"
      ], "/domain/devices/graphics[@port='5999']"
    ),
    (
      [
        #""/domain/devices" { append = "<input type='mouse' bus='usb'/>" }"#,
        "\"//input[@bus='usb']\" { before = \"<input type='tablet' bus='usb'/>\" }",
      ], "/domain/devices[input[@bus='usb'][1]/@type='tablet']/input[@type='mouse' and @bus='usb']"
    ),
  ]

  @Test(arguments: uris)
  func editsOfDomainsAreKeptAndUndone(uri: String) async throws {
    let connections = ConnectionPool(uri: uri, size: 2)
    // The test driver forgets all with its last connection.
    try await connections.run { _ in }
    defer { Task { await connections.close() } }
    let stack = TestHost.name("edited")
    let options = RunOptions(uri: uri, assumeYes: true, hypervisor: "qemu")
    func name(_ number: Int) -> String { "\(stack)-\(number)" }
    func program(patched: Bool, title: String = "a") throws -> Program {
      let domains = Self.domains.enumerated().map { number, domain in
        let blocks = patched ? domain.blocks.map { "  xml \($0)\n" }.joined() : ""
        return """
          domain "\(name(number))" {
            memory = 64MiB, state = stopped, labels = { a: "\(title)" }
            nic { net = net("default") }
            vnc { }
          \(blocks)}

          """
      }
      return try Script.program("stack \"\(stack)\"\n" + domains.joined())
    }
    func definition(_ number: Int) async throws -> XMLElement {
      let name = name(number)
      let text = try await connections.run { connection in
        try #require(try connection.domain(named: name)).xml(inactive: true)
      }
      return try XMLElement.parse(text, root: "domain")
    }
    func expectNoDifference(patched: Bool, title: String = "a") async throws {
      let report = await Runner.plan(
        try program(patched: patched, title: title), options: options)
      for change in report.plan.changes {
        Issue.record("\(change.name): \(change.properties.map { ($0.path, $0.from, $0.to) })")
      }
      #expect(report.diagnostics.isEmpty, "\(report.diagnostics)")
    }

    let bare = await Runner.run(try program(patched: false), options: options)
    #expect(bare.outcome == .done, "\(bare.diagnostics)")
    var before: [XMLElement] = []
    for number in Self.domains.indices { before.append(try await definition(number)) }

    let first = await Runner.run(try program(patched: true), options: options)
    #expect(first.outcome == .done && first.diagnostics.isEmpty, "\(first.diagnostics)")
    for (number, domain) in Self.domains.enumerated() {
      let root = try await definition(number)
      let found = try XMLPath(domain.result).elements(from: root)
      #expect(found.count == 1, "\(domain.result)\n\(root.xmlString)")
    }
    try await expectNoDifference(patched: true)
    // A later definition, for another reason, keeps them.
    let other = await Runner.run(try program(patched: true, title: "b"), options: options)
    #expect(other.outcome == .done && other.diagnostics.isEmpty, "\(other.diagnostics)")
    try await expectNoDifference(patched: true, title: "b")

    let removed = await Runner.run(try program(patched: false), options: options)
    #expect(removed.outcome == .done && removed.diagnostics.isEmpty, "\(removed.diagnostics)")
    try await expectNoDifference(patched: false)
    for number in Self.domains.indices {
      let left = try await definition(number)
      #expect(
        left.isEquivalent(to: before[number]), "\(left.xmlString)\n\(before[number].xmlString)")
    }
    _ = await Runner.destroy(stack: stack, options: options)
  }

  @Test(arguments: uris)
  func aDroppedEditIsReportedOnce(uri: String) async throws {
    let connections = ConnectionPool(uri: uri, size: 2)
    try await connections.run { _ in }
    defer { Task { await connections.close() } }
    let stack = TestHost.name("dropped")
    let options = RunOptions(uri: uri, assumeYes: true, hypervisor: "qemu")
    let program = try Script.program(
      """
      stack "\(stack)"
      domain "\(stack)" { memory = 64MiB, state = stopped
        xml "/domain/clock" { set = { bogus: "1" } }
        xml "/domain/clock" { append = "<bogus/>" }
        xml "/domain/clock/bogus" { set = { a: "1" } }
      }
      """)
    let first = await Runner.run(program, options: options)
    #expect(first.outcome == .done, "\(first.diagnostics)")
    #expect(first.diagnostics.filter { $0.code.number == 750 }.count == 3, "\(first.diagnostics)")
    let second = await Runner.plan(program, options: options)
    #expect(second.plan.isEmpty && second.diagnostics.isEmpty, "\(second.diagnostics)")
    _ = await Runner.destroy(stack: stack, options: options)
  }

  // The test driver does not change networks while they run.
  @Test(arguments: [IsolatedHost.uri].compactMap(\.self))
  func editsOfNetworksAreKeptAndUndone(uri: String) async throws {
    let connections = ConnectionPool(uri: uri, size: 2)
    try await connections.run { _ in }
    defer { Task { await connections.close() } }
    let stack = TestHost.name("net").lowercased()
    let options = RunOptions(uri: uri, assumeYes: true, hypervisor: "qemu")
    func program(_ blocks: String...) throws -> Program {
      try Script.program(
        """
        stack "\(stack)"
        net "\(stack)" { mode = isolated, subnet = 10.251.7.0/24, dns { domain = "lab" }
        \(blocks.map { "xml \($0)\n" }.joined())}
        """)
    }
    func definition() async throws -> XMLElement {
      let text = try await connections.run { connection in
        try #require(try connection.network(named: stack)).xml(inactive: true)
      }
      return try XMLElement.parse(text, root: "network")
    }
    let bare = try program()
    let patched = try program(
      #""/network/bridge" { set = { stp: "off" } }"#,
      #""/network/domain/@localOnly" { remove = true }"#,
      #""/network/ip" { append = "<tftp root='/usr/share'/>" }"#)
    let first = await Runner.run(bare, options: options)
    #expect(first.outcome == .done, "\(first.diagnostics)")
    let before = try await definition()
    let second = await Runner.run(patched, options: options)
    #expect(second.outcome == .done && second.diagnostics.isEmpty, "\(second.diagnostics)")
    let root = try await definition()
    #expect(root.text(at: "bridge/@stp") == "off")
    #expect(
      root.text(at: "domain/@localOnly") == nil && root.text(at: "ip/tftp/@root") == "/usr/share")
    let third = await Runner.plan(patched, options: options)
    #expect(third.plan.isEmpty, "\(third.plan.changes.map { $0.properties.map(\.path) })")
    let last = await Runner.run(bare, options: options)
    #expect(last.outcome == .done, "\(last.diagnostics)")
    let again = await Runner.plan(bare, options: options)
    #expect(again.plan.isEmpty)
    let left = try await definition()
    #expect(left.isEquivalent(to: before), "\(left.xmlString)\n\(before.xmlString)")
    _ = await Runner.destroy(stack: stack, options: options)
  }
}
