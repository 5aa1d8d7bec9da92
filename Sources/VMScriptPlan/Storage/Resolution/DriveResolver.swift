import VMScript
import VMScriptSyntax

/// Finds out what the drives and the seed of one domain have to stand on.
struct DriveResolver {
  package let domain: Declaration
  /// The declared domain that it is a clone of, with what that stands on.
  package let source: (declaration: Declaration, storage: DomainStorage)?
  package let live: LiveState
  package let images: [String: ResolvedImage]
  /// Images whose own diagnostic says enough.
  let failedImages: Set<String>
  package let resolver: ImageResolver
  package private(set) var diagnostics: [Diagnostic] = []
  private var hostClone: HostClone?

  init(
    domain: Declaration, source: (Declaration, DomainStorage)?, live: LiveState,
    images: [String: ResolvedImage], failedImages: Set<String>, resolver: ImageResolver
  ) {
    self.domain = domain
    self.source = source.map { (declaration: $0.0, storage: $0.1) }
    self.live = live
    self.images = images
    self.failedImages = failedImages
    self.resolver = resolver
  }

  package var stack: String { resolver.stack }

  /// The storage of the domain; what is wrong is left out and stands in ``diagnostics``.
  package mutating func resolve() -> DomainStorage {
    var storage = DomainStorage()
    do throws(Diagnostic) {
      hostClone = try HostClone(domain, stack: stack, live: live)
    } catch { diagnostics.append(error) }
    storage.clonedDrives = hostClone?.drives.map(\.place) ?? []
    var context = XMLContext(stack: stack, uuid: "")
    context.drives = storage.clonedDrives
    let facts = liveDomain?.facts
    let disks = DomainDisks(
      domain, context: context, records: facts?.devices,
      present: facts?.disks.map(\.target) ?? [])
    for (slot, block) in disks.slots {
      do throws(StorageFailure) {
        guard let drive = try drive(slot, block) else { continue }
        storage.drives.append(drive)
        if present(slot)?.path != drive.base?.path { diagnostics += misfits(drive, block) }
        diagnostics += [misalignment(drive, block)].compactMap(\.self)
      } catch {
        diagnostics.append(
          StorageMessages.diagnostic(
            error, at: block.span(of: error),
            takesFormat: slot.device == "disk" && block["image"] == nil))
      }
    }
    let refined = Set(storage.drives.map(\.target))
    for drive in hostClone?.drives ?? [] where !refined.contains(drive.place.target) {
      do throws(StorageFailure) {
        guard let content = try content(of: drive, nil) else { continue }
        storage.drives.append(
          DriveStorage(
            key: drive.place.key, device: drive.place.device, target: drive.place.target,
            span: domain.sourceSpan ?? domain.nameSpan, content: content))
      } catch {
        let span = domain.sourceSpan ?? domain.nameSpan
        diagnostics.append(StorageMessages.diagnostic(error, at: span))
      }
    }
    do throws(StorageFailure) { storage.seed = try seed() } catch {
      let span = domain.body.block("cloud_init")?.span
      diagnostics.append(StorageMessages.diagnostic(error, at: span ?? domain.nameSpan))
    }
    return storage
  }

  /// Warnings of a new medium that is of another kind than its drive.
  private func misfits(_ drive: DriveStorage, _ block: DeclaredBlock) -> [Diagnostic] {
    let property = block.property("image") ?? block.property("source")
    guard let content = drive.medium, let span = property?.span else { return [] }
    switch drive.device {
    case "disk" where content.isDisc && drive.isWritable:
      return [StorageMessages.discAsDisk(content.path, at: span)]
    case "cdrom" where content.format == .qcow2:
      return [StorageMessages.diskAsDisc(content.path, at: span)]
    default: return []
    }
  }

  var liveDomain: LiveDomain? { live.domains[domain.name] }

