import VMScriptSyntax

/// The properties of one domain, against each other.
struct DomainChecks {
  private let domain: Declaration
  private let body: DeclaredBlock
  private(set) var diagnostics: [Diagnostic] = []

  /// Everything in a domain that libvirt or QEMU would refuse, as far as the script alone tells.
  static func diagnostics(of domain: Declaration) -> [Diagnostic] {
    var checks = DomainChecks(domain)
    checks.topology()
    checks.drives()
    checks.boot()
    checks.interfaces()
    checks.combinations()
    return checks.diagnostics + Validation.patches(of: domain)
  }

  private init(_ domain: Declaration) {
    self.domain = domain
    body = domain.body
  }

  /// Whether the domain has more than the script says.
  private var isHostClone: Bool { domain.source?.isHost ?? false }

  /// Whether a patch adds elements below one of the domain, such as `devices`.
  private func isPatched(_ element: String) -> Bool {
    body.blocks("xml").contains { $0.label.map { $0.hasPrefix("/domain/\(element)") } ?? false }
  }

  // MARK: Processors

  private mutating func topology() {
    guard let cpus = body.block("cpus") else { return }
    let parts = ["sockets", "cores", "threads"].compactMap(cpus.property)
    guard let first = parts.first else { return }
    var count: Int64 = 1
    for part in parts {
      guard case .int(let number) = part.value else { return }
      let (product, overflows) = count.multipliedReportingOverflow(by: number)
      count = overflows ? .max : product
    }
    if count > 4096 {
      diagnostics.append(DomainMessages.topology(count, first, maximum: nil))
    } else if let maximum = cpus.property("max"), case .int(let wanted) = maximum.value,
      wanted != count
    {
      diagnostics.append(DomainMessages.topology(count, first, maximum: maximum))
    }
  }

  // MARK: Drives

  private mutating func drives() {
    var targets: [String: Span] = [:]
    if let seed = body.block("cloud_init") { targets[DriveBus.seedTarget] = seed.span }
    var counts: [String: Int] = [:]
    for drive in body.blocks {
      let kind = drive.schema.name
      guard let standard = DriveBus.standard[kind] else { continue }
      let bus = drive["bus"]?.description ?? standard
      if kind == "cdrom", bus == "virtio", let row = drive.property("bus") {
        diagnostics.append(DomainMessages.bus(row, cannotHave: kind))
      }
      if let dev = drive.property("dev"), case .string(let target) = dev.value {
        check(target, dev, of: drive, on: bus)
        if let first = targets.updateValue(dev.span, forKey: target) {
          diagnostics.append(DomainMessages.sameTarget(target, dev.span, first: first))
        }
      }
      counts[bus, default: 0] += 1
      if let limit = DriveBus.limits[bus], counts[bus] == limit + 1 {
        diagnostics.append(DomainMessages.tooManyDrives(drive, bus, limit))
      }
      if kind == "disk" { options(of: drive, on: bus) }
    }
    if isHostClone { return }
    for kind in ["disk", "cdrom", "floppy", "nic"] { labels(of: kind) }
  }

  /// A label that an unlabelled block of its kind has by its position.
  private mutating func labels(of kind: String) {
    let blocks = body.blocks(kind)
    for (position, block) in blocks.enumerated() where block.label == nil {
      let key = "\(kind)\(position + 1)"
      guard let other = blocks.first(where: { $0.label == key }) else { continue }
      diagnostics.append(DomainMessages.sameLabel(key, other, position: block))
    }
  }

  private mutating func check(
    _ target: String, _ row: DeclaredProperty, of drive: DeclaredBlock, on bus: String
  ) {
    let prefix = String(target.prefix(2))
    let usual = DriveBus.prefix(of: bus)
    let isFloppy = drive.schema.name == "floppy"
    if isFloppy != (prefix == "fd") {
      diagnostics.append(DomainMessages.target(row, cannotBe: drive.schema.name))
    } else if let limit = DriveBus.limits[bus], prefix == usual, target.count == 3,
      let letter = target.utf8.last, Int(letter) - 97 >= limit
    {
      diagnostics.append(DomainMessages.tooManyDrives(drive, bus, limit))
    } else if usual != prefix {
      diagnostics.append(DomainMessages.otherTarget(row, bus: bus, prefix: usual))
    }
  }

