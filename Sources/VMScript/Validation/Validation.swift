import VMScriptSyntax

/// Checks the resources of a script against each other, beyond single properties.
public enum Validation {
  /// Returns all contradictions between the declarations, networks first; takes time in proportion
  /// to them.
  ///
  /// - Parameters:
  ///   - set: the declarations.
  ///   - isComplete: false if errors were reported before, so that missing entries may have failed.
  ///   - exists: returns whether an undeclared resource is on the host; nil if that is not known.
  public static func check(
    _ set: DeclarationSet, isComplete: Bool = true,
    exists: (ResourceReference) -> Bool? = { _ in nil }
  ) -> [Diagnostic] {
    var pass = ValidationPass(stack: set.stack, isComplete: isComplete)
    for declaration in set.declarations { pass.enter(declaration) }
    // Networks first: an interface is checked against the DHCP entries of its network.
    for declaration in set.declarations where declaration.kind == .net {
      pass.network(declaration)
      pass.diagnostics += patches(of: declaration)
    }
    for declaration in set.declarations {
      pass.combinations(in: declaration)
      if declaration.kind == .domain {
        pass.domain(declaration)
        pass.disks(of: declaration)
        pass.identity(of: declaration)
      }
      if declaration.kind == .image { pass.layout(of: declaration) }
    }
    pass.overlappingSubnets()
    pass.undeclaredNetworks(exists)
    pass.displays(set)
    return pass.diagnostics
  }
}

/// One pass over a set; its tables keep it linear.
struct ValidationPass {
  let stack: String
  let isComplete: Bool
  var diagnostics: [Diagnostic] = []
  private(set) var declared: [ResourceKey: Declaration] = [:]
  private var macs: [MACAddress: Span] = [:]
  private var uuids: [String: Span] = [:]
  /// The statements of clones that were reported for their guests' identity.
  private var reportedClones: Set<Span> = []
  /// The moved disks by source: the place of each move, by domain and key.
  private var moves: [String: [String: Span]] = [:]
  var networks = ValidatedNetworks()

  init(stack: String, isComplete: Bool) {
    self.stack = stack
    self.isComplete = isComplete
  }

  /// Notes a resource, so that others may refer to it.
  mutating func enter(_ declaration: Declaration) {
    declared[declaration.key] = declaration
  }

  /// Checks a domain, whose interfaces must have unique addresses.
  mutating func domain(_ declaration: Declaration) {
    diagnostics += DomainChecks.diagnostics(of: declaration)
    if let row = declaration.body.property("uuid"), case .string(let uuid) = row.value {
      if let first = uuids[uuid] {
        diagnostics.append(DomainMessages.sameUUID(uuid, row.span, first: first))
      } else {
        uuids[uuid] = row.span
      }
    }
    for (index, nic) in declaration.body.blocks("nic").enumerated() {
      refuseGroupAddress(nic)
      claimMAC(of: nic, index, declaration)
      interface(nic, key: nic.key(at: index), of: declaration)
    }
    for name in ["memory", "cpus"] {
      guard let block = declaration.body.block(name), let current = block.property("current"),
        let wanted = current.value.amount
      else { continue }
      let maximum = block.property("max")
      if maximum?.value.amount.map({ wanted > $0 }) ?? (maximum == nil) {
        diagnostics.append(ValidationMessages.beyondMaximum(current, maximum))
      }
    }
  }

  /// Warns about a clone whose guest has the identity of its source's, once for each statement.
  mutating func identity(of clone: Declaration) {
    guard case .declared(let name) = clone.source, let source = declared(.domain, name),
      clone.sharesContent(with: source), !clone.resetsIdentity,
      reportedClones.insert(clone.span).inserted
    else { return }
    diagnostics.append(
      GuestMessages.sharedIdentity(of: clone.name, with: name, at: clone.nameSpan))
  }

  /// Checks properties that exclude or require each other.
  mutating func combinations(in declaration: Declaration) {
    guard !declaration.kind.isCustom else { return }
    diagnostics += Combination.check(declaration, isComplete: isComplete)
  }