  private func drive(
    _ slot: DomainDisks.Slot, _ block: DeclaredBlock
  ) throws(StorageFailure) -> DriveStorage? {
    // What is not known yet is decided once it is.
    guard !block.properties.contains(where: \.value.isUnknown) else { return nil }
    let inherited = inheritedDrive(block)
    let own = block.names(beyond: inherited?.block)
    let content: DriveStorage.Content?
    let cloned = hostClone?.drives.first { $0.place.target == slot.target }
    if let cloned, block["image"] == nil, block["source"] == nil {
      content = try self.content(of: cloned, block)
    } else if slot.device != "disk" || own.contains("source") {
      // The format of an inherited source is not that of another one.
      let format = own.contains("source") && !own.contains("format") ? nil : block["format"]
      content = try medium(slot, block, as: format?.text.flatMap(ImageFormat.init))
    } else if own.contains("image") || inherited == nil {
      content = try disk(slot, block)
    } else if let base = inherited?.drive.base {
      content = try clone(slot, block, of: base)
    } else {
      content = nil
    }
    guard let content else { return nil }
    var drive = DriveStorage(
      key: slot.key, device: slot.device, target: slot.target, span: block.span, content: content)
    drive.isWritable = slot.device == "disk" && block["readonly"] != .bool(true)
    if let size = DiskSize(block["size"]) {
      if let own = drive.own {
        try size.require(
          own.format, clusterSize: live.storage.file(at: own.path)?.volume.clusterSize)
      }
      drive.size = (size, block.property("size")?.span ?? block.span)
    }
    return drive
  }

  // MARK: What is used in place

  private func medium(
    _ slot: DomainDisks.Slot, _ block: DeclaredBlock, as format: ImageFormat?
  ) throws(StorageFailure) -> DriveStorage.Content? {
    guard let source = block.property("source") else { return .empty }
    let image: ResolvedImage
    switch source.value {
    case .none: return .empty
    case .resource(let reference):
      guard let found = try self.image(reference) else { return nil }
      if let format, format != found.format {
        throw .formatMismatch(declared: format, found: found.format)
      }
      image = found
    default:
      image = try resolver.inPlace(
        source.value.text ?? "", at: source.span, as: format, present: present(slot),
        isDisk: slot.device == "disk")
    }
    guard let key = image.key else { return .inPlace(image.base) }
    if slot.device == "disk", block["readonly"] != .bool(true) {
      throw .sharedContent(image: image.name)
    }
    // Of two uploads of one content, the domain keeps the one that it has.
    if let present = present(slot)?.path, let volume = live.storage.place(at: present)?.volume,
      case .base(key.text, _)? = volume.owned?.role
    {
      return .inPlace(
        StorageBase(
          path: present, format: image.format, capacity: image.capacity, image: image.base.image))
    }
    return .inPlace(image.base)
  }

  // MARK: Volumes of the domain's own

  /// What the domain has at a target.
  package func present(_ slot: DomainDisks.Slot) -> SourceXML.Disk? {
    liveDomain?.facts.disks.first { $0.target == slot.target }
  }

  private func disk(
    _ slot: DomainDisks.Slot, _ block: DeclaredBlock
  ) throws(StorageFailure) -> DriveStorage.Content? {
    if let moved = try movedVolume(slot, block) { return .own(moved) }
    let takenOver = takenOver(slot, size: block["size"]?.diskSize)
    switch block["image"] {
    case .resource(let reference)?:
      guard let image = try image(reference) else { return nil }
      if let takenOver { return .own(takenOver.with(origin: .overlay(on: image.base))) }
      let volume = try volume(slot.key, block, .qcow2, .overlay(on: image.base))
      return .own(try snapshot(slot, over: volume) ?? volume)
    default:
      if let takenOver { return .own(takenOver) }
      let format = block["format"]?.text.flatMap(ImageFormat.init) ?? .qcow2
      let volume = try volume(slot.key, block, format, .new)
      if live.storage.place(at: volume.path) == nil, let kept = keptVolume(slot, block, volume) {
        return .own(kept)
      }
      if let present = try snapshot(slot, over: volume) { return .own(present) }
      guard volume.capacity != nil else { throw .missingSize("disk") }
      return .own(volume)
    }
  }