  private mutating func options(of disk: DeclaredBlock, on bus: String) {
    if case .bool(true) = disk["readonly"], bus == "ide" || bus == "sata",
      let row = disk.property("readonly")
    {
      diagnostics.append(
        DomainMessages.excluded(
          row, "a disk on `\(bus)` cannot be read-only", disk.property("bus"),
          help: "take `bus = virtio` or `bus = scsi`"))
    }
    if case .bool(true) = disk["shareable"], let row = disk.property("shareable"),
      disk["source"] == nil, disk["format"] != .string("raw")
    {
      diagnostics.append(
        DomainMessages.excluded(
          row, "a disk in the format qcow2 cannot be shared", disk.property("format"),
          help: "add `format = raw`"))
    }
  }

  // MARK: The whole machine

  private mutating func boot() {
    guard let row = body.property("boot"), case .list(let entries) = row.value else { return }
    if entries.isEmpty { diagnostics.append(DomainMessages.emptyBoot(row)) }
    let words = entries.map(\.description)
    if let twice = words.enumerated().first(where: { words[..<$0.offset].contains($0.element) }) {
      diagnostics.append(DomainMessages.bootTwice(twice.element, row))
    }
    if isHostClone || isPatched("devices") { return }
    let blocks = ["disk": "disk", "cdrom": "cdrom", "floppy": "floppy", "network": "nic"]
    let missing = words.filter { word in blocks[word].map { body.block($0) == nil } ?? false }
    if !missing.isEmpty { diagnostics.append(DomainMessages.bootsNothing(missing, row)) }
  }

  /// A filter works on a network or bridge alone.
  private mutating func interfaces() {
    if isHostClone { return }
    for nic in body.blocks("nic") where nic["net"] == nil && nic["bridge"] == nil {
      guard let filter = nic.property("filter") else { continue }
      diagnostics.append(
        DomainMessages.excluded(
          filter, "an interface has a `filter` on a network or bridge alone",
          nic.property("dev"), help: "add `net = …` or `bridge = …`, or remove `filter`"))
    }
  }

  private mutating func combinations() {
    if body["firmware"] == .string("uefi"), let acpi = body.property("acpi"),
      acpi.value == .bool(false)
    {
      diagnostics.append(
        DomainMessages.excluded(
          acpi, "`firmware = uefi` needs ACPI", body.property("firmware"), help: "remove `acpi`"))
    }
    if body["on_poweroff"] == .string("restart"), let reboot = body.property("on_reboot"),
      reboot.value == .string("destroy")
    {
      diagnostics.append(
        DomainMessages.excluded(
          reboot, "QEMU cannot restart at a power-off and end at a reboot",
          body.property("on_poweroff"), help: "remove one of the two"))
    }
    if !isHostClone, !isPatched("os"), body["kernel"].map({ $0 == .string("") }) ?? true {
      for name in ["initrd", "cmdline"] {
        guard let row = body.property(name), row.value != .string("") else { continue }
        diagnostics.append(
          DomainMessages.excluded(
            row, "`\(name)` needs a `kernel`", nil, help: "add `kernel = …`, or remove `\(name)`"))
      }
    }
    if let machine = body.property("machine"), case .string(let type) = machine.value,
      type == "q35" || type.hasPrefix("pc-q35")
    {
      for drive in body.blocks where drive["bus"] == .string("ide") {
        guard let bus = drive.property("bus") else { continue }
        diagnostics.append(
          DomainMessages.excluded(
            bus, "a machine of type `q35` has no bus `ide`", machine, help: "take `bus = sata`"))
      }
    }
  }
}