  /// Returns the declaration of a resource; nil if there is none.
  func declared(_ kind: ResourceKind, _ name: String) -> Declaration? {
    declared[ResourceKey(kind: kind, name: name)]
  }

  mutating func report(_ diagnostic: Diagnostic) { diagnostics.append(diagnostic) }

  /// Notes that a disk of a domain is moved; returns the place of an earlier move of the same disk.
  mutating func claim(_ disk: String, of domain: String, at span: Span) -> Span? {
    moves[domain, default: [:]].updateValue(span, forKey: disk)
  }

  /// Checks that displays of machines that run at the same time have different ports.
  mutating func displays(_ set: DeclarationSet) {
    let sources = Set(
      set.declarations.compactMap { domain in
        if case .declared(let name) = domain.source { name } else { nil }
      })
    var ports: [Int64: [(address: String, span: Span)]] = [:]
    for domain in set.declarations where domain.kind == .domain {
      let isOff = domain.body["state"].map { $0 == .string("stopped") }
      if isOff ?? sources.contains(domain.name) { continue }
      for display in domain.body.blocks where ["vnc", "spice"].contains(display.schema.name) {
        guard let row = display.property("port"), case .int(let port) = row.value else { continue }
        let address = display["listen"]?.description ?? "127.0.0.1"
        // A clone has the port of its source if it declares none.
        let span = domain.written.block(display.schema.name)?.property("port")?.span
        let place = domain.source == nil ? row.span : span ?? domain.span
        let first = ports[port]?.first { Self.meet($0.address, address) }
        if let first {
          diagnostics.append(DomainMessages.samePort(port, place, first: first.span))
        }
        ports[port, default: []].append((address, place))
      }
    }
  }

  /// Returns whether two listen addresses overlap.
  private static func meet(_ a: String, _ b: String) -> Bool {
    let all = ["0.0.0.0", "::"]
    return a == b || all.contains(a) || all.contains(b)
  }

  /// Refuses a group address as the MAC address of an interface.
  mutating func refuseGroupAddress(_ block: DeclaredBlock) {
    guard let property = block.property("mac"), case .mac(let mac) = property.value,
      mac.isMulticast
    else { return }
    diagnostics.append(ValidationMessages.groupAddress(mac, property.span))
  }

  /// Checks that each interface has its own MAC address, declared or derived.
  private mutating func claimMAC(
    of nic: DeclaredBlock, _ index: Int, _ declaration: Declaration
  ) {
    let span: Span
    let address: MACAddress
    if let declared = nic.property("mac"), case .mac(let mac) = declared.value {
      (address, span) = (mac, declared.span)
    } else {
      // Only the host knows the number of interfaces of a domain on the host.
      if declaration.source?.isHost ?? false { return }
      address = Identity.mac(
        stack: stack, domain: declaration.name, nic: nic.key(at: index))
      span = nic.inheritedFrom == nil ? nic.span : declaration.span
    }
    if let first = macs[address] {
      diagnostics.append(ValidationMessages.sameMAC(address, span, first: first))
    } else {
      macs[address] = span
    }
  }
}

extension Declaration {
  /// Whether something gives its guest an identity of its own.
  fileprivate var resetsIdentity: Bool {
    if body.block("cloud_init") != nil || body.property("ignition") != nil { return true }
    return body.block("customize").map { $0["reset_identity"] != .bool(false) } ?? false
  }

  /// Whether a disk of the clone has the content of its source's, which is an installed system as far
  /// as the script shows.
  fileprivate func sharesContent(with source: Declaration) -> Bool {
    let disks = source.body.blocks("disk")
    return body.blocks("disk").contains { disk in
      guard let position = disk.inheritedFrom, disks.indices.contains(position) else {
        return false
      }
      let contents = ["image", "source"].compactMap(disk.property).filter { $0.value != .none }
      return !contents.isEmpty
        && contents.allSatisfy { $0.span == disks[position].property($0.schema.name)?.span }
    }
  }
}

extension Value {
  /// The name of the resource that the value denotes: a reference, or its name as a string.
  var resourceName: String? {
    switch self {
    case .resource(let reference): reference.name
    case .string(let name): name
    default: nil
    }
  }
}