  /// An image of the script or of the host; nil for one that is wrong itself.
  private func image(_ reference: ResourceReference) throws(StorageFailure) -> ResolvedImage? {
    guard !failedImages.contains(reference.name) else { return nil }
    if let image = images[reference.name] { return image }
    return try resolver.undeclared(reference.name)
  }

  /// A disk of which only the size is declared is the one that the domain has: an adopted domain's,
  /// or one that had another label.
  private func keptVolume(
    _ slot: DomainDisks.Slot, _ block: DeclaredBlock, _ wanted: OwnVolume
  ) -> OwnVolume? {
    guard let disk = present(slot), let path = disk.path, !live.storage.isSame(path, wanted.path)
    else { return nil }
    let kept = kept(disk, at: path, size: wanted.capacity)
    // What is declared of it is not what it is.
    guard block["format"] == nil || kept.format == wanted.format,
      block["pool"] == nil || kept.pool == wanted.pool
    else { return nil }
    return kept
  }

  /// What the domain has in place of a volume of its own: an external snapshot puts an overlay on it.
  ///
  /// - Throws: ``StorageFailure/unreadableVolume(_:reason:)`` where it may or may not be such an overlay.
  package func snapshot(
    _ slot: DomainDisks.Slot, over volume: OwnVolume
  ) throws(StorageFailure) -> OwnVolume? {
    guard let disk = present(slot), let path = disk.path, !live.storage.isSame(path, volume.path)
    else { return nil }
    var below = try live.storage.file(at: path)?.volume.read(\.backing)
    // A chain of snapshots is short; a ring of files would not end.
    for _ in 0..<64 {
      guard let file = below, !live.storage.isSame(file, volume.path) else { break }
      below = try live.storage.file(at: file)?.volume.read(\.backing)
    }
    let isOver = below.map { live.storage.isSame($0, volume.path) } ?? false
    return isOver ? kept(disk, at: path, size: volume.capacity) : nil
  }

  package func kept(_ disk: SourceXML.Disk, at path: String, size: Int64?) -> OwnVolume {
    let place = live.storage.place(at: path)
    return OwnVolume(
      name: place?.volume.name ?? "", pool: place?.pool ?? "", path: path,
      format: disk.format.flatMap(ImageFormat.init) ?? .raw,
      // What is not known now is asked for when a clone is made of it.
      capacity: size ?? place?.volume.capacity.shown, origin: .kept, isDevice: disk.isDevice,
      hasSize: size != nil)
  }

  /// A volume of the domain's own, as it would be made.
  package func volume(
    _ key: String, _ block: DeclaredBlock?, _ format: ImageFormat, _ origin: OwnVolume.Origin
  ) throws(StorageFailure) -> OwnVolume {
    let pool = try live.storage.pool(declared: block?["pool"]?.text)
    let name = try freeName(key, format, in: pool)
    let declared = block?["size"]?.diskSize
    let least: Int64?
    switch origin {
    case .new, .kept: least = nil
    case .overlay(let base), .copy(let base): least = base.capacity
    }
    if let declared, let least, declared < least {
      throw .tooSmall(declared: declared, needed: least)
    }
    return OwnVolume(
      name: name, pool: pool.name, path: pool.path(of: name), format: format,
      capacity: declared ?? least, origin: origin, isDevice: pool.holdsDevices,
      hasSize: declared != nil)
  }
}

extension DeclaredBlock {
  /// Whether a value anywhere in it is known only later.
  var hasUnknown: Bool {
    properties.contains(where: \.value.isUnknown) || blocks.contains(where: \.hasUnknown)
  }

  /// The property that a failure is about, where the failure says so; else the block.
  fileprivate func span(of failure: StorageFailure) -> Span {
    let names: [String] =
      switch failure {
      case .tooSmall, .tooLarge, .cannotShrink: ["size"]
      case .missingPool, .inactivePool, .unreadablePool: ["pool"]
      case .formatMismatch, .unfitFormat: ["format"]
      case .missingSize: []
      default: ["source", "image"]
      }
    return names.lazy.compactMap { property($0)?.span }.first ?? span
  }
}

