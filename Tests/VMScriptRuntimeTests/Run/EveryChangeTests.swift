import Libvirt
import Testing
import VMScript
import VMScriptSyntax

@testable import VMScriptPlan
@testable import VMScriptRuntime

/// No change of a declared property is passed over: the plan shows it, or says why it cannot be.
@Suite(.serialized) struct EveryChangeTests {
  static let uris = ["test:///default", IsolatedHost.uri].compactMap(\.self)

  /// What a row changes from and to, and what stands beside it.
  private struct Change {
    let row: String
    let from: String
    let to: String
    var beside = ""
  }

  private static let key =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"

  /// The rows whose two values the type alone does not give.
  private static let pairs: [String: (from: String, to: String)] = [
    "domain state": ("stopped", "running"), "domain arch": ("i686", "x86_64"),
    "domain machine": ("\"pc\"", "\"q35\""), "domain kernel": ("\"/k1\"", "\"/k2\""),
    "domain initrd": ("\"/i1\"", "\"/i2\""), "domain boot": ("[disk]", "[cdrom, disk]"),
    "domain hypervisor": ("qemu", "kvm"), "domain labels": ("{ a: \"1\" }", "{ a: \"2\" }"),
    "domain firmware": ("bios", "uefi"),
    "domain uuid": (
      "\"11111111-1111-4111-8111-UNIQUE\"", "\"22222222-2222-4222-8222-UNIQUE\""
    ),
    "domain.cpus model": ("\"qemu64\"", "\"host-model\""),
    "domain.cpus sockets": ("2, cores = 4, threads = 1", "4, cores = 2, threads = 1"),
    "domain.cpus cores": ("2, sockets = 4, threads = 1", "4, sockets = 2, threads = 1"),
    "domain.cpus threads": ("2, sockets = 4, cores = 1", "1, sockets = 4, cores = 2"),
    "domain.disk size": ("1MiB", "2MiB"), "domain.disk image": ("IMAGE-a", "IMAGE-b"),
    "domain.disk source": ("\"volume:POOL/LONE-a\"", "\"volume:POOL/LONE-b\""),
    "domain.disk pool": ("\"POOL\"", "\"OTHER\""), "domain.disk bus": ("virtio", "scsi"),
    "domain.disk rotation_rate": ("1", "7200"), "domain.disk dev": ("\"vdx\"", "\"vdy\""),
    "domain.cdrom source": ("\"volume:POOL/LONE-a\"", "\"volume:POOL/LONE-b\""),
    "domain.cdrom bus": ("sata", "scsi"), "domain.cdrom dev": ("\"sdx\"", "\"sdy\""),
    "domain.floppy source": ("\"volume:POOL/LONE-a\"", "\"volume:POOL/LONE-b\""),
    "domain.floppy dev": ("\"fda\"", "\"fdb\""),
    "domain.nic net": ("net(\"default\")", "NET-a"), "domain.nic model": ("virtio", "e1000"),
    "domain.nic ip": ("10.61.0.10", "10.61.0.11"),
    "domain.nic mac": ("\"52:54:00:61:00:01\"", "\"52:54:00:61:00:02\""),
    "domain.vnc listen": ("\"127.0.0.1\"", "\"0.0.0.0\""),
    "domain.spice listen": ("\"127.0.0.1\"", "\"0.0.0.0\""),
    "domain.vnc keymap": ("\"de\"", "\"fr\""), "domain.spice keymap": ("\"de\"", "\"fr\""),
    "domain.cloud_init run": ("[\"a\"]", "[\"b\"]"),
    "domain.cloud_init packages": ("[\"a\"]", "[\"b\"]"),
    "domain.cloud_init.user shell": ("\"/bin/sh\"", "\"/bin/bash\""),
    "domain.cloud_init.user keys": ("[\"\(key) a\"]", "[\"\(key) b\"]"),
    "domain.xml append": ("\"<pae/>\"", "\"<apic/>\""),
    "net subnet": ("10.62.0.0/24", "10.63.0.0/24"), "net gateway": ("10.62.1.1", "10.62.1.2"),
    "net dhcp": ("10.62.2.10 ... 10.62.2.20", "10.62.2.10 ... 10.62.2.30"),
    "net mode": ("nat", "isolated"), "net mtu": ("1400", "1300"),
    "net.host mac": ("\"52:54:00:62:00:01\"", "\"52:54:00:62:00:02\""),
    "net.host ip": ("10.62.4.10", "10.62.4.11"), "net.dns forward": ("[10.0.0.1]", "[10.0.0.2]"),
    "net.dns txt": ("{ a: \"1\" }", "{ a: \"2\" }"), "net.dns domain": ("\"a.test\"", "\"b.test\""),
    "net.dns.host ip": ("10.0.0.3", "10.0.0.4"), "net.dns.srv service": ("\"ldap\"", "\"sip\""),
    "net.dns.srv target": ("\"a.test\"", "\"b.test\""),
    "net.ipv6 subnet": ("\"fd00:1::/64\"", "\"fd00:2::/64\""),
    "net.route to": ("10.64.0.0/24", "10.65.0.0/24"),
    "net.route via": ("10.62.6.10", "10.62.6.11"),
    "image source": ("\"A.raw\"", "\"B.raw\""), "image size": ("1MiB", "2MiB"),
    "image format": ("raw", "qcow2"), "image backing": ("IMAGE-a", "IMAGE-b"),
    "image cluster_size": ("64KiB", "128KiB"), "image pool": ("\"POOL\"", "\"OTHER\""),
  ]

