import Libvirt
import VMScript
import VMScriptImages
import VMScriptPlan
import VMScriptSyntax

/// A performer of the steps of changes, in the order of the plan.
struct Provisioner: StepPerformer {
  let pool: ConnectionPool
  let stack: String
  let store: VolumeStore
  /// The cached digests of local files.
  let cache: DigestCache?
  let reports: RunReports
  let published: PublishedImages
  let boot: GuestBoot
  let editor = DiskEditor()

  init(
    pool: ConnectionPool, storage: StoragePlan, store: VolumeStore, boot: GuestBoot,
    reports: RunReports
  ) {
    self.pool = pool
    self.stack = storage.set.stack
    self.cache = storage.cache
    self.store = store
    self.boot = boot
    self.reports = reports
    published = PublishedImages(storage.publishedPaths)
  }

  func perform(_ step: Step, of change: Change) async throws {
    switch step {
    case .publish(let upload): try await publish(upload, change)
    case .release(let contents): try await release(contents)
    case .releaseChanged(let image, let pool):
      try await store.releaseChanged(of: stack, named: image, pool: pool)
    case .make(let volume): try await make(volume)
    case .grow(let growth): try await grow(growth)
    case .remove(let volume): try await store.remove(volume.name, pool: volume.pool)
    case .delete(let volume): try await store.delete(volume.name, pool: volume.pool)
    case .write(let seed): try await write(seed)
    case .customize(let work): try await customize(work, of: change)
    case .rename(let name, let uuid, let shutsDown):
      try await rename(uuid, from: name, to: change, shutsDown: shutsDown)
    case .dropSavedState:
      try await onDomain(of: change) { if try $0.hasSavedState() { try $0.dropManagedSave() } }
    case .bringBack:
      let span = change.place
      try await onDomain(of: change) { domain in
        if try domain.hasSavedState() { try PowerVerb.start.perform(on: domain, at: span) }
      }
    case .turnOff: try await onDomain(of: change) { if try $0.isActive() { try $0.destroy() } }
    case .change(let machine): try await self.change(machine, of: change)
    case .define(let definition): try await define(definition)
    case .start:
      try await boot.perform(.start, on: change.name, of: targets, at: change.place)
    case .shutDown: try await shutDown(change.name, at: change.place)
    case .deleteDomain(let volumes):
      // Another domain that has taken the name stays unchanged.
      try await DomainDeletion(pool: pool, store: store, stack: stack)
        .delete(change.name, with: volumes)
    case .changeEntries(let entries): try await self.change(entries, of: change)
    case .defineNetwork(let definition): try await define(definition)
    case .stopNetwork:
      try await onNetwork(of: change) { if try $0.isActive() { try $0.destroy() } }
    case .startNetwork(let definition, let autostart):
      try await start(definition, autostart: autostart)
    case .plugGuests(let hasNewSubnet):
      try await plugGuests(into: change, hasNewSubnet: hasNewSubnet)
    case .deleteNetwork(let uuid): try await delete(network: change.name, uuid)
    }
  }

  func hasMoved(_ change: Change) async throws -> Bool {
    switch change.subject {
    case nil: return false
    case .domain(let domain):
      return try await pool.run { connection in
        guard let present = try connection.domain(uuid: domain.uuid) else { return true }
        return try present.isActive() != (domain.running != nil)
          || present.xml(inactive: true, secure: true) != domain.definition.text
      }
    case .network(let network):
      return try await pool.run { connection in
        guard let present = try connection.network(uuid: network.uuid) else { return true }
        return try present.isActive() != network.isActive
          || present.xml(inactive: network.isPersistent) != network.definition.text
      }
    }
  }

  /// The domains of the host, by name.
  var targets: DomainTargets { DomainTargets(pool: pool, stack: stack) }
}

extension Change {
  /// The place of messages about its object.
  var place: Span {
    declaration?.nameSpan ?? span ?? Span(source: SourceID(index: 0), start: 0, length: 0)
  }
}

extension StepPerformer {
  /// Takes the steps of a change.
  func apply(_ change: Change) async throws(Diagnostic) {
    let doing = "\(change.action.gerund) the \(change.kind.rawValue) `\(change.name)`"
    do {
      for step in change.steps { try await perform(step, of: change) }
    } catch { throw HostMessages.diagnostic(error, doing, at: change.span) }
  }
}

extension Change.Action {
  /// The gerund of the action, for messages.
  var gerund: String {
    switch self {
    case .create: "creating"
    case .update: "updating"
    case .delete: "deleting"
    }
  }
}

/// The steps of volumes: disks, empty images and seeds.
extension Provisioner {
  /// Creates a volume.
  func make(_ volume: NewVolume) async throws {
    do {
      var xml = volume.xml
      switch volume.origin {
      case .kept: return
      case .new: try await store.create(xml, pool: volume.pool)
      case .overlay(let base):
        xml.backing = (path: try await published.path(of: base), format: base.format)
        try await store.create(xml, pool: volume.pool)
      case .copy(let base):
        guard let least = try await store.capacity(at: base.path, as: base.format) else {
          throw StorageFailure.copyOutsidePool(base.path)
        }
        xml.capacity = least
        try await store.copy(of: base.path, as: xml, pool: volume.pool)
      }
      try await enlarge(volume)
    } catch let failure as StorageFailure {
      throw StorageMessages.diagnostic(failure, at: volume.span)
    }
  }