extension Value {
  /// A number or a size as a number; nil for anything else, and for an unknown value.
  fileprivate var amount: Int64? {
    switch self {
    case .int(let number): number
    case .size(let size): size.bytes
    default: nil
    }
  }
}

extension ValidationPass {
  /// Checks that disks are large enough for their images, have unique targets, and are moved at
  /// most once.
  mutating func disks(of declaration: Declaration) {
    for disk in declaration.body.blocks("disk") {
      if let size = disk.property("size"), !mayBeRaw(disk, of: declaration) {
        limit(size, to: ImageLimits.qcow2(), isImage: false)
      } else if let size = disk.property("size") {
        limit(size, to: ImageLimits.raw, isImage: false)
      }
      guard let size = disk.property("size"), case .size(let bytes) = size.value,
        let name = disk["image"]?.resourceName,
        let least = declared(.image, name)?.body.property("size"),
        case .size(let needed) = least.value, bytes.wholeDisk < needed.wholeDisk
      else { continue }
      report(ValidationMessages.smallDisk(size, image: least))
    }
    for (key, disk) in declaration.written.keyedBlocks("disk") {
      guard let from = disk.property("moved_from"), let name = from.value.resourceName else {
        continue
      }
      let moved = disk["moved_disk"]?.description ?? key
      let staying = declared(.domain, name)?.body.keyedBlocks("disk").first { $0.key == moved }
      if let staying, name != declaration.name || moved != key {
        report(ValidationMessages.stillDeclared(moved, of: name, from, at: staying.block.span))
      } else if let first = claim(moved, of: name, at: from.span) {
        report(ValidationMessages.movedTwice(moved, of: name, from, first: first))
      }
    }
  }
}

extension ValidationPass {
  /// Checks that an image's size fits its format, and that qcow2 supports its cluster size.
  mutating func layout(of image: Declaration) {
    let cluster = image.body.property("cluster_size")
    var clusterSize = ImageLimits.standardClusterSize
    if let cluster, case .size(let size) = cluster.value {
      guard ImageLimits.isClusterSize(size) else {
        return report(ValidationMessages.unfitClusterSize(cluster))
      }
      clusterSize = size
    }
    guard let size = image.body.property("size") else { return }
    // The source may be raw, which only its content shows.
    let format = image.body.property("format")
    let isQCOW2 =
      format.map { $0.value == .string("qcow2") } ?? (image.body.property("source") == nil)
    limit(
      size, to: isQCOW2 ? ImageLimits.qcow2(clusterSize: clusterSize) : ImageLimits.raw,
      isImage: true)
  }

  /// Returns whether a disk may be created as raw, as far as the script shows.
  private func mayBeRaw(_ disk: DeclaredBlock, of domain: Declaration) -> Bool {
    if disk.property("moved_from") != nil || disk["format"]?.isUnknown == true { return true }
    // A clone's disk is an overlay, unless it is a copy, which keeps the format of its source.
    guard domain.source != nil, disk.inheritedFrom != nil || domain.source?.isHost == true else {
      return disk["format"] == .string("raw")
    }
    return domain.body["full"].map { $0 != .bool(false) } ?? false
      && (domain.source?.isHost == true || disk["format"] == .string("raw"))
  }

  private mutating func limit(_ size: DeclaredProperty, to limit: ByteSize, isImage: Bool) {
    guard case .size(let bytes) = size.value, bytes > limit else { return }
    report(ValidationMessages.beyondFormat(size, limit: limit, isImage: isImage))
  }
}

extension DeclaredBlock {
  /// Returns the blocks of a kind by their keys: the label, or kind and position such as `disk1`.
  func keyedBlocks(_ name: String) -> [(key: String, block: DeclaredBlock)] {
    blocks(name).enumerated().map { ($1.key(at: $0), $1) }
  }

  /// Returns the key of the block at an index, from 0, among those of its kind: its label,
  /// otherwise kind and position.
  package func key(at index: Int) -> String { label ?? Self.key(schema.name, at: index) }

  /// Returns the key of a block without a label: `nic1` for the first `nic`.
  package static func key(_ kind: String, at index: Int) -> String { "\(kind)\(index + 1)" }
}
