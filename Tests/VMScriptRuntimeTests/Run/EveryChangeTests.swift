import Libvirt
import TestSupport
import Testing
import VMScript
import VMScriptSyntax

@testable import VMScriptPlan
@testable import VMScriptRuntime

/// No change of a declared property is passed over: the plan shows it, or says why it cannot be.
@Suite(.serialized) struct EveryChangeTests {
  static let uris = ["test:///default", IsolatedHost.uri].compactMap(\.self)

  @Test func everyRowIsTried() {
    func rows(_ block: BlockSchema, _ path: String) -> [String] {
      block.properties.filter { !RowChanges.isPlain($0) }.map { "\(path) \($0.name)" }
        + block.blocks.flatMap { rows($0, "\(path).\($0.name)") }
    }
    let all = [ResourceKind.domain, .net, .image].flatMap {
      rows(Schema.resource($0), $0.rawValue)
    }
    let tried = Set(RowChanges.all.map(\.change.row)).union(RowChanges.exempt.keys)
    #expect(Set(all).subtracting(tried).sorted() == [])
    let known = SchemaRow.all([.domain, .net, .image]).map(\.description)
    #expect(Set(RowChanges.exempt.keys).subtracting(known).sorted() == [])
  }

  @Test(arguments: uris)
  func everyChangeIsShownOrRefused(uri: String) async throws {
    let folder = try ScratchFolder()
    let (stack, lone, other) = (TestHost.name("changes"), TestHost.name("lone"), TestHost.name("p"))
    let connections = ConnectionPool(uri: uri, size: 2)
    let pools = try ScratchFolder()
    let pool = try await connections.run { connection in
      // Other tests use the only pool of the test driver.
      if !connection.isTestDriver {
        let target = "<target><path>\(pools.path)</path></target>"
        try connection.definePool(xml: "<pool type='dir'><name>\(other)</name>\(target)</pool>")
          .start()
      }
      let names = try connection.pools().map(\.name)
      let pool = names.contains("default") ? "default" : "default-pool"
      for letter in ["a", "b"] {
        let volume = VolumeXML(name: "\(lone)-\(letter)", format: .raw, capacity: 1 << 20)
        _ = try connection.pool(named: pool)?.createVolume(
          xml: volume.text(), allocatesMetadata: false)
      }
      return pool
    }
    for (name, fill) in [("A.raw", 1), ("B.raw", 2)] as [(String, UInt8)] {
      var bytes = [UInt8](repeating: fill, count: 1 << 20)
      (bytes[510], bytes[511]) = (0x55, 0xAA)
      try folder.write(name, bytes)
    }
    func line(_ number: Int, isChanged: Bool) -> String {
      let (change, kind, _) = RowChanges.all[number]
      let name = "\"\(stack)-\(number)\""
      var body = RowChanges.body(of: RowChanges.all[number], isChanged: isChanged)
      switch kind {
      case "domain":
        if change.row != "domain state" { body = "state = stopped, " + body }
        if !change.row.hasPrefix("domain.memory") { body = "memory = 64MiB, " + body }
      case "net":
        let third = number
        if change.row != "net subnet" {
          body = "subnet = 10.62.\(third).0/24, " + body.replacing("10.62.", with: "10.62.#")
          // Addresses of the net's own subnet.
          body = body.replacing(/10\.62\.#\d+\.(\d+)/) { "10.62.\(third).\($0.output.1)" }
        }
        if change.row != "net mode" { body = "mode = isolated, " + body }
      default: break
      }
      let unique = stack.suffix(8).lowercased() + "0000"
      return "\(kind) \(name) { \(body) }".replacing("UNIQUE", with: unique)
        .replacing("POOL", with: pool).replacing("OTHER", with: other)
        .replacing("LONE", with: lone).replacing("IMAGE-", with: "image-")
        .replacing("image-a", with: "\(Self.variable)a").replacing(
          "image-b", with: "\(Self.variable)b"
        )
        .replacing("NET-a", with: "\(Self.variable)n")
    }
    func report(
      _ numbers: [Int], isChanged: Bool, _ runs: (Program, RunOptions) async -> RunReport
    ) async throws -> RunReport {
      let head = """
        stack "\(stack)"; let \(Self.variable)a = image("\(lone)-a"); \
        let \(Self.variable)b = image("\(lone)-b")
        net "\(stack)-n" { mode = isolated, subnet = 10.61.0.0/24 }
        let \(Self.variable)n = net("\(stack)-n")

        """
      let lines = numbers.map { line($0, isChanged: isChanged) + "\n" }
      let text = head.replacing("; let", with: "\nlet") + lines.joined()
      let program = try Script.program(text, name: folder.file("changes.vmscript"))
      return await runs(
        program, RunOptions(uri: uri, assumeYes: true, prune: false, hypervisor: "qemu"))
    }
    var notMade: [String] = []
    var silent: [String] = []
    for number in RowChanges.all.indices {
      let row = RowChanges.all[number].change.row
      // The test driver has but one hypervisor.
      if row == "domain hypervisor", uri.hasPrefix("test:") { continue }
      let name = "\(stack)-\(number)"
      let first = try await report([number], isChanged: false) {
        await Runner.run($0, options: $1)
      }
      guard first.plan.changes.contains(where: { $0.name == name && $0.result == .done }) else {
        notMade.append("\(row): \(first.diagnostics.map { [$0.message] + $0.notes })")
        continue
      }
      let plan = try await report([number], isChanged: true) { await Runner.plan($0, options: $1) }
      let isShown = plan.plan.changes.contains { change in
        // A fixed address is the network's.
        change.name == name || row == "domain.nic ip" && change.kind == .net
      }
      if !isShown, plan.diagnostics.isEmpty { silent.append(row) }
    }
    #expect(silent == [])
    // What a host cannot make is no question of what it shows.
    #expect(notMade.count < RowChanges.all.count / 5, "\(notMade.joined(separator: "\n"))")
    _ = await Runner.destroy(
      stack: stack, options: RunOptions(uri: uri, assumeYes: true, hypervisor: "qemu"))
    try await connections.run { connection in
      for letter in ["a", "b"] {
        try connection.pool(named: pool)?.volume(named: "\(lone)-\(letter)")?.delete()
      }
      try connection.pool(named: other)?.destroy()
      try connection.pool(named: other)?.undefine()
    }
    await connections.close()
  }

  private static let variable = "given_"
}
