import VMScript

/// The entries that must stand beside a row of the schema, so that a script may declare it.
///
/// Required properties and the table of combinations say most of it; what is left stands here.
public enum RowSamples {
  /// The entries by row or block, such as `domain.disk io`; those of a row replace its block's.
  private static let listed: [String: String] = [
    "domain initrd": "kernel = \"/bin/sh\"", "domain cmdline": "kernel = \"/bin/sh\"",
    "domain boot": "disk { size = 1MiB }, cdrom { }, floppy { }, nic { net = \"default\" }",
    "domain.disk": "size = 1MiB", "domain.disk source": "format = raw",
    "domain.disk image": "", "domain.disk size": "",
    "domain.disk io": "size = 1MiB, cache = none",
    "domain.disk shareable": "size = 1MiB, format = raw",
    "domain.disk rotation_rate": "size = 1MiB, bus = sata",
    "domain.disk vendor": "size = 1MiB, bus = scsi",
    "domain.disk product": "size = 1MiB, bus = scsi",
    "domain.disk wwn": "size = 1MiB, bus = scsi", "domain.disk removable": "size = 1MiB, bus = usb",
    "domain.disk iothread": "size = 1MiB, bus = virtio",
    "domain.nic": "net = \"default\"", "domain.nic net": "", "domain.nic bridge": "",
    "domain.nic dev": "", "domain.nic mode": "dev = \"eth0\"",
    "domain.nic filter_parameters": "net = \"default\", filter = \"clean-traffic\"",
    "domain.nic.virtualport": "type = openvswitch",
    "domain.cpus current": "max = 8", "domain.memory current": "max = 4EiB",
    "domain.cpus max": "", "domain.cpus sockets": "", "domain.cpus cores": "",
    "domain.cpus threads": "", "domain.cpus dies": "", "domain.cpus model": "",
    "domain.cpus": "max = 8",
    "domain.cpus check": "max = 8, model = \"qemu64\"",
    "domain.cpus migratable": "max = 8, model = \"host-passthrough\"",
    "domain.cpus iothread_pin": "max = 8", "domain.clock.timer frequency": "name = tsc",
    "domain.clock.timer mode": "name = tsc", "domain.input model": "type = tablet, bus = virtio",
    "domain.loader": "path = \"/a\", type = pflash", "domain.loader path": "",
    "domain.nic passt": "",
    "domain.controller iothread": "type = scsi, index = 3, model = \"virtio-scsi\"",
    "domain.cpus match": "max = 8, model = \"qemu64\"",
    "domain.cpus vendor": "max = 8, model = \"qemu64\"",
    "domain.cpus fallback": "max = 8, model = \"qemu64\"",
    "domain.cpus vendor_id": "max = 8, model = \"host-model\"",
    "domain.cpus features": "max = 8, model = \"qemu64\"",
    "domain.memory max": "", "domain.memory": "max = 64MiB",
    "domain.clock timezone": "offset = timezone", "domain.clock basis": "offset = variable",
    "domain.clock adjustment": "offset = variable",
    "domain usb_redirection": "controller { type = usb, index = 0 }",
    "domain.controller ports": "type = usb, index = 3",
    "domain.controller master": "type = usb, index = 3, model = \"ich9-uhci1\"",
    "domain.controller vectors": "type = \"virtio-serial\", index = 3",
    "domain.spice tls_port": "port = 5999",
    "domain.spice rendernode": "gl = true",
    "domain.balloon autodeflate": "model = virtio",
    "domain.balloon free_page_reporting": "model = virtio",
    "domain.channel": "name = \"org.example.0\", type = unix", "domain.channel name": "type = unix",
    "domain.serial host": "type = tcp, mode = connect, service = 7",
    "domain.serial service": "type = tcp, mode = connect, host = \"a\"",
    "domain.serial protocol": "type = tcp, mode = connect, host = \"a\", service = 7",
    "domain.serial mode": "type = unix, path = \"/a\"",
    "domain.serial path": "type = unix, mode = bind", "domain.serial type": "",
    "domain.serial log_append": "log = \"/a\"",
    "domain.parallel host": "type = tcp, mode = connect, service = 7",
    "domain.parallel service": "type = tcp, mode = connect, host = \"a\"",
    "domain.parallel protocol": "type = tcp, mode = connect, host = \"a\", service = 7",
    "domain.parallel mode": "type = unix, path = \"/a\"",
    "domain.parallel path": "type = unix, mode = bind", "domain.parallel type": "",
    "domain.parallel log_append": "log = \"/a\"",
    "domain.console host": "type = tcp, mode = connect, service = 7",
    "domain.console service": "type = tcp, mode = connect, host = \"a\"",
    "domain.console protocol": "type = tcp, mode = connect, host = \"a\", service = 7",
    "domain.console mode": "type = unix, path = \"/a\"",
    "domain.console path": "type = unix, mode = bind", "domain.console type": "",
    "domain.console log_append": "log = \"/a\"",
    "domain.channel host": "name = \"org.example.0\", type = tcp, mode = connect, service = 7",
    "domain.channel service": "name = \"org.example.0\", type = tcp, mode = connect, host = \"a\"",
    "domain.channel protocol":
      "name = \"org.example.0\", type = tcp, mode = connect, host = \"a\", service = 7",
    "domain.channel mode": "name = \"org.example.0\", type = unix, path = \"/a\"",
    "domain.channel path": "name = \"org.example.0\", type = unix, mode = bind",
    "domain.channel log_append": "name = \"org.example.0\", type = pty, log = \"/a\"",
    "domain.vsock cid": "", "domain.rng source": "", "domain.rng builtin": "",
    "domain.usb product": "", "domain.usb": "product = \"046d:c52b\"",
    "domain.usb bus": "device = 3", "domain.usb device": "bus = 1",
    "domain.tpm version": "", "domain.shared_memory": "name = \"a\", size = 4MiB",
    "domain.share": "source = \"/srv\", tag = \"data\"",
    "domain.iommu": "model = intel", "domain.iommu eim": "model = intel, intremap = true",
    "domain.input evdev": "type = passthrough, bus = virtio",
    "domain.input dev": "type = evdev",
    "domain.input grab": "type = evdev, dev = \"/dev/input/event1\"",
    "domain.input grab_toggle": "type = evdev, dev = \"/dev/input/event1\"",
    "domain.input key_repeat": "type = evdev, dev = \"/dev/input/event1\"",
    "domain.input": "type = tablet, bus = usb", "domain.controller": "type = scsi, index = 3",
    "domain.audio": "type = none", "domain.sound": "model = ich9",
    "domain.numa.cell": "id = 0, memory = 64MiB",
    "domain.numa.node": "cell = 0, mode = strict, nodeset = \"0\"",
    "domain.channel channel": "name = \"org.example.0\", type = spiceport",
    "domain.channel clipboard": "name = \"com.redhat.spice.0\", type = \"qemu-vdagent\"",
    "domain.channel mouse": "name = \"com.redhat.spice.0\", type = \"qemu-vdagent\"",
    "domain.audio server": "type = pulseaudio",
    "domain.audio path": "type = file",
    "domain.numa.tune": "nodeset = \"0\"",
    "domain.nic.bandwidth.inbound": "average = 5", "domain.nic.bandwidth.outbound": "average = 5",
    "domain.memory.hotplug": "max = 4EiB, slots = 4",
    "domain.clock.timer": "name = rtc",
    "net": "subnet = 10.91.0.0/24, dhcp = false", "net subnet": "dhcp = false",
    "net dhcp": "subnet = 10.91.0.0/24", "net vlan": "mode = bridge, bridge = \"br0\"",
    "net.host mac": "ip = 10.91.0.9", "net.host ip": "mac = \"52:54:00:00:00:09\"",
    "net.route to": "via = 10.91.0.2", "net.route via": "to = 10.92.0.0/24",
    "net.bandwidth.inbound": "average = 5", "net.bandwidth.outbound": "average = 5",
    "net.dns.srv": "service = \"ldap\", protocol = tcp, target = \"a.test\", port = 389",
  ]