extension DriveResolver {
  /// The cloud-init seed of the domain; nil without a block, or while values in it are unknown.
  package func seed() throws(StorageFailure) -> DomainSeed? {
    guard let block = domain.body.block("cloud_init"), !block.hasUnknown else { return nil }
    let uuid =
      liveDomain?.uuid ?? domain.body["uuid"]?.text?.lowercased()
      ?? Identity.uuid(stack: stack, kind: .domain, name: domain.name)
    let files = try CloudConfig(declared: block).files(domain: domain.name, uuid: uuid)
    let pool = try live.storage.pool(declared: nil)
    let name = try VolumeName(
      stack: stack, owner: domain.name, role: .seed(content: SeedFile.digest(of: files)),
      extension: "iso")
    return DomainSeed(
      name: name, pool: pool.name, path: pool.path(of: name.fileName), files: files,
      span: block.span)
  }
}

/// Disks that are read and written past the cache of the host.
extension DriveResolver {
  /// The diagnostic of a new or changed disk that QEMU cannot write to without a cache: it writes whole
  /// blocks, and may not let a raw file grow to whole blocks.
  func misalignment(_ drive: DriveStorage, _ block: DeclaredBlock) -> Diagnostic? {
    guard drive.isWritable, let cache = block.property("cache"),
      let word = cache.value.text, ["none", "directsync"].contains(word),
      let disk = rawFile(of: drive)
    else { return nil }
    let present = liveDomain?.facts.disks.first { $0.target == drive.target }
    if let present, present.path == drive.base?.path, present.cache == word { return nil }
    // QEMU counts in sectors.
    let size = (disk.size + 511) / 512 * 512
    guard size % DirectIO.largestAlignment != 0 else { return nil }
    let measured = resolver.isLocal ? DirectIO.alignment(of: disk.path) : nil
    if let measured, size % measured == 0 { return nil }
    return StorageMessages.misaligned(
      disk.path, size: disk.size, cache, to: measured, canBePadded: disk.isPresent)
  }

  /// The raw file of a drive, where its size is known.
  private func rawFile(of drive: DriveStorage) -> (path: String, size: Int64, isPresent: Bool)? {
    guard let base = drive.base, base.format == .raw || base.format == .iso, !base.isDevice else {
      return nil
    }
    if resolver.isLocal, let file = try? FileIdentity(path: base.path) {
      return (base.path, file.size, true)
    }
    let volume = live.storage.file(at: base.path)?.volume
    return (volume?.length ?? base.capacity).map { (base.path, $0, volume != nil) }
  }
}

/// The declared size of a disk or of an image.
struct DiskSize: Hashable, Sendable {
  /// In bytes, as written.
  package let declared: Int64
  /// In bytes, as it is made: rounded up to whole MiB.
  package let bytes: Int64

  /// - Returns: nil for a value that is no size.
  init?(_ value: Value?) {
    guard case .size(let size)? = value else { return nil }
    declared = size.bytes
    bytes = size.wholeDisk.bytes
  }

  /// Whether a disk of this capacity is of the declared size: not smaller, and not larger than what
  /// would be made. Disks that were made otherwise are left as they are.
  func isMet(by capacity: Int64, as format: ImageFormat) -> Bool {
    guard capacity == bytes || (declared <= capacity && capacity <= bytes) else { return false }
    // A guest may not be able to start with a raw disk that ends within a sector.
    return format != .raw || capacity % Self.largestSector == 0
  }

  /// Refuses what an image of a format cannot hold.
  ///
  /// - Parameter clusterSize: a qcow2 image's, in bytes; nil for the one that it has undeclared.
  func require(_ format: ImageFormat, clusterSize: Int64?) throws(StorageFailure) {
    guard format == .qcow2 else { return }
    let limit = ImageLimits.qcow2(
      clusterSize: clusterSize.map(ByteSize.init) ?? ImageLimits.standardClusterSize)
    if bytes > limit.bytes {
      throw .tooLarge(format, declared: declared, limit: limit.bytes)
    }
  }

  private static let largestSector: Int64 = 4096
}

extension Value {
  /// The size in bytes of a disk that is declared with this value; nil for what is no size.
  var diskSize: Int64? { DiskSize(self)?.bytes }
}
