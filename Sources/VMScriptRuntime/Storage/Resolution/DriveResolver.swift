import Crypto
import VMScript
import VMScriptSyntax

/// Finds out what the drives and the seed of one domain have to stand on.
struct DriveResolver {
  let domain: Declaration
  let set: DeclarationSet
  let live: LiveState
  let images: [String: ResolvedImage]
  /// Images whose own diagnostic says enough.
  let failedImages: Set<String>
  /// The domains that are declared before it: a clone's source is among them.
  let domains: [String: DomainStorage]
  let resolver: ImageResolver
  private(set) var diagnostics: [Diagnostic] = []
  private var hostClone: HostClone?

  init(
    domain: Declaration, set: DeclarationSet, live: LiveState, images: [String: ResolvedImage],
    failedImages: Set<String>, domains: [String: DomainStorage], resolver: ImageResolver
  ) {
    self.domain = domain
    self.set = set
    self.live = live
    self.images = images
    self.failedImages = failedImages
    self.domains = domains
    self.resolver = resolver
  }

  /// The storage of the domain; what is wrong is left out and stands in ``diagnostics``.
  mutating func resolve() -> DomainStorage {
    var storage = DomainStorage()
    do throws(Diagnostic) {
      hostClone = try HostClone(domain, stack: set.stack, live: live)
    } catch { diagnostics.append(error) }
    storage.clonedDrives = hostClone?.drives.map(\.place) ?? []
    var context = XMLContext(stack: set.stack, uuid: "")
    context.drives = storage.clonedDrives
    let facts = liveDomain?.facts
    let disks = DomainDisks(
      domain, context: context, records: facts?.devices,
      present: facts?.disks.map(\.target) ?? [])
    for (slot, block) in disks.slots {
      do throws(StorageFailure) {
        if let drive = try drive(slot, block) { storage.drives.append(drive) }
      } catch {
        diagnostics.append(StorageMessages.diagnostic(error, at: block.span(of: error)))
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

  private var liveDomain: LiveDomain? { live.domains[domain.name] }

  private func drive(
    _ slot: DomainDisks.Slot, _ block: DeclaredBlock
  ) throws(StorageFailure) -> DriveStorage? {
    // What is not known yet is decided once it is.
    guard !block.properties.contains(where: \.value.isUnknown) else { return nil }
    if block["image"] != nil, block["source"] != nil { throw .contradiction("image", "source") }
    let inherited = inheritedDrive(block)
    let own = inherited.map { Properties(of: block, beyond: $0.block) } ?? Properties(of: block)
    let content: DriveStorage.Content?
    let cloned = hostClone?.drives.first { $0.place.target == slot.target }
    if let cloned, block["image"] == nil, block["source"] == nil {
      content = try self.content(of: cloned, block)
    } else if slot.device != "disk" || own.isDeclared("source") {
      content = try medium(slot, block)
    } else if own.isDeclared("image") || inherited == nil {
      content = try disk(slot, block)
    } else if let base = inherited?.drive.base {
      content = try clone(slot, block, of: base)
    } else {
      content = nil
    }
    guard let content else { return nil }
    var drive = DriveStorage(
      key: slot.key, device: slot.device, target: slot.target, span: block.span, content: content)
    if let size = block["size"]?.diskSize {
      drive.size = (size, block.property("size")?.span ?? block.span)
    }
    return drive
  }

  // MARK: What is used in place

  private func medium(
    _ slot: DomainDisks.Slot, _ block: DeclaredBlock
  ) throws(StorageFailure) -> DriveStorage.Content? {
    guard let source = block.property("source") else { return .empty }
    let image: ResolvedImage
    switch source.value {
    case .none: return .empty
    case .resource(let reference):
      guard let found = try self.image(reference) else { return nil }
      image = found
    default: image = try resolver.inPlace(source.value.text ?? "", at: source.span)
    }
    guard let key = image.key else { return .inPlace(image.base) }
    if slot.device == "disk", block["readonly"] != .bool(true) {
      throw .sharedContent(image: image.name)
    }
    // Of two uploads of one content, the domain keeps the one that it has.
    let present = liveDomain?.facts.disks.first { $0.target == slot.target }?.path
    if let present, let volume = live.storage.place(at: present)?.volume,
      case .base(key.text, _)? = volume.owned?.role
    {
      return .inPlace(
        StorageBase(
          path: present, format: image.format, capacity: image.capacity, image: image.base.image))
    }
    return .inPlace(image.base)
  }

  // MARK: Volumes of the domain's own

  private func disk(
    _ slot: DomainDisks.Slot, _ block: DeclaredBlock
  ) throws(StorageFailure) -> DriveStorage.Content? {
    switch block["image"] {
    case .resource(let reference)?:
      guard let image = try image(reference) else { return nil }
      return try .own(volume(slot.key, block, .qcow2, .overlay(on: image.base)))
    default:
      let format = block["format"]?.text.flatMap(ImageFormat.init) ?? .qcow2
      let volume = try volume(slot.key, block, format, .new)
      if live.storage.place(at: volume.path) == nil, let kept = keptVolume(slot, volume) {
        return .own(kept)
      }
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

  private func clone(
    _ slot: DomainDisks.Slot, _ block: DeclaredBlock, of base: StorageBase
  ) throws(StorageFailure) -> DriveStorage.Content? {
    if block["readonly"] == .bool(true) { return .inPlace(base) }
    return try .own(clone(slot.key, block, of: base))
  }

  /// An overlay on the source's disk, or a copy of it.
  private func clone(
    _ key: String, _ block: DeclaredBlock?, of base: StorageBase
  ) throws(StorageFailure) -> OwnVolume {
    domain.body["full"] == .bool(true)
      ? try volume(key, block, base.format, .copy(of: base))
      : try volume(key, block, .qcow2, .overlay(on: base))
  }

  /// What a drive of a clone of a host's domain stands on; nil for one that the definition says alone.
  private func content(
    of drive: HostClone.Drive, _ block: DeclaredBlock?
  ) throws(StorageFailure) -> DriveStorage.Content? {
    if let present = drive.present, let path = present.path,
      let place = live.storage.place(at: path)
    {
      // It is there; what its source has become since does not matter.
      return place.volume.owned?.isOwned(by: domain.name) == true
        ? .own(kept(present, at: path, size: block?["size"]?.diskSize)) : nil
    }
    guard let source = drive.source else {
      return try block.map { (block) throws(StorageFailure) in
        try .own(volume(drive.place.key, block, .qcow2, .new))
      }
    }
    guard !source.isElsewhere || !source.isWritable else { throw .diskElsewhere(source.target) }
    guard source.isWritable, let path = source.path else { return nil }
    let base = StorageBase(
      path: path, format: source.format.flatMap(ImageFormat.init) ?? .raw,
      capacity: live.storage.place(at: path)?.volume.capacity, image: nil)
    if domain.body["full"] == .bool(true), live.storage.place(at: path) == nil {
      throw .copyOutsidePool(path)
    }
    return try .own(clone(drive.place.key, block, of: base))
  }

  /// A disk of which only the size is declared is the one that the domain has: an adopted domain's,
  /// or one that had another label.
  private func keptVolume(_ slot: DomainDisks.Slot, _ wanted: OwnVolume) -> OwnVolume? {
    guard let disk = liveDomain?.facts.disks.first(where: { $0.target == slot.target }),
      let path = disk.path, path != wanted.path
    else { return nil }
    return kept(disk, at: path, size: wanted.capacity)
  }

  private func kept(_ disk: SourceXML.Disk, at path: String, size: Int64?) -> OwnVolume {
    let place = live.storage.place(at: path)
    return OwnVolume(
      name: place?.volume.name ?? "", pool: place?.pool ?? "", path: path,
      format: disk.format.flatMap(ImageFormat.init) ?? .raw,
      capacity: size ?? place?.volume.capacity, origin: .kept)
  }

  private func volume(
    _ key: String, _ block: DeclaredBlock?, _ format: ImageFormat, _ origin: OwnVolume.Origin
  ) throws(StorageFailure) -> OwnVolume {
    let pool = try live.storage.pool(declared: block?["pool"]?.text)
    let name = try VolumeName(
      stack: set.stack, owner: domain.name, role: .disk(key), extension: format.rawValue)
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
      name: name.fileName, pool: pool.name, path: pool.path(of: name.fileName), format: format,
      capacity: declared ?? least, origin: origin)
  }

  // MARK: Clones

  private func inheritedDrive(
    _ block: DeclaredBlock
  ) -> (drive: DriveStorage, block: DeclaredBlock)? {
    guard let position = block.inheritedFrom, case .declared(let name) = domain.source,
      let source = set.declarations.first(where: { $0.kind == .domain && $0.name == name }),
      let storage = domains[name]
    else { return nil }
    let slots = DomainDisks(source, context: XMLContext(stack: set.stack, uuid: "")).slots
      .filter { $0.slot.device == block.schema.name }
    guard slots.indices.contains(position),
      let drive = storage.drives.first(where: { $0.key == slots[position].slot.key })
    else { return nil }
    return (drive, slots[position].block)
  }

  /// Which properties of a block are its own: a clone's are those that the source does not have so.
  private struct Properties {
    private let names: Set<String>

    init(of block: DeclaredBlock, beyond source: DeclaredBlock? = nil) {
      names = Set(
        block.properties.filter { property in
          source?.property(property.schema.name)?.span != property.span
        }.map(\.schema.name))
    }

    func isDeclared(_ name: String) -> Bool { names.contains(name) }
  }

  // MARK: Seed

  private func seed() throws(StorageFailure) -> DomainSeed? {
    guard let block = domain.body.block("cloud_init"), !block.hasUnknown else { return nil }
    let uuid =
      liveDomain?.uuid ?? domain.body["uuid"]?.text?.lowercased()
      ?? Identity.uuid(stack: set.stack, kind: .domain, name: domain.name)
    let files = try CloudConfig(declared: block).files(domain: domain.name, uuid: uuid)
    let pool = try live.storage.pool(declared: nil)
    let name = try VolumeName(
      stack: set.stack, owner: domain.name, role: .seed(content: SeedFile.digest(of: files)),
      extension: "iso")
    return DomainSeed(
      name: name, pool: pool.name, path: pool.path(of: name.fileName), files: files,
      span: block.span)
  }
}

extension DeclaredBlock {
  /// Whether a value anywhere in it is known only later.
  fileprivate var hasUnknown: Bool {
    properties.contains(where: \.value.isUnknown) || blocks.contains(where: \.hasUnknown)
  }

  /// The property that a failure is about, where the failure says so; else the block.
  fileprivate func span(of failure: StorageFailure) -> Span {
    let names: [String] =
      switch failure {
      case .tooSmall, .cannotShrink: ["size"]
      case .missingPool, .inactivePool: ["pool"]
      case .formatMismatch, .unfitFormat: ["format"]
      case .missingSize: []
      default: ["source", "image"]
      }
    return names.lazy.compactMap { property($0)?.span }.first ?? span
  }
}