  /// The entries around a block, by its row or path and the depth of the body: 0 for the resource's.
  private static let around: [String: [Int: String]] = [
    "domain.cpus iothread_pin": [0: "iothreads = 64"],
    "domain.numa.node": [1: "cell { id = 0, memory = 64MiB }"],
    "domain.nvram": [0: "loader { path = \"/a\", type = pflash, readonly = true }"],
    "domain.iommu intremap": [0: "ioapic = qemu"], "domain.iommu eim": [0: "ioapic = qemu"],
    "domain.disk iothread": [0: "iothreads = 1024"],
    "domain.controller iothread": [0: "iothreads = 1024"],
  ]

  /// The rows and blocks of the table, to show that each exists.
  public static var names: [String] { Array(listed.keys) + around.keys }

  /// Returns a body of the resource that declares a value of a row, and what it needs.
  ///
  /// - Parameter value: a literal.
  public static func body(_ row: SchemaRow, value: String) -> String {
    var body = joined(["\(row.property.name) = \(value)"] + companions(of: row))
    for (depth, block) in row.blocks.enumerated().reversed() {
      let outer = SchemaRow(
        kind: row.kind, blocks: Array(row.blocks.prefix(depth)), property: row.property)
      let others =
        entries(listed[outer.blockPath], without: nil) + required(outer.block, without: block.name)
        + [(around[row.description] ?? around[row.blockPath])?[depth]].compactMap(\.self)
      body = joined(["\(block.name)\(label(of: block)) { \(body) }"] + others)
    }
    return body
  }

  private static func joined(_ entries: [String]) -> String { entries.joined(separator: ", ") }

  private static func label(of block: BlockSchema) -> String {
    switch block.label {
    case .none: ""
    case .optional: block.isDevice ? "" : " one"
    case .required: " one"
    case .anyText: " \"/domain/features\""
    }
  }

  /// Returns the entries that a row needs.
  private static func companions(of row: SchemaRow) -> [String] {
    let listed = entries(
      listed[row.description] ?? listed[row.blockPath], without: row.property.name)
    let needed = Combination.all.compactMap { combination -> String? in
      guard combination.block == row.block.name,
        case .needs(let term, let others) = combination.relation, term.name == row.property.name,
        term.values.isEmpty,
        let other = others.first
      else { return nil }
      return entry(other.name, of: row.block, other.values.first)
    }
    let found = listed + required(row.block, without: row.property.name) + needed
    var names: Set<Substring> = []
    return found.filter { names.insert($0.prefix { $0 != " " }).inserted || $0.hasSuffix("}") }
  }

  private static func entries(_ text: String?, without name: String?) -> [String] {
    (text ?? "").split(separator: ", ").map(String.init).filter { entry in
      name.map { !entry.hasPrefix("\($0) =") } ?? true
    }
  }

  private static func required(_ block: BlockSchema, without name: String) -> [String] {
    block.properties.filter { $0.isRequired && $0.name != name }.compactMap {
      entry($0.name, of: block, nil)
    }
  }

  private static func entry(_ name: String, of block: BlockSchema, _ value: String?) -> String? {
    guard let property = block.property(name) else { return nil }
    var source = SampleValues(seed: 1)
    let literal = value ?? source.literals(for: property).first { $0 != "\"\"" }
    return literal.map { "\(name) = \($0)" }
  }
}
