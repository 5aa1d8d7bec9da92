import VMScriptSyntax

/// Checks the guest's configuration of one domain: `cloud_init`, `ignition` and `customize`.
enum GuestChecks {
  /// Returns everything in a guest's configuration that contradicts itself.
  static func diagnostics(of domain: Declaration) -> [Diagnostic] {
    let ignition = ignition(domain.body) + writtenTwice(domain.written)
    guard let seed = domain.body.block("cloud_init") else { return ignition }
    let files = duplicates(of: "path", "files have the path", in: seed.blocks("files"))
    let disks = duplicates(
      of: "device", "`disks` blocks have the device", in: seed.blocks("disks"))
    return ignition + files + disks + mounts(seed) + metadata(seed)
  }

  /// Reports an Ignition configuration that is not JSON, or does not name its version.
  private static func ignition(_ body: DeclaredBlock) -> [Diagnostic] {
    guard let row = body.property("ignition") else { return [] }
    let document: Value
    switch row.value {
    case .map, .unknown: document = row.value
    case .string(let text):
      guard let value = try? Value(json: text) else { return [GuestMessages.notJSON(row)] }
      document = value
    case .secret(let secret):
      guard let value = try? Value(json: secret.revealed) else {
        return [GuestMessages.notJSON(row)]
      }
      document = value
    default: return []
    }
    guard !document.isUnknown else { return [] }
    if case .map(let entries) = document, case .map(let head)? = entries["ignition"],
      case .string? = head["version"]
    {
      return []
    }
    return [GuestMessages.noVersion(row)]
  }

  /// Reports two `write` blocks of one path; a clone may write a file of its source again.
  private static func writtenTwice(_ body: DeclaredBlock) -> [Diagnostic] {
    duplicates("`write` blocks have the path", in: body.block("customize")?.blocks("write") ?? []) {
      block in block.label.map { ($0, block.span) }
    }
  }

  /// Reports blocks with the same value of the property that identifies them.
  private static func duplicates(
    of key: String, _ what: String, in blocks: [DeclaredBlock]
  ) -> [Diagnostic] {
    duplicates(what, in: blocks) { block in
      guard let row = block.property(key), case .string(let text) = row.value else { return nil }
      return (text, row.span)
    }
  }

  /// Reports blocks with the same identity.
  ///
  /// - Parameters:
  ///   - what: the blocks and the identity in words.
  ///   - identity: the identity of a block, and its place; nil for a block without one.
  private static func duplicates(
    _ what: String, in blocks: [DeclaredBlock],
    by identity: (DeclaredBlock) -> (text: String, span: Span)?
  ) -> [Diagnostic] {
    var first: [String: Span] = [:]
    return blocks.compactMap { block in
      guard let (text, span) = identity(block) else { return nil }
      guard let earlier = first[text] else {
        first[text] = span
        return nil
      }
      return GuestMessages.twice(what, text, span, first: earlier)
    }
  }

  /// Reports mounts without a mount point, and with more fields than `/etc/fstab` has.
  private static func mounts(_ seed: DeclaredBlock) -> [Diagnostic] {
    guard let row = seed.property("mounts"), case .list(let lines) = row.value else { return [] }
    return lines.compactMap { line in
      guard case .list(let fields) = line, !(2...6).contains(fields.count) else { return nil }
      return GuestMessages.fields(fields.count, row)
    }
  }

  /// Reports metadata that only the run decides.
  private static func metadata(_ seed: DeclaredBlock) -> [Diagnostic] {
    guard let row = seed.property("meta"), case .map(let entries) = row.value else { return [] }
    return ["instance-id", "instance_id"].filter { entries[$0] != nil }
      .map { GuestMessages.instance($0, row) }
  }
}

/// The wording of contradictions within a guest's configuration: VM0264 to VM0268.
enum GuestMessages {
  static func notJSON(_ row: DeclaredProperty) -> Diagnostic {
    Diagnostic(
      code: .guest.unfitIgnition, "`ignition` is not JSON", at: .init(row.span),
      notes: ["Ignition reads JSON; Butane's YAML is translated by `butane`"],
      helps: [.init("write a map, or pass the output of `butane`: `read(\"config.ign\")`")])
  }

  static func noVersion(_ row: DeclaredProperty) -> Diagnostic {
    Diagnostic(
      code: .guest.unfitIgnition, "`ignition` does not name the version of its format",
      at: .init(row.span), helps: [.init("add `ignition: { version: \"3.4.0\" }` to the map")])
  }

  static func twice(_ what: String, _ text: String, _ span: Span, first: Span) -> Diagnostic {
    Diagnostic(
      code: .guest.duplicateEntry, "two \(what) \(QuotedText.literal(text))",
      at: .init(span, "used again"), secondary: [.init(first, "first used here")],
      helps: [.init("remove one of them")])
  }

  static func sharedIdentity(of clone: String, with source: String, at span: Span) -> Diagnostic {
    Diagnostic(
      .warning, code: .guest.sharedIdentity,
      "the guest of `\(clone)` has the identity of `\(source)`",
      at: .init(span, "a clone with the same disk"),
      notes: ["its machine-id and its SSH host keys are those of the source's disk"],
      helps: [
        .init("add `cloud_init {}` if the guest has cloud-init"),
        .init("add `customize {}` if it has not"),
      ])
  }

  static func fields(_ count: Int, _ row: DeclaredProperty) -> Diagnostic {
    Diagnostic(
      code: .guest.unfitMount,
      "a line of `mounts` has \(count) \(count == 1 ? "field" : "fields")",
      at: .init(row.span, count < 2 ? "the mount point is missing" : "more than six"),
      helps: [
        .init("write the device, the mount point, and up to four more: `[\"/dev/vdb\", \"/data\"]`")
      ])
  }

  static func instance(_ key: String, _ row: DeclaredProperty) -> Diagnostic {
    Diagnostic(
      code: .guest.ownMetadata, "`meta` cannot set `\(key)`", at: .init(row.span),
      notes: ["the run chooses the instance id: cloud-init runs a first boot for each new one"],
      helps: [.init("remove `\(key)`")])
  }
}

/// The codes of contradictions within a guest's configuration.
struct GuestCodes: DiagnosticTable {
  let duplicateEntry = DiagnosticCode.ofScript(
    264, "duplicate entry of a guest",
    "A guest's configuration writes each file once, and sets up each disk once. Two entries for the same one "
      + "would overwrite each other.")
  let unfitMount = DiagnosticCode.ofScript(
    265, "mount with too few or too many fields",
    "A line of `/etc/fstab` has a device, a mount point, a file system, options, and two numbers. All but "
      + "the first two have defaults.")
  let unfitIgnition = DiagnosticCode.ofScript(
    267, "unfit Ignition configuration",
    "Ignition reads a JSON object whose `ignition.version` names the version of its format. With another "
      + "configuration, the guest stops its boot.")
  let sharedIdentity = DiagnosticCode.ofScript(
    268, "shared identity of guests",
    "A clone's disk is an overlay on its source's disk, or a copy of it, with the machine-id, the SSH host "
      + "keys and the DHCP state of the source. `cloud_init` makes them anew at the first boot of a guest with "
      + "cloud-init, and `ignition` in guests with Ignition. `customize` does it in the disk before the first "
      + "boot.")
  let ownMetadata = DiagnosticCode.ofScript(
    266, "metadata of the run",
    "The instance id tells cloud-init whether a machine boots for the first time. A run keeps it while the "
      + "guest can apply every change, and otherwise chooses a new one.")
}

extension DiagnosticCode {
  /// The codes of contradictions within a guest's configuration.
  static let guest = GuestCodes()
}
