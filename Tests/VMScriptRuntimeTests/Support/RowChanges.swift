import VMScript
import VMScriptSyntax

/// For each row of the schema two values that a script may change it between, with what must stand beside
/// it.
enum RowChanges {
  /// What a row changes from and to, and what stands beside it.
  struct Change: Sendable {
    let row: String
    let from: String
    let to: String
    var beside = ""
  }

  private static let key =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"

  /// The rows whose two values the type alone does not give.
  private static let pairs: [String: (from: String, to: String)] = [
    "domain protect": ("false", "true"), "net protect": ("false", "true"),
    "image protect": ("false", "true"),
    "domain state": ("stopped", "running"), "domain arch": ("i686", "x86_64"),
    "domain machine": ("\"pc\"", "\"q35\""), "domain kernel": ("\"/k1\"", "\"/k2\""),
    "domain initrd": ("\"/i1\"", "\"/i2\""), "domain boot": ("[disk]", "[cdrom, disk]"),
    "domain hypervisor": ("qemu", "kvm"), "domain labels": ("{ a: \"1\" }", "{ a: \"2\" }"),
    "domain firmware": ("bios", "uefi"),
    "domain uuid": (
      "\"11111111-1111-4111-8111-UNIQUE\"", "\"22222222-2222-4222-8222-UNIQUE\""
    ),
    "domain ignition": (
      "{ ignition: { version: \"3.3.0\" } }", "{ ignition: { version: \"3.4.0\" } }"
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
    "domain.nic filter_parameters": ("{ IP: \"10.0.0.1\" }", "{ IP: \"10.0.0.2\" }"),
    "domain.nic ip": ("10.61.0.10", "10.61.0.11"),
    "domain.nic mac": ("\"52:54:00:61:00:01\"", "\"52:54:00:61:00:02\""),
    "domain.vnc listen": ("\"127.0.0.1\"", "\"0.0.0.0\""),
    "domain.spice listen": ("\"127.0.0.1\"", "\"0.0.0.0\""),
    "domain.vnc keymap": ("\"de\"", "\"fr\""), "domain.spice keymap": ("\"de\"", "\"fr\""),
    "domain.cloud_init run": ("[\"a\"]", "[\"b\"]"),
    "domain.cloud_init packages": ("[\"a\"]", "[\"b\"]"),
    "domain.cloud_init.user shell": ("\"/bin/sh\"", "\"/bin/bash\""),
    "domain.cloud_init.user keys": ("[\"\(key) a\"]", "[\"\(key) b\"]"),
    "domain.cloud_init fqdn": ("\"a.test\"", "\"b.test\""),
    "domain.cloud_init locale": ("\"C.UTF-8\"", "\"de_DE.UTF-8\""),
    "domain.cloud_init timezone": ("\"UTC\"", "\"Europe/Berlin\""),
    "domain.cloud_init groups": ("[\"a\"]", "{ a: [\"b\"] }"),
    "domain.cloud_init ssh_authorized_keys": ("[\"\(key) a\"]", "[\"\(key) b\"]"),
    "domain.cloud_init ssh_keys": ("{ rsa_public: \"a\" }", "{ rsa_public: \"b\" }"),
    "domain.cloud_init boot": ("[\"a\"]", "[[\"b\", \"c\"]]"),
    "domain.cloud_init mounts": (
      "[[\"/dev/vdb\", \"/a\"]]", "[[\"/dev/vdb\", \"/b\", \"ext4\"]]"
    ),
    "domain.cloud_init network": ("false", "{ version: 2 }"),
    "domain.cloud_init data": ("{ swap: { size: 1 } }", "{ swap: { size: 2 } }"),
    "domain.cloud_init meta": ("{ a: 1 }", "{ a: [2] }"),
    "domain.cloud_init.user sudo": ("true", "\"ALL=(ALL) ALL\""),
    "domain.cloud_init.user groups": ("[\"a\"]", "[\"b\"]"),
    "domain.cloud_init.user home": ("\"/a\"", "\"/b\""),
    "domain.cloud_init.user ssh_import_id": ("[\"gh:a\"]", "[\"gh:b\"]"),
    "domain.cloud_init.user expire_date": ("\"2030-01-01\"", "\"2031-01-01\""),
    "domain.cloud_init.files path": ("\"/a\"", "\"/b\""),
    "domain.cloud_init.files mode": ("\"0600\"", "\"0644\""),
    "domain.cloud_init.disks device": ("\"/dev/vdb\"", "\"/dev/vdc\""),
    "domain.cloud_init.disks filesystem": ("ext4", "xfs"),
    "domain.cloud_init.disks layout": ("true", "[50, 50]"),
    "domain.cloud_init.disks partition": ("auto", "any"),
    "domain.cloud_init.ntp servers": ("[\"a.test\"]", "[\"b.test\"]"),
    "domain.cloud_init.ntp pools": ("[\"a.test\"]", "[\"b.test\"]"),
    "domain.xml append": ("\"<vmport state='off'/>\"", "\"<pmu state='off'/>\""),
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
    "image files": ("{ a: \"x\" }", "{ a: \"y\" }"), "image label": ("\"A\"", "\"B\""),
    "image source": ("\"A.raw\"", "\"B.raw\""), "image size": ("1MiB", "2MiB"),
    "image format": ("raw", "qcow2"), "image backing": ("IMAGE-a", "IMAGE-b"),
    "image cluster_size": ("64KiB", "128KiB"), "image pool": ("\"POOL\"", "\"OTHER\""),
  ]

  /// What must stand beside a row.
  static let beside: [String: String] = [
    "domain initrd": "kernel = \"/k\"", "domain cmdline": "kernel = \"/k\"",
    "domain boot": "disk { size = 1MiB }, cdrom { }", "domain full": "",
    "domain.disk": "size = 1MiB", "domain.disk size": "", "domain.disk image": "",
    "domain.disk rotation_rate": "size = 1MiB, bus = sata",
    "domain.disk source": "format = raw", "domain.disk io": "size = 1MiB, cache = none",
    "domain.disk shareable": "size = 1MiB, format = raw",
    "domain.nic.bandwidth.inbound": "average = 5", "domain.nic.bandwidth.outbound": "average = 5",
    "net.bandwidth.inbound": "average = 5", "net.bandwidth.outbound": "average = 5",
    "domain.nic": "net = net(\"default\")", "domain.nic net": "",
    "domain.nic filter_parameters": "net = net(\"default\"), filter = \"no-mac-spoofing\"",
    "domain.nic bridge": "",
    "domain.nic dev": "", "domain.nic ip": "net = NET-a",
    "domain.cpus current": "max = 8", "domain.memory current": "max = 256MiB",
    "domain.memory hugepages": "max = 64MiB", "domain.memory locked": "max = 64MiB",
    "domain.cloud_init.files": "path = \"/a\"",
    "domain.cloud_init.disks": "device = \"/dev/vdb\", filesystem = ext4",
    "domain.spice": "", "net.host mac": "ip = 10.62.3.10",
    "net.host ip": "mac = \"52:54:00:62:00:03\"",
    "net.dns.srv": "service = \"ldap\", protocol = tcp, target = \"a.test\", port = 389",
    "net.route to": "via = 10.62.5.10", "net.route via": "to = 10.66.0.0/24",
    "image": "size = 1MiB", "image source": "", "image size": "",
    "image files": "", "image label": "files = { a: \"x\" }",
    "image backing": "size = 8MiB",
  ]

  /// Rows that say nothing of what is there, each with the reason.
  static let exempt: [String: String] = customization.merging(patches) { $1 }.merging([
    "domain full": "takes a clone", "domain.disk moved_from": "acts once",
    "domain.disk moved_disk": "acts once", "image sha256": "a test of the source",
    "image sha512": "a test of the source", "image preallocation": "concerns the making alone",
    "net bridge": "a bridge of the host", "net dev": "a device of the host",
    "net vlan": "a kind of network that can tag",
    "domain.cloud_init.user password": "masked, told as `user`",
    "domain.cloud_init.files source": "a change of the content",
  ]) { $1 }

  /// The rows of `xml` but the addition of an element to a domain.
  private static let patches: [String: String] = {
    let rows = [ResourceKind.domain, .net].flatMap { kind in
      Schema.resource(kind).blocks.filter { $0.name == "xml" }.flatMap(\.properties)
        .map { "\(kind.rawValue).xml \($0.name)" }
    }
    return Dictionary(
      uniqueKeysWithValues: rows.filter { $0 != "domain.xml append" }.map {
        ($0, "tested with the edits beside it: see `XMLEditRunTests`")
      })
  }()

  /// The rows of `customize`, which edit the disk of a whole guest.
  private static let customization: [String: String] = {
    let blocks = Schema.resource(.domain).blocks.filter { $0.name == "customize" }
    let rows = blocks.flatMap { block in
      block.properties.map { "domain.customize \($0.name)" }
        + block.blocks.flatMap { inner in
          inner.properties.map { "domain.customize.\(inner.name) \($0.name)" }
        }
    }
    return Dictionary(uniqueKeysWithValues: rows.map { ($0, "takes effect on a new disk alone") })
  }()

  /// Whether the place of a row says all of it: `RowRoundTripTests` changes every one of these.
  static func isPlain(_ row: PropertySchema) -> Bool {
    row.xml != nil && row.live == nil && row.impact == .nextStart
  }

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

  static let all: [(change: Change, kind: String, blocks: [String])] = {
    var found: [(Change, String, [String])] = []
    func add(_ block: BlockSchema, _ kind: String, _ blocks: [String]) {
      let path = ([kind] + blocks).joined(separator: ".")
      for row in block.properties {
        let name = "\(path) \(row.name)"
        guard exempt[name] == nil, pairs[name] != nil || !isPlain(row),
          let pair = pairs[name] ?? values(row)
        else { continue }
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

  /// What a resource holds for one of the values, in one line.
  static func body(
    of row: (change: Change, kind: String, blocks: [String]), isChanged: Bool
  ) -> String {
    var body = [isChanged ? row.change.to : row.change.from, row.change.beside]
      .filter { !$0.isEmpty }.joined(separator: ", ")
    for (depth, block) in row.blocks.enumerated().reversed() {
      let label =
        switch block {
        case "user", "host": " one"
        case "xml": " \"/domain/features\""
        default: ""
        }
      // What the block around it must have besides.
      let outer = ([row.kind] + row.blocks.prefix(depth)).joined(separator: ".")
      let others = depth == 0 ? nil : beside[outer]
      body = [others, "\(block)\(label) { \(body) }"].compactMap(\.self).joined(separator: ", ")
    }
    return body
  }

  /// The parts of a body, which commas separate, each with the name of its property or block.
  static func parts(of body: String) -> [(name: String, text: String)] {
    var parts: [String] = [""]
    var depth = 0
    var isQuoted = false
    for character in body {
      if character == "\"" { isQuoted.toggle() }
      if !isQuoted, "{[(".contains(character) { depth += 1 }
      if !isQuoted, "}])".contains(character) { depth -= 1 }
      if character == ",", depth == 0, !isQuoted {
        parts.append("")
      } else {
        parts[parts.count - 1].append(character)
      }
    }
    return parts.map { String($0.trimmingPrefix { $0 == " " }) }.map { part in
      (String(part.prefix { $0 != " " }), part)
    }
  }
}
