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
