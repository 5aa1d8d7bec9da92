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
    return checks.diagnostics + Validation.patches(of: domain)
  }

  private init(_ domain: Declaration) {
    self.domain = domain
    body = domain.body
  }

  /// Whether the domain has more than the script says.
  private var isHostClone: Bool { domain.source?.isHost ?? false }

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
    }
    if isHostClone { return }
    for block in body.schema.blocks where block.isDevice && block.repeats {
      labels(of: block.name)
    }
  }

  /// A label that an unlabelled block of its kind has by its position.
  private mutating func labels(of kind: String) {
    let blocks = body.blocks(kind)
    for (position, block) in blocks.enumerated() where block.label == nil {
      let key = DeclaredBlock.key(kind, at: position)
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

  // MARK: The whole machine

  private mutating func boot() {
    guard let row = body.property("boot"), case .list(let entries) = row.value else { return }
    if entries.isEmpty { diagnostics.append(DomainMessages.emptyBoot(row)) }
    let words = entries.map(\.description)
    if let twice = words.enumerated().first(where: { words[..<$0.offset].contains($0.element) }) {
      diagnostics.append(DomainMessages.bootTwice(twice.element, row))
    }
    if isHostClone || body.isPatched("devices") { return }
    let blocks = ["disk": "disk", "cdrom": "cdrom", "floppy": "floppy", "network": "nic"]
    let missing = words.filter { word in blocks[word].map { body.block($0) == nil } ?? false }
    if !missing.isEmpty { diagnostics.append(DomainMessages.bootsNothing(missing, row)) }
  }
}

/// The wording of what does not fit within a domain: VM0261 to VM0263, VM0293 to VM0297 and
/// VM0299.
enum DomainMessages {
  static func samePort(_ port: Int64, _ span: Span, first: Span) -> Diagnostic {
    Diagnostic(
      code: .domain.duplicateDisplayPort, "two displays listen at the port \(port)",
      at: .init(span, "used again"),
      secondary: [.init(first, "first used here")],
      helps: [.init("leave `port` out: libvirt then finds a free one")])
  }

  static func otherTarget(_ row: DeclaredProperty, bus: String, prefix: String) -> Diagnostic {
    Diagnostic(
      .warning, code: .domain.targetOfOtherBus, "the target \(row.value) is on the bus `\(bus)`",
      at: .init(row.span),
      notes: ["targets on `\(bus)` begin with `\(prefix)`; the guest chooses names by the bus"],
      helps: [.init("leave `dev` out, or declare the `bus` that it means")])
  }

  static func bootsNothing(_ words: [String], _ row: DeclaredProperty) -> Diagnostic {
    let shown = words.map { "`\($0)`" }.joined(separator: " and ")
    return Diagnostic(
      .warning, code: .domain.missingBootDevice,
      "`boot` names \(shown), and the domain has no such device",
      at: .init(row.span), helps: [.init("declare the device, or remove its word")])
  }

  static func emptyBoot(_ row: DeclaredProperty) -> Diagnostic {
    Diagnostic(
      code: .domain.bootOrder, "`boot` names no device", at: .init(row.span, "empty"),
      notes: ["a machine without an order boots from its disk"],
      helps: [.init("name a device, or remove `boot`")])
  }

  static func bootTwice(_ word: String, _ row: DeclaredProperty) -> Diagnostic {
    Diagnostic(
      code: .domain.bootOrder, "`boot` names `\(word)` twice", at: .init(row.span),
      helps: [.init("name each kind of device once")])
  }

  static func topology(
    _ count: Int64, _ row: DeclaredProperty, maximum: DeclaredProperty?
  ) -> Diagnostic {
    let shown = count > 4096 ? "more than 4096" : String(count)
    return Diagnostic(
      code: .domain.unfitTopology,
      "sockets, cores and threads make \(shown) processors"
        + (maximum.map { ", and `max` is \($0.value)" } ?? ""),
      at: .init(row.span, "one that is not declared counts as 1"),
      secondary: maximum.map { [.init($0.span, "the number of processors")] } ?? [],
      helps: [.init("make the product of the three equal `max`, or leave `max` out")])
  }

  static func bus(_ row: DeclaredProperty, cannotHave kind: String) -> Diagnostic {
    Diagnostic(
      code: .domain.unfitBus, "a `\(kind)` cannot be on the bus `\(row.value)`",
      at: .init(row.span, "no media can be changed there"),
      helps: [.init("take `bus = sata`, `scsi`, `ide` or `usb`")])
  }

  static func target(_ row: DeclaredProperty, cannotBe kind: String) -> Diagnostic {
    Diagnostic(
      code: .domain.unfitBus, "the target of a `\(kind)` cannot be \(row.value)",
      at: .init(row.span, "of another kind of drive"),
      helps: [.init("leave `dev` out; floppies begin with `fd`, other drives never do")])
  }

  static func sameTarget(_ target: String, _ span: Span, first: Span) -> Diagnostic {
    Diagnostic(
      code: .domain.duplicateDevice, "two drives have the target `\(target)`",
      at: .init(span, "used again"),
      secondary: [.init(first, "first used here")],
      helps: [.init("leave `dev` out: each drive then gets a target of its own")])
  }

  static func sameLabel(
    _ key: String, _ labelled: DeclaredBlock, position: DeclaredBlock
  ) -> Diagnostic {
    Diagnostic(
      code: .domain.duplicateDevice, "two `\(labelled.schema.name)` blocks are called `\(key)`",
      at: .init(labelled.span, "by its label"),
      secondary: [.init(position.span, "by its position, for it has no label")],
      helps: [.init("give both a label, or this one another")])
  }

  static func tooManyDrives(_ drive: DeclaredBlock, _ bus: String, _ limit: Int) -> Diagnostic {
    Diagnostic(
      code: .domain.fullBus, "the bus `\(bus)` has room for \(limit) drives",
      at: .init(drive.property("dev")?.span ?? drive.span, "one too many"),
      helps: [.init("put it on another bus, such as `virtio` or `sata`")])
  }

  static func sameUUID(_ uuid: String, _ span: Span, first: Span) -> Diagnostic {
    Diagnostic(
      code: .domain.duplicateUUID, "two domains have the UUID \(uuid)",
      at: .init(span, "used again"),
      secondary: [.init(first, "first used here")],
      helps: [.init("leave `uuid` out: each domain then gets one of its own")])
  }
}

/// The codes of contradictions within a domain.
struct DomainCodes: DiagnosticTable {
  let duplicateDisplayPort = DiagnosticCode.ofScript(
    261, "duplicate display port",
    "One port of an address serves one display. Machines that never run at once may share it: "
      + "declare `state = stopped` for them.")
  let targetOfOtherBus = DiagnosticCode.ofScript(
    262, "target of another bus",
    "A target's name says where the disk is by convention alone. The guest goes by the bus, and "
      + "may call the disk otherwise.")
  let missingBootDevice = DiagnosticCode.ofScript(
    263, "boot device that does not exist",
    "Firmware skips what `boot` names and the machine does not have.")
  let bootOrder = DiagnosticCode.ofScript(
    293, "boot order", "A boot order names at least one kind of device, and each kind once.")
  let unfitTopology = DiagnosticCode.ofScript(
    294, "topology that does not fit",
    "A machine has as many processors as its sockets have cores and those have threads.")
  let unfitBus = DiagnosticCode.ofScript(
    295, "drive on a bus that cannot have it",
    "virtio disks have no media to change, and only floppies are on a floppy controller.")
  let duplicateDevice = DiagnosticCode.ofScript(
    296, "duplicate device",
    "Each drive has a target of its own. A block without a label goes by its kind and position, "
      + "such as `disk1`, which no other block may have as its label.")
  let fullBus = DiagnosticCode.ofScript(
    297, "too many drives on a bus",
    "A machine has one IDE controller for four drives and one floppy controller for two.")
  let duplicateUUID = DiagnosticCode.ofScript(
    299, "duplicate UUID", "A host knows its domains by their UUIDs, which it holds once.")
}

extension DiagnosticCode {
  /// The codes of contradictions within a domain.
  static let domain = DomainCodes()
}
