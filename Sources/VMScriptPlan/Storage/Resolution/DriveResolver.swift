import VMScript
import VMScriptSyntax

/// Resolves the storage of the drives of one domain.
struct DriveResolver {
  let domain: Declaration
  /// The declared domain that is its source, with its storage.
  let source: (declaration: Declaration, storage: DomainStorage)?
  let live: LiveState
  let images: [String: ResolvedImage]
  /// The invalid images, which have a diagnostic of their own.
  let failedImages: Set<String>
  let resolver: ImageResolver
  private(set) var diagnostics: [Diagnostic] = []
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

  var stack: String { resolver.stack }

  /// Resolves the storage of the domain. Invalid parts are omitted and reported in
  /// ``diagnostics``.
  mutating func resolve() -> DomainStorage {
    var storage = DomainStorage()
    do throws(Diagnostic) {
      hostClone = try HostClone(domain, stack: stack, live: live)
    } catch { diagnostics.append(error) }
    storage.clonedDrives = hostClone?.drives.map(\.place) ?? []
    let facts = liveDomain?.facts
    let declared = DeclaredDrive.all(
      of: domain, inherited: storage.clonedDrives, records: facts?.devices,
      present: facts?.disks.map(\.target) ?? [])
    for drive in declared {
      let block = drive.block
      do throws(StorageFailure) {
        guard let resolved = try resolve(drive) else { continue }
        storage.drives.append(resolved)
        if present(drive.place)?.path != resolved.base?.path {
          diagnostics += misfits(resolved, block)
        }
        diagnostics += [misalignment(resolved, block)].compactMap(\.self)
      } catch {
        diagnostics.append(
          StorageMessages.diagnostic(
            error, at: block.span(of: error),
            takesFormat: drive.place.device == "disk" && block["image"] == nil))
      }
    }
    let refined = Set(storage.drives.map(\.target))
    for drive in hostClone?.drives ?? [] where !refined.contains(drive.place.target) {
      do throws(StorageFailure) {
        guard let content = try content(of: drive, nil) else { continue }
        storage.drives.append(
          DriveStorage(
            place: drive.place, span: domain.sourceSpan ?? domain.nameSpan, content: content))
      } catch {
        let span = domain.sourceSpan ?? domain.nameSpan
        diagnostics.append(StorageMessages.diagnostic(error, at: span))
      }
    }
    return storage
  }

  /// Whether every disk of the domain is in its storage.
  func isWhole(_ storage: DomainStorage) -> Bool {
    if case .host(let name) = domain.source, live.domains[name] == nil, liveDomain == nil {
      return false
    }
    return diagnostics.isEmpty
      && storage.drives.count { $0.place.device == "disk" } >= domain.body.blocks("disk").count
  }

  /// Warns about a new medium of a kind that does not match its drive.
  private func misfits(_ drive: DriveStorage, _ block: DeclaredBlock) -> [Diagnostic] {
    let property = block.property("image") ?? block.property("source")
    guard let content = drive.medium, let span = property?.span else { return [] }
    switch drive.name.block {
    case "disk" where content.isDisc && drive.isWritable:
      return [StorageMessages.discAsDisk(content.path, at: span)]
    case "cdrom" where content.format == .qcow2:
      return [StorageMessages.diskAsDisc(content.path, at: span)]
    default: return []
    }
  }

  var liveDomain: LiveDomain? { live.domains[domain.name] }