  /// What must stand beside a row.
  private static let beside: [String: String] = [
    "domain initrd": "kernel = \"/k\"", "domain cmdline": "kernel = \"/k\"",
    "domain boot": "disk { size = 1MiB }, cdrom { }", "domain full": "",
    "domain.disk": "size = 1MiB", "domain.disk size": "", "domain.disk image": "",
    "domain.disk rotation_rate": "size = 1MiB, bus = sata",
    "domain.disk source": "format = raw", "domain.disk io": "size = 1MiB, cache = none",
    "domain.disk shareable": "size = 1MiB, format = raw",
    "domain.nic.bandwidth.inbound": "average = 5", "domain.nic.bandwidth.outbound": "average = 5",
    "net.bandwidth.inbound": "average = 5", "net.bandwidth.outbound": "average = 5",
    "domain.nic": "net = net(\"default\")", "domain.nic net": "", "domain.nic bridge": "",
    "domain.nic dev": "", "domain.nic ip": "net = NET-a",
    "domain.cpus current": "max = 8", "domain.memory current": "max = 256MiB",
    "domain.memory hugepages": "max = 64MiB", "domain.memory locked": "max = 64MiB",
    "domain.spice": "", "net.host mac": "ip = 10.62.3.10",
    "net.host ip": "mac = \"52:54:00:62:00:03\"",
    "net.dns.srv": "service = \"ldap\", protocol = tcp, target = \"a.test\", port = 389",
    "net.route to": "via = 10.62.5.10", "net.route via": "to = 10.66.0.0/24",
    "image": "size = 1MiB", "image source": "", "image size": "",
    "image backing": "size = 8MiB",
  ]

  /// Rows that say nothing of what is there, each with the reason.
  private static let exempt: [String: String] = [
    "domain full": "takes a clone", "domain.disk moved_from": "acts once",
    "domain.disk moved_disk": "acts once", "image sha256": "a test of the source",
    "image sha512": "a test of the source", "image preallocation": "concerns the making alone",
    "net bridge": "a bridge of the host", "net dev": "a device of the host",
    "net vlan": "a kind of network that can tag",
    "domain.cloud_init.user password": "masked, told as `user`",
  ]