  /// Grows a new volume from the size of its source to the declared size.
  private func enlarge(_ volume: NewVolume) async throws {
    guard let wanted = volume.size,
      let least = try await store.capacity(at: volume.path, as: volume.xml.format), wanted != least
    else { return }
    guard wanted > least else {
      try await store.delete(volume.xml.name, pool: volume.pool)
      throw StorageFailure.tooSmall(declared: wanted, needed: least)
    }
    try await store.grow(volume.xml.name, pool: volume.pool, to: wanted, as: volume.xml.format)
  }

  /// Grows a volume that domains may use, through a running one if there is any.
  func grow(_ growth: VolumeGrowth) async throws {
    do {
      let (volume, users) = (growth.volume, growth.users)
      let isDone = try await pool.run { connection in
        for name in users {
          guard let live = try connection.domain(named: name), try live.isActive() else { continue }
          try live.resizeBlock(volume.path, bytes: UInt64(clamping: growth.size))
          return true
        }
        return false
      }
      guard !isDone else { return }
      try await store.grow(volume.name, pool: volume.pool, to: growth.size, as: growth.format)
    } catch let failure as StorageFailure {
      guard let span = growth.span else { throw failure }
      throw StorageMessages.diagnostic(failure, at: span)
    }
  }

  func write(_ seed: DomainSeed) async throws {
    do {
      let image =
        switch seed.format {
        case .noCloud: try ISOImage.build(seed.files)
        case .ignition: seed.files.flatMap(\.content)
        }
      try await store.write(image, as: seed.name.fileName, mode: "0600", pool: seed.pool)
    } catch let failure as StorageFailure {
      throw StorageMessages.diagnostic(failure, at: seed.span)
    }
  }
}

/// The edits of disks before their first boot.
extension Provisioner {
  /// Edits a new disk, and removes it if that fails. The test driver has no files to edit.
  func customize(_ work: DiskCustomization, of change: Change) async throws {
    guard try await !pool.run({ $0.isTestDriver }) else { return }
    reports.progress(.advanced(change, phase: "customize", done: 0, total: 0))
    do {
      try await editor.edit(work, of: change.name)
    } catch {
      // The task may be cancelled; the removal is not. The record stays with a disk that stays.
      let store = store
      let removal = Task {
        try await store.delete(work.disk.name, pool: work.disk.pool)
        try await store.delete(work.record.name, pool: work.record.pool)
      }
      _ = await removal.result
      throw error
    }
  }
}

/// The steps of images.
extension Provisioner {
  func publish(_ upload: ImageUpload, _ change: Change) async throws {
    do {
      let path = try await path(of: upload, change)
      await published.add(upload.image.name, at: path)
    } catch StorageFailure.changedWhileRead {
      // The cached digest may be wrong.
      cache?.drop(upload.file.path)
      throw StorageFailure.changedWhileRead
    }
  }

  /// Uploads the file, converted if necessary, unless a complete copy exists.
  private func path(of upload: ImageUpload, _ change: Change) async throws -> String {
    let (store, stack, report) = (store, stack, reports.progress)
    let (image, key) = (upload.image, upload.key)
    @Sendable func send(_ content: VolumeStore.Upload) async throws -> String {
      try await store.publish(
        content, key: key, stack: stack, image: image.name, pool: image.pool, nonce: upload.nonce
      ) { done, total in
        report(.advanced(change, phase: "upload", done: done, total: total))
      }
    }
    guard upload.converts else {
      return try await send(
        .init(
          path: upload.file.path, length: upload.file.size, sha256: upload.sha256,
          suffix: image.format.rawValue, capacity: image.capacity))
    }
    if let path = try await store.share(
      key: key, stack: stack, image: image.name, pool: image.pool)
    {
      return path
    }
    report(.advanced(change, phase: "convert", done: 0, total: 0))
    return try await ImageConversion.withConverted(
      upload.file, sha256: upload.sha256, to: image.format, layout: image.layout
    ) { path in
      let converted = try await FileDigest.of(path, cache: nil)
      return try await send(
        .init(
          path: path, length: FileIdentity(path: path).size, sha256: converted.sha256,
          suffix: image.format.rawValue, capacity: image.capacity))
    }
  }

  func release(_ contents: ImageRelease) async throws {
    for pool in contents.pools {
      let kept = try await store.releaseImages(
        of: stack, named: contents.image, keeping: contents.keeping, pool: pool)
      guard let first = kept.first, !contents.isKept else { continue }
      reports.warn(
        StorageMessages.keptContent(of: contents.image, because: StorageMessages.reason(first)))
    }
  }

  func removeLeftovers(of stack: String, pool: String) async throws {
    try await store.removeLeftovers(of: stack, pool: pool)
  }
}

/// The paths of the images of a run whose content is complete.
actor PublishedImages {
  private(set) var paths: [String: String]

  /// - Parameter paths: the paths of the images that are already complete, by name.
  init(_ paths: [String: String]) { self.paths = paths }

  /// Records that the content of an image is complete.
  func add(_ image: String, at path: String) { paths[image] = path }

  /// Returns the path of the base of an overlay or a drive.
  ///
  /// - Throws: ``StorageFailure/missingBase(image:)`` if the image is not complete.
  func path(of base: StorageBase) throws(StorageFailure) -> String {
    guard let image = base.image else { return base.path }
    guard let path = paths[image.name] else { throw .missingBase(image: image.name) }
    return path
  }
}
