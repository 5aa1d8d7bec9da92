import VMScriptSyntax

/// Checks the properties of one domain against each other.
struct DomainChecks {
  private let domain: Declaration
  private let body: DeclaredBlock
  private(set) var diagnostics: [Diagnostic] = []

  /// Returns everything in a domain that libvirt or QEMU would refuse, as far as the script alone
  /// shows.
  static func diagnostics(of domain: Declaration) -> [Diagnostic] {
    var checks = DomainChecks(domain)
    checks.topology()
    checks.drives()
    checks.boot()
    return checks.diagnostics + GuestChecks.diagnostics(of: domain)
      + Validation.patches(of: domain)
  }

  private init(_ domain: Declaration) {
    self.domain = domain
    body = domain.body
  }

  /// Whether the domain has more entries than the script shows.
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
      guard let defaultBus = DriveBus.defaults[kind] else { continue }
      let bus = drive["bus"]?.description ?? defaultBus
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

  /// Reports a label that equals the key of an unlabelled block of its kind.
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

/// The wording of contradictions within a domain: VM0261 to VM0263, VM0293 to VM0297 and VM0299.
enum DomainMessages {
  static func samePort(_ port: Int64, _ span: Span, first: Span) -> Diagnostic {
    Diagnostic(
      code: .domain.duplicateDisplayPort, "two displays listen on port \(port)",
      at: .init(span, "used again"),
      secondary: [.init(first, "first used here")],
      helps: [.init("remove `port`: libvirt then chooses a free one")])
  }

  static func otherTarget(_ row: DeclaredProperty, bus: String, prefix: String) -> Diagnostic {
    Diagnostic(
      .warning, code: .domain.targetOfOtherBus, "the target \(row.value) is on the bus `\(bus)`",
      at: .init(row.span),
      notes: ["targets on `\(bus)` begin with `\(prefix)`; the guest chooses names by the bus"],
      helps: [.init("remove `dev`, or declare the `bus` of the target")])
  }

  static func bootsNothing(_ words: [String], _ row: DeclaredProperty) -> Diagnostic {
    let shown = words.map { "`\($0)`" }.joined(separator: " and ")
    return Diagnostic(
      .warning, code: .domain.missingBootDevice,
      "`boot` names \(shown), but the domain has no such device",
      at: .init(row.span), helps: [.init("declare the device, or remove it from `boot`")])
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
      at: .init(row.span, "an undeclared one counts as 1"),
      secondary: maximum.map { [.init($0.span, "the number of processors")] } ?? [],
      helps: [.init("make the product of the three equal to `max`, or remove `max`")])
  }

  static func bus(_ row: DeclaredProperty, cannotHave kind: String) -> Diagnostic {
    Diagnostic(
      code: .domain.unfitBus, "a `\(kind)` cannot be on the bus `\(row.value)`",
      at: .init(row.span, "this bus cannot change media"),
      helps: [.init("use `bus = sata`, `scsi`, `ide` or `usb`")])
  }

  static func target(_ row: DeclaredProperty, cannotBe kind: String) -> Diagnostic {
    Diagnostic(
      code: .domain.unfitBus, "the target of a `\(kind)` cannot be \(row.value)",
      at: .init(row.span, "the target of another kind of drive"),
      helps: [
        .init("remove `dev`; targets of floppies begin with `fd`, those of other drives do not")
      ])
  }

  static func sameTarget(_ target: String, _ span: Span, first: Span) -> Diagnostic {
    Diagnostic(
      code: .domain.duplicateDevice, "two drives have the target `\(target)`",
      at: .init(span, "used again"),
      secondary: [.init(first, "first used here")],
      helps: [.init("remove `dev`: each drive then gets its own target")])
  }

  static func sameLabel(
    _ key: String, _ labelled: DeclaredBlock, position: DeclaredBlock
  ) -> Diagnostic {
    Diagnostic(
      code: .domain.duplicateDevice, "two `\(labelled.schema.name)` blocks are called `\(key)`",
      at: .init(labelled.span, "by its label"),
      secondary: [.init(position.span, "by its position, because it has no label")],
      helps: [.init("label both blocks, or change this label")])
  }

  static func tooManyDrives(_ drive: DeclaredBlock, _ bus: String, _ limit: Int) -> Diagnostic {
    Diagnostic(
      code: .domain.fullBus, "the bus `\(bus)` has room for only \(limit) drives",
      at: .init(drive.property("dev")?.span ?? drive.span, "one too many"),
      helps: [.init("put it on another bus, such as `virtio` or `sata`")])
  }

  static func sameUUID(_ uuid: String, _ span: Span, first: Span) -> Diagnostic {
    Diagnostic(
      code: .domain.duplicateUUID, "two domains have the UUID \(uuid)",
      at: .init(span, "used again"),
      secondary: [.init(first, "first used here")],
      helps: [.init("remove `uuid`: each domain then gets its own")])
  }
}

/// The codes of contradictions within a domain.
struct DomainCodes: DiagnosticTable {
  let duplicateDisplayPort = DiagnosticCode.ofScript(
    261, "duplicate display port",
    "A port of an address serves only one display. Machines that never run at the same time may share it: "
      + "declare `state = stopped` for them.")
  let targetOfOtherBus = DiagnosticCode.ofScript(
    262, "target of another bus",
    "The name of a target implies a bus only by convention. The guest names the disk by its bus, "
      + "so its name may differ.")
  let missingBootDevice = DiagnosticCode.ofScript(
    263, "boot device that does not exist",
    "The firmware skips devices in `boot` that the machine does not have.")
  let bootOrder = DiagnosticCode.ofScript(
    293, "boot order", "A boot order names at least one kind of device, and each kind once.")
  let unfitTopology = DiagnosticCode.ofScript(
    294, "topology that does not fit",
    "The number of processors is the product of sockets, cores and threads.")
  let unfitBus = DiagnosticCode.ofScript(
    295, "drive on an unsuitable bus",
    "virtio drives cannot change media, and a floppy controller supports only floppies.")
  let duplicateDevice = DiagnosticCode.ofScript(
    296, "duplicate device",
    "Each drive has its own target. A block without a label is named by its kind and position, "
      + "such as `disk1`, so no other block may have that label.")
  let fullBus = DiagnosticCode.ofScript(
    297, "too many drives on a bus",
    "A machine has one IDE controller for four drives and one floppy controller for two.")
  let duplicateUUID = DiagnosticCode.ofScript(
    299, "duplicate UUID", "A host identifies domains by UUID, so each UUID must be unique.")
}

extension DiagnosticCode {
  /// The codes of contradictions within a domain.
  static let domain = DomainCodes()
}