  /// Resolves the storage of a declared drive; nil while values of its block are unknown.
  private func resolve(_ declared: DeclaredDrive) throws(StorageFailure) -> DriveStorage? {
    let (drive, block) = (declared.place, declared.block)
    // Unknown values are checked once they are known.
    guard !block.properties.contains(where: \.value.isUnknown) else { return nil }
    let inherited = inheritedDrive(block)
    let own = block.names(beyond: inherited?.block)
    let content: DriveStorage.Content?
    let cloned = hostClone?.drives.first { $0.place.target == drive.target }
    if let cloned, block["image"] == nil, block["source"] == nil {
      content = try self.content(of: cloned, block)
    } else if drive.device != "disk" || own.contains("source") {
      // The format of an inherited source does not apply to another one.
      let format = own.contains("source") && !own.contains("format") ? nil : block["format"]
      content = try medium(drive, block, as: format?.text.flatMap(ImageFormat.init))
    } else if own.contains("image") || inherited == nil {
      content = try disk(drive, block)
    } else if let base = inherited?.storage.base {
      content = try clone(drive, block, of: base)
    } else {
      content = nil
    }
    guard let content else { return nil }
    var storage = DriveStorage(place: drive, span: block.span, content: content)
    storage.isWritable = drive.device == "disk" && block["readonly"] != .bool(true)
    if let size = DiskSize(block["size"]) {
      if let own = storage.own {
        try size.require(
          own.format, clusterSize: live.storage.file(at: own.path)?.volume.clusterSize)
      }
      storage.size = (size, block.property("size")?.span ?? block.span)
    }
    return storage
  }

  // MARK: Storage used in place