  private static func values(_ row: PropertySchema) -> (from: String, to: String)? {
    switch row.type {
    case .bool: ("true", "false")
    case .int(let range):
      (
        "\(min(range.upperBound - 1, max(range.lowerBound, 2)))",
        "\(min(range.upperBound, max(range.lowerBound, 2) + 1))"
      )
    case .string, .secret: ("\"one\"", "\"two\"")
    case .word(let words): (words[0], words[1])
    case .size: ("64MiB", "128MiB")
    default: nil
    }
  }

  private static let changes: [(change: Change, kind: String, blocks: [String])] = {
    var found: [(Change, String, [String])] = []
    func add(_ block: BlockSchema, _ kind: String, _ blocks: [String]) {
      let path = ([kind] + blocks).joined(separator: ".")
      for row in block.properties {
        let name = "\(path) \(row.name)"
        guard exempt[name] == nil, let pair = pairs[name] ?? values(row) else { continue }
        var others = beside[name] ?? beside[path] ?? ""
        others = others.split(separator: ", ").filter { !$0.hasPrefix("\(row.name) =") }
          .joined(separator: ", ")
        found.append(
          (
            Change(
              row: name, from: "\(row.name) = \(pair.from)", to: "\(row.name) = \(pair.to)",
              beside: others), kind, blocks
          ))
      }
      for inner in block.blocks { add(inner, kind, blocks + [inner.name]) }
    }
    for kind in [ResourceKind.domain, .net, .image] {
      add(Schema.resource(kind), kind.rawValue, [])
    }
    return found
  }()

  @Test func everyRowIsTried() {
    func rows(_ block: BlockSchema, _ path: String) -> [String] {
      block.properties.map { "\(path) \($0.name)" }
        + block.blocks.flatMap { rows($0, "\(path).\($0.name)") }
    }
    let all = [ResourceKind.domain, .net, .image].flatMap {
      rows(Schema.resource($0), $0.rawValue)
    }
    let tried = Set(Self.changes.map(\.change.row)).union(Self.exempt.keys)
    #expect(Set(all).subtracting(tried).sorted() == [])
    #expect(Set(Self.exempt.keys).subtracting(all).sorted() == [])
  }

  @Test(arguments: uris)
  func everyChangeIsShownOrRefused(uri: String) async throws {
    let folder = try ScratchFolder()
    let (stack, lone, other) = (TestHost.name("changes"), TestHost.name("lone"), TestHost.name("p"))
    let connections = ConnectionPool(uri: uri, size: 2)
    let pools = try ScratchFolder()
    let pool = try await connections.run { connection in
      // Other tests stand on the one pool that the test driver has.
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
      let (change, kind, blocks) = Self.changes[number]
      let name = "\"\(stack)-\(number)\""
      var body = [isChanged ? change.to : change.from, change.beside].filter { !$0.isEmpty }
        .joined(separator: ", ")
      for (depth, block) in blocks.enumerated().reversed() {
        let label =
          switch block {
          case "user", "host": " one"
          case "xml": " \"/domain/features\""
          default: ""
          }
        // What the block around it must have besides.
        let outer = ([kind] + blocks.prefix(depth)).joined(separator: ".")
        let others = depth == 0 ? nil : Self.beside[outer]
        body = [others, "\(block)\(label) { \(body) }"].compactMap(\.self).joined(separator: ", ")
      }
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
      let source = SourceText(name: folder.file("changes.vmscript"), text: text)
      let compiled = Engine().compilation(of: source)
      let program = try #require(compiled.program, "\(compiled.diagnostics)")
      return await runs(
        program, RunOptions(uri: uri, assumeYes: true, prune: false, hypervisor: "qemu"))
    }
    var notMade: [String] = []
    var silent: [String] = []
    for number in Self.changes.indices {
      let row = Self.changes[number].change.row
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
    #expect(notMade.count < Self.changes.count / 5, "\(notMade.joined(separator: "\n"))")
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
