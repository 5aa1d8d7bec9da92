import VMScriptSyntax

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
