import VMScriptSyntax

/// A rule about the properties of a block that exclude or require each other.
///
/// The rules are the rows of ``all``. Each names its block, its properties, and the condition and
/// reason of the conflict.
package struct Combination {
  /// A property, with the values to which the rule applies.
  package struct Term {
    package let name: String
    /// Shell patterns of the values; empty for any value.
    package let values: [String]
    /// The block of the property; nil for the block of the rule.
    var owner: String?

    init(_ name: String, _ values: String..., of owner: String? = nil) {
      self.init(name, values, of: owner)
    }

    init(_ name: String, _ values: [String], of owner: String? = nil) {
      self.name = name
      self.values = values
      self.owner = owner
    }

    /// Returns the property if it has one of the values. `none` and an empty text count as not
    /// declared.
    func property(in block: DeclaredBlock, of resource: DeclaredBlock) -> DeclaredProperty? {
      guard let property = declared(in: block, of: resource), !property.value.isUnknown,
        property.value != .none, property.value != .string("")
      else { return nil }
      let text = property.value.description
      return values.isEmpty || values.contains { Glob.matches(text, $0) } ? property : nil
    }

    /// Returns the property, whatever its value.
    func declared(in block: DeclaredBlock, of resource: DeclaredBlock) -> DeclaredProperty? {
      (owner == nil ? block : resource).property(name)
    }

    /// Returns the property in words, with its value if the rule depends on it, such as `format =
    /// raw`.
    func text(with value: Value) -> String {
      values.isEmpty ? "`\(name)`" : "`\(name) = \(value.description)`"
    }

    /// The required property in words, such as `cache = none` or `cache = directsync`.
    var text: String { values.isEmpty ? "`\(name)`" : entries }

    /// The entries that would declare it.
    var entries: String {
      (values.isEmpty ? ["…"] : values).map { "`\(name) = \($0)`" }.joined(separator: " or ")
    }
  }

  /// The relation of the properties that conflict.
  package enum Relation {
    /// A block has at most one of the terms. In a clone, a term replaces the source's.
    case alternatives([Term])
    /// The two terms must not both hold.
    case excludes(Term, Term)
    /// If the first term holds, one of the others must hold.
    case needs(Term, [Term])
  }

  /// The name of the block, or the kind of the resource.
  package let block: String
  package let relation: Relation
  /// The reason, if the properties alone do not show it.
  var reason: String?
  /// The help; nil for the default of the relation.
  var help: String?
  /// Whether it applies only to the entries in the script: a clone creates new disks from the
  /// source's.
  var isOfWritten = false
  /// The element below `domain` through which a patch can satisfy the requirement.
  var patch: String?

  /// All rules.
  package static let all: [Combination] =
    domains + disks + throttles + guests + media + devices + [
      Combination(
        block: "nic", relation: .alternatives([Term("net"), Term("bridge"), Term("dev")])),
      Combination(
        block: "nic", relation: .needs(Term("filter"), [Term("net"), Term("bridge")]),
        reason: "libvirt filters only on networks and bridges"),
      Combination(
        block: "nic", relation: .excludes(Term("mtu"), Term("dev")),
        reason: "the device of the host determines the MTU of macvtap",
        help: "remove `mtu`"),
      Combination(
        block: "srv", relation: .needs(Term("target"), [Term("port")]), reason: service),
      Combination(
        block: "srv", relation: .needs(Term("port"), [Term("target")]), reason: service),
      Combination(block: "image", relation: .excludes(Term("source"), Term("backing"))),
      Combination(block: "image", relation: .excludes(Term("format", "raw"), Term("backing"))),
      Combination(block: "image", relation: .needs(Term("label"), [Term("files")])),
      Combination(block: "image", relation: .needs(Term("sha256"), [Term("source")])),
      Combination(block: "image", relation: .needs(Term("sha512"), [Term("source")])),
      Combination(
        block: "image",
        relation: .needs(
          Term("preallocation", "falloc", "full"), [Term("format", "raw"), Term("source")]),
        reason: "libvirt preallocates only the tables of a new qcow2 image, not its content"),
    ]

  private static let media: [Combination] =
    ["source", "backing", "size", "format"].map { other in
      Combination(
        block: "image", relation: .excludes(Term("files"), Term(other)),
        reason: "`files` is the whole content of a medium")
    }

  /// The companions of properties of devices, without which libvirt drops them.
  private static let devices: [Combination] =
    ["serial", "parallel", "console", "channel"].flatMap { block in
      [
        needs(block, "host", "type", "tcp", "udp"), needs(block, "service", "type", "tcp", "udp"),
        needs(block, "protocol", "type", "tcp"), needs(block, "log_append", "log"),
      ]
    }
    // A channel is a socket unless it says otherwise.
    + ["serial", "parallel", "console"].flatMap { block in
      [
        needs(block, "mode", "type", "tcp", "unix"),
        needs(block, "path", "type", "unix", "file", "dev", "pipe"),
      ]
    }
    + ["serial", "parallel", "console"].map { block in
      Combination(
        block: block,
        relation: .needs(Term("type", "unix", "file", "dev", "pipe"), [Term("path")]))
    }
    + ["serial", "parallel", "console", "channel"].map { block in
      Combination(block: block, relation: .needs(Term("type", "tcp", "udp"), [Term("host")]))
    } + [
      Combination(
        block: "channel", relation: .needs(Term("type", "file", "dev", "pipe"), [Term("path")])),
      Combination(
        block: "channel", relation: .needs(Term("type", "spiceport"), [Term("channel")])),
      needs("iommu", "eim", "intremap", "true"),
      needs("channel", "channel", "type", "spiceport"),
      needs("channel", "clipboard", "type", "qemu-vdagent"),
      needs("channel", "mouse", "type", "qemu-vdagent"),
      needs("audio", "server", "type", "pulseaudio"),
      needs("audio", "path", "type", "file"), needs("spice", "tls_port", "port"),
      needs("spice", "rendernode", "gl", "true"), needs("rng", "period", "bytes"),
      needs("video", "blob", "model", "virtio"), needs("video", "width", "height"),
      needs("video", "height", "width"), needs("tpm", "device", "backend", "passthrough"),
      needs("controller", "ports", "type", "usb", "virtio-serial"),
      needs("controller", "vectors", "type", "virtio-serial"),
      needs("controller", "master", "type", "usb"),
    ]
    + ["ram", "vgamem", "vram64"].map { needs("video", $0, "model", "qxl") }

  private static func needs(
    _ block: String, _ name: String, _ other: String, _ values: String...
  ) -> Combination {
    Combination(block: block, relation: .needs(Term(name), [Term(other, values)]))
  }

  private static let service =
    "an SRV record names the machine and the port of a service, or neither"

  private static let domains: [Combination] = [
    Combination(
      block: "cpus", relation: .needs(Term("match"), [Term("model")]),
      reason: "without a model, libvirt compares nothing"),
    Combination(
      block: "boot_menu", relation: .needs(Term("timeout"), [Term("enable", "true")]),
      reason: "without the menu, nothing waits"),
    needs("cpus", "check", "model"),
    needs("cpus", "migratable", "model", "host-passthrough", "maximum"),
    Combination(
      block: "clock", relation: .needs(Term("offset", "timezone"), [Term("timezone")])),
    needs("clock", "timezone", "offset", "timezone"),
    needs("clock", "basis", "offset", "variable"),
    needs("clock", "adjustment", "offset", "variable"),
    needs("timer", "frequency", "name", "tsc"), needs("timer", "mode", "name", "tsc"),
    needs("hyperv", "stimer_direct", "stimer", "true"),
    needs("loader", "type", "path"), needs("loader", "readonly", "path"),
    needs("nic", "filter_parameters", "filter"), needs("nic", "mode", "dev"),
    needs("nic", "portgroup", "net"),
    Combination(
      block: "domain", relation: .excludes(Term("acpi", "false"), Term("firmware", "uefi")),
      reason: "UEFI needs ACPI", help: "remove `acpi`"),
    Combination(
      block: "domain",
      relation: .excludes(Term("on_poweroff", "restart"), Term("on_reboot", "destroy")),
      reason: "QEMU cannot restart at a power-off and exit at a reboot"),
    Combination(
      block: "domain", relation: .needs(Term("initrd"), [Term("kernel")]), patch: "os"),
    Combination(
      block: "domain", relation: .needs(Term("cmdline"), [Term("kernel")]), patch: "os"),
  ]

  private static let disks: [Combination] =
    ["disk", "cdrom"].map { block in
      Combination(
        block: block,
        relation: .excludes(Term("bus", "ide"), Term("machine", "q35", "pc-q35*", of: "domain")),
        reason: "a machine of type q35 has no IDE controller", help: "use `bus = sata`")
    }
    + ["image", "size", "pool", "moved_from"].map { other in
      Combination(
        block: "disk", relation: .excludes(Term(other), Term("source")), isOfWritten: true)
    } + [
      Combination(
        block: "disk", relation: .excludes(Term("image"), Term("format", "raw")),
        reason: "an overlay on an image is a qcow2 image", isOfWritten: true),
      Combination(
        block: "disk", relation: .needs(Term("moved_disk"), [Term("moved_from")]),
        isOfWritten: true),
      Combination(
        block: "disk", relation: .needs(Term("io", "native"), [Term("cache", "none", "directsync")])
      ),
      Combination(
        block: "disk",
        relation: .needs(Term("rotation_rate"), [Term("bus", "scsi", "sata", "ide")]),
        reason: "a disk on virtio or USB has no rotation rate"),
      Combination(
        block: "disk", relation: .excludes(Term("readonly", "true"), Term("bus", "ide", "sata")),
        reason: "QEMU does not support read-only disks on IDE and SATA",
        help: "use `bus = virtio` or `bus = scsi`"),
      Combination(
        block: "disk",
        relation: .needs(Term("shareable", "true"), [Term("format", "raw"), Term("source")]),
        reason: "a new disk is a qcow2 image, which guests cannot share"),
    ]

  private static let guests: [Combination] =
    [
      Combination(
        block: "files", relation: .alternatives([Term("content"), Term("source")])),
      Combination(
        block: "write", relation: .alternatives([Term("content"), Term("source")])),
      Combination(
        block: "user", relation: .excludes(Term("primary_group"), Term("no_user_group", "true"))),
      Combination(
        block: "disks", relation: .needs(Term("label"), [Term("filesystem")])),
      Combination(
        block: "disks", relation: .needs(Term("partition"), [Term("filesystem")])),
    ]
    + ["keys", "ssh_import_id"].map { keys in
      Combination(
        block: "user", relation: .excludes(Term("ssh_redirect_user", "true"), Term(keys)),
        reason: "a redirected user cannot log in over SSH")
    }

  /// libvirt limits both directions together, or each separately.
  private static let throttles: [Combination] = ["bytes", "iops"].flatMap { unit in
    ["read", "write"].map { direction in
      Combination(
        block: "iotune",
        relation: .excludes(Term("total_\(unit)_sec"), Term("\(direction)_\(unit)_sec")))
    }
  }

  /// Returns the properties of which a block has at most one; empty if it has no such properties.
  static func alternatives(of block: String) -> [String] {
    all.flatMap { row in
      if case .alternatives(let terms) = row.relation, row.block == block {
        terms.map(\.name)
      } else {
        [String]()
      }
    }
  }

  private static let byBlock = Dictionary(grouping: all, by: \.block)

  /// Returns the conflicts in a resource and its nested blocks.
  ///
  /// - Parameter isComplete: false if something failed to evaluate, which may be the required
  ///   property.
  static func check(_ declaration: Declaration, isComplete: Bool) -> [Diagnostic] {
    // Only the host knows what a clone inherits from a domain of the host.
    let isHostClone = declaration.source?.isHost ?? false
    let isWhole = isComplete && !isHostClone
    let ofBody = conflicts(in: declaration.body, of: declaration.body, isWhole: isWhole) {
      !$0.isOfWritten
    }
    let ofWritten = conflicts(
      in: declaration.written, of: declaration.written,
      isWhole: isWhole && declaration.source == nil, where: \.isOfWritten)
    return (ofBody + ofWritten).inOrderOfPlace
  }

  private static func conflicts(
    in block: DeclaredBlock, of resource: DeclaredBlock, isWhole: Bool,
    where concerns: (Combination) -> Bool
  ) -> [Diagnostic] {
    (byBlock[block.schema.name] ?? []).filter(concerns)
      .compactMap { $0.conflict(in: block, of: resource, isWhole: isWhole) }
      + block.blocks.flatMap { conflicts(in: $0, of: resource, isWhole: isWhole, where: concerns) }
  }

  private func conflict(
    in block: DeclaredBlock, of resource: DeclaredBlock, isWhole: Bool
  ) -> Diagnostic? {
    switch relation {
    case .alternatives(let terms):
      let given = terms.compactMap { term in
        term.property(in: block, of: resource).map { (term: term, property: $0) }
      }
      return given.count > 1 ? ValidationMessages.exclusive(given[0], given[1], self) : nil
    case .excludes(let first, let second):
      guard let one = first.property(in: block, of: resource),
        let other = second.property(in: block, of: resource)
      else { return nil }
      return ValidationMessages.exclusive((first, one), (second, other), self)
    case .needs(let first, let others):
      guard let one = first.property(in: block, of: resource),
        !others.contains(where: { $0.property(in: block, of: resource) != nil }),
        !(patch.map(resource.isPatched) ?? false)
      else { return nil }
      let declared = others.compactMap { $0.declared(in: block, of: resource) }
      guard isWhole || !declared.isEmpty, !declared.contains(where: \.value.isUnknown) else {
        return nil
      }
      return ValidationMessages.needed(first, one, others, declared.first, self)
    }
  }
}

extension DeclaredBlock {
  /// Returns whether a patch of a domain adds or changes one of its elements, such as `devices`.
  func isPatched(_ element: String) -> Bool {
    blocks("xml").contains { $0.label?.hasPrefix("/domain/\(element)") ?? false }
  }
}