  private func medium(
    _ drive: Drive, _ block: DeclaredBlock, as format: ImageFormat?
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
        source.value.text ?? "", at: source.span, as: format, present: present(drive),
        isDisk: drive.device == "disk")
    }
    guard let key = image.key else { return .inPlace(image.base) }
    if drive.device == "disk", block["readonly"] != .bool(true) {
      throw .sharedContent(image: image.name)
    }
    // Among several uploads of the same content, the domain keeps the one that it has.
    if let present = present(drive)?.path, let volume = live.storage.place(at: present)?.volume,
      case .base(key.text, _)? = volume.owned?.role
    {
      return .inPlace(
        StorageBase(
          path: present, format: image.format, capacity: image.capacity, image: image.base.image))
    }
    return .inPlace(image.base)
  }

  // MARK: Volumes of the domain's own

  /// Returns the present drive at a target.
  func present(_ drive: Drive) -> SourceXML.Disk? {
    liveDomain?.facts.disks.first { $0.target == drive.target }
  }

  private func disk(
    _ drive: Drive, _ block: DeclaredBlock
  ) throws(StorageFailure) -> DriveStorage.Content? {
    if let moved = try movedVolume(drive, block) { return .own(moved) }
    let takenOver = takenOver(drive, size: block["size"]?.diskSize)
    switch block["image"] {
    case .resource(let reference)?:
      guard let image = try image(reference) else { return nil }
      if let takenOver { return .own(takenOver.with(origin: .overlay(on: image.base))) }
      let volume = try volume(drive.key, block, .qcow2, .overlay(on: image.base))
      return .own(try snapshot(drive, over: volume) ?? volume)
    default:
      if let takenOver { return .own(takenOver) }
      let format = block["format"]?.text.flatMap(ImageFormat.init) ?? .qcow2
      let volume = try volume(drive.key, block, format, .new)
      if live.storage.place(at: volume.path) == nil, let kept = keptVolume(drive, block, volume) {
        return .own(kept)
      }
      if let present = try snapshot(drive, over: volume) { return .own(present) }
      guard volume.capacity != nil else { throw .missingSize("disk") }
      return .own(volume)
    }
  }

  /// Returns an image of the script or of the host; nil if it is invalid.
  private func image(_ reference: ResourceReference) throws(StorageFailure) -> ResolvedImage? {
    guard !failedImages.contains(reference.name) else { return nil }
    if let image = images[reference.name] { return image }
    return try resolver.undeclared(reference.name)
  }

  /// Returns the domain's present disk for a block that declares only a size: an adopted domain's
  /// disk, or one that had another label.
  private func keptVolume(
    _ drive: Drive, _ block: DeclaredBlock, _ wanted: OwnVolume
  ) -> OwnVolume? {
    guard let disk = present(drive), let path = disk.path, !live.storage.isSame(path, wanted.path)
    else { return nil }
    let kept = kept(disk, at: path, size: wanted.capacity)
    // The declaration does not match the disk.
    guard block["format"] == nil || kept.format == wanted.format,
      block["pool"] == nil || kept.pool == wanted.pool
    else { return nil }
    return kept
  }

  /// Returns the disk that the domain has in place of its own volume: an external snapshot puts an
  /// overlay on it.
  ///
  /// - Throws: ``StorageFailure/unreadableVolume(_:reason:)`` if it is unknown whether it is such
  ///   an overlay.
  func snapshot(
    _ drive: Drive, over volume: OwnVolume
  ) throws(StorageFailure) -> OwnVolume? {
    guard let disk = present(drive), let path = disk.path, !live.storage.isSame(path, volume.path)
    else { return nil }
    var below = try live.storage.file(at: path)?.volume.read(\.backing)
    // Chains of snapshots are short. The limit ends a cycle of files.
    for _ in 0..<64 {
      guard let file = below, !live.storage.isSame(file, volume.path) else { break }
      below = try live.storage.file(at: file)?.volume.read(\.backing)
    }
    let isOver = below.map { live.storage.isSame($0, volume.path) } ?? false
    return isOver ? kept(disk, at: path, size: volume.capacity) : nil
  }

  func kept(_ disk: SourceXML.Disk, at path: String, size: Int64?) -> OwnVolume {
    let place = live.storage.place(at: path)
    return OwnVolume(
      name: place?.volume.name ?? "", pool: place?.pool ?? "", path: path,
      format: disk.format.flatMap(ImageFormat.init) ?? .raw,
      // An unknown size is read when a clone is made of it.
      capacity: size ?? place?.volume.capacity.shown, origin: .kept, isDevice: disk.isDevice,
      hasSize: size != nil)
  }

  /// Returns a new volume of the domain.
  func volume(
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
  /// Whether it contains a value that is not known yet.
  var hasUnknown: Bool {
    properties.contains(where: \.value.isUnknown) || blocks.contains(where: \.hasUnknown)
  }

  /// Returns the property that a failure is about if it names one, else the block.
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

/// Disks that bypass the cache of the host.
extension DriveResolver {
  /// Reports a new or changed disk that QEMU cannot write to without a cache. QEMU writes whole
  /// blocks, and may not extend a raw file to whole blocks.
  func misalignment(_ drive: DriveStorage, _ block: DeclaredBlock) -> Diagnostic? {
    guard drive.isWritable, let cache = block.property("cache"),
      let word = cache.value.text, ["none", "directsync"].contains(word),
      let disk = rawFile(of: drive)
    else { return nil }
    let present = liveDomain?.facts.disks.first { $0.target == drive.target }
    if let present, present.path == drive.base?.path, present.cache == word { return nil }
    // QEMU counts sizes in sectors.
    let size = (disk.size + 511) / 512 * 512
    guard size % DirectIO.largestAlignment != 0 else { return nil }
    let measured = resolver.isLocal ? DirectIO.alignment(of: disk.path) : nil
    if let measured, size % measured == 0 { return nil }
    return StorageMessages.misaligned(
      disk.path, size: disk.size, cache, to: measured, canBePadded: disk.isPresent)
  }

  /// Returns the raw file of a drive if its size is known.
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
  /// The size in bytes as written.
  let declared: Int64
  /// The size in bytes as created: rounded up to whole MiB.
  let bytes: Int64

  /// - Returns: nil for a value that is not a size.
  init?(_ value: Value?) {
    guard case .size(let size)? = value else { return nil }
    declared = size.bytes
    bytes = size.wholeDisk.bytes
  }

  /// Whether a disk of this capacity has the declared size: at least the declared and at most the
  /// created size. Other valid disks are left as they are.
  func isMet(by capacity: Int64, as format: ImageFormat) -> Bool {
    guard capacity == bytes || (declared <= capacity && capacity <= bytes) else { return false }
    // A guest may fail to start with a raw disk that ends within a sector.
    return format != .raw || capacity % Self.largestSector == 0
  }

  /// Throws if an image of the format cannot hold the size.
  ///
  /// - Parameter clusterSize: the cluster size of a qcow2, in bytes; nil for the default.
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
  /// The size in bytes of a disk that is declared with this value; nil for other values.
  var diskSize: Int64? { DiskSize(self)?.bytes }
}
