import VMScript
import VMScriptSyntax

/// The storage of a script's declarations: their images, and the storage of each drive.
package struct StoragePlan: Sendable {
  package let set: DeclarationSet
  package let live: LiveState
  /// The script that the stack is run from; nil if it is not a file.
  package var origin: StackOrigin?
  /// The domains whose disks are made anew from their images.
  var rebuild: Set<String> = []
  /// The end of the lifetime of the stack; nil if it is not temporary.
  package var expiry: StackExpiry?
  /// The cache of the digests of local files.
  package let cache: DigestCache?
  /// The volumes that the stack owns.
  package let volumes: StackVolumes
  /// The declared images by name, without invalid ones.
  package private(set) var images: [String: ResolvedImage] = [:]
  /// The declared domains by name.
  package var domains: [String: DomainStorage] = [:]
  /// By path, the declared domains with a drive on the file or on an overlay on it.
  private var declaredUsers: [String: Set<String>] = [:]
  /// All errors, each at the property that caused it.
  package private(set) var diagnostics: [Diagnostic] = []

  /// Resolves all declarations. It reads local files, and neither queries nor changes the host.
  package init(_ set: DeclarationSet, live: LiveState, resolver: ImageResolver) async {
    self.set = resolver.resolvePaths(of: set, &diagnostics).withoutCredentials
    self.live = live
    cache = resolver.cache
    volumes = StackVolumes(stack: set.stack, storage: live.storage, domains: live.domains)
    var failed: Set<String> = []
    await resolver.fetchAll(of: set)
    for image in set.declarations where image.kind == .image {
      do throws(Diagnostic) {
        var resolved = try await resolver.resolve(image, after: images)
        resolved.isDevice = live.storage.pools[resolved.pool]?.holdsDevices ?? false
        images[image.name] = resolved
        diagnostics += resolved.warnings
      } catch {
        diagnostics.append(error)
        failed.insert(image.name)
      }
    }
    for domain in set.declarations where domain.kind == .domain {
      var drives = DriveResolver(
        domain: domain, source: source(of: domain), live: live, images: images,
        failedImages: failed, resolver: resolver)
      var storage = drives.resolve()
      diagnostics += drives.diagnostics
      let seed = SeedResolver(domain: domain, set: set, live: live, sources: resolver.sources)
      do throws(Diagnostic) {
        storage.seed = try seed.seed()
        storage.ignition = try seed.ignition()
        storage.customization = try seed.customization(
          of: storage, isWhole: drives.isWhole(storage))
      } catch { diagnostics.append(error) }
      domains[domain.name] = storage
      for path in storage.drives.flatMap(\.paths) {
        declaredUsers[live.storage.name(of: path), default: []].insert(domain.name)
      }
    }
  }

  /// Adds errors that were found before the storage was resolved.
  mutating func report(_ errors: [Diagnostic]) { diagnostics = errors + diagnostics }

  /// Returns the declared source of a clone, which precedes it, with its storage.
  private func source(of clone: Declaration) -> (Declaration, DomainStorage)? {
    guard case .declared(let name) = clone.source, let storage = domains[name],
      let source = set.declaration(.domain, name)
    else { return nil }
    return (source, storage)
  }

  /// Returns the other domains that use a path or are declared to. Their use prevents the deletion
  /// of the file.
  package func users(of path: String, otherThan domain: String) -> Set<String> {
    let present = live.domains[domain]?.name ?? domain
    return declaredUsers(of: path).union(live.storage.domains(using: path))
      .subtracting([domain, present])
  }

  /// Returns the declared domains that use a path.
  func declaredUsers(of path: String) -> Set<String> {
    declaredUsers[live.storage.name(of: path)] ?? []
  }

  /// Returns the wanted definition of a domain, based on the existing one.
  ///
  /// - Throws: a diagnostic for a clone whose source is missing or unreadable.
  package func definition(
    of domain: Declaration, hypervisor: String
  ) throws(Diagnostic) -> DomainDefinition {
    let present = live.domains[domain.name]
    var base = DomainDefinition.Base.nothing
    if let present {
      base = .present(present.definition)
    } else if case .host(let name) = domain.source {
      base = .source(try source(name, of: domain).definition, storage: ownStorage(of: domain))
    }
    let images = (domains[domain.name]?.drives ?? []).compactMap { drive in
      drive.base?.image.map { (drive.name.key, $0.name) }
    }
    return DomainDefinition(
      declaration: domain,
      context: context(for: domain, uuid: present?.uuid, hypervisor: hypervisor), base: base,
      images: Dictionary(images) { first, _ in first })
  }

  /// Returns the domain of the host that is the source of a clone.
  private func source(_ name: String, of clone: Declaration) throws(Diagnostic) -> LiveDomain {
    if let source = live.domains[name] { return source }
    let span = clone.sourceSpan ?? clone.nameSpan
    if let object = live.unreadable.first(of: .domain, name, stack: set.stack) {
      throw PlanMessages.unreadable(object, cannot: "be cloned", at: span)
    }
    throw PlanMessages.missingSource(name, at: span)
  }

  /// Returns the storage of a domain's own volumes, by target.
  private func ownStorage(of domain: Declaration) -> [String: XMLContext.Storage] {
    let own = (domains[domain.name]?.drives ?? []).compactMap { drive in
      drive.own.map { own in
        (
          drive.target,
          XMLContext.Storage(path: own.path, format: own.format.rawValue, isDevice: own.isDevice)
        )
      }
    }
    return Dictionary(own) { first, _ in first }
  }

  /// Returns the context for the XML of a declaration: the other declarations and the host.
  ///
  /// - Parameter uuid: the UUID of the live object; nil if it does not exist yet.
  package func context(for declaration: Declaration, uuid: String?, hypervisor: String)
    -> XMLContext
  {
    var context = set.context(
      for: declaration, uuid: uuid ?? live.uuid(ofNew: declaration, in: set.stack),
      hypervisor: hypervisor)
    context.origin = origin
    context.expiry = expiry
    guard declaration.kind == .domain else { return context }
    if let present = live.domains[declaration.name] {
      context.earlierNames = Ownership(set).earlierNames(of: present, named: declaration.name)
    }
    guard let storage = domains[declaration.name] else {
      return context
    }
    for drive in storage.drives {
      guard let base = drive.base else { continue }
      if let source = drive.own?.movedFrom, source != declaration.name {
        context.moves[drive.name.key] = source
      }
      context.disks[drive.name.key] = XMLContext.Storage(
        path: base.path,
        format: base.format == .iso ? "raw" : base.format.rawValue, isDevice: base.isDevice)
    }
    context.drives = storage.clonedDrives
    context.seed = storage.seed?.path
    context.ignition = storage.ignition?.path
    context.customization = storage.customization?.digest
    context.shared = Set(
      live.domains[declaration.name].map { domain in
        domain.facts.disks.compactMap(\.path)
          .filter { !users(of: $0, otherThan: declaration.name).isEmpty }
      } ?? [])
    return context
  }
}

extension StoragePlan {
  /// Names of the declared or live domains whose disks back overlays, now or once the plan is
  /// applied.
  var overlaidDomains: Set<String> {
    let disks = domains.values.flatMap(\.drives).compactMap { drive in
      if case .overlay(let base)? = drive.own?.origin { base.path } else { nil }
    }
    let empty = images.values.compactMap { image in
      if case .blank(_, let backing) = image.content { backing?.path } else { nil }
    }
    let bases = Set(disks + empty)
    let declared = domains.filter { _, storage in
      storage.drives.contains { drive in
        guard drive.isWritable, let path = drive.base?.path else { return false }
        return bases.contains(path) || !live.storage.overlays(on: path).isEmpty
      }
    }
    return live.overlaidDomains.union(declared.keys)
  }

  /// By the name of a declared or live domain, unreadable files that may be overlays on a disk
  /// that it writes to.
  var possiblyOverlaidDomains: [String: Set<String>] {
    domains.reduce(into: live.possiblyOverlaidDomains) { found, domain in
      for drive in domain.value.drives where drive.isWritable {
        guard let path = drive.base?.path else { continue }
        let unreadable = live.storage.possibleOverlays(on: path).map(\.volume)
          .filter { !$0.isMissing }.map(\.path)
        if !unreadable.isEmpty { found[domain.key, default: []].formUnion(unreadable) }
      }
    }
  }

  /// Returns the reason that the content of a released image stays on the host; nil if it is
  /// removed.
  ///
  /// - Parameter deleted: names of the domains deleted with it.
  func reasonToKeep(image name: String, deleting deleted: Set<String>) -> String? {
    let goingNames = Set(deleted.compactMap { live.domains[$0]?.name })
    let reasons = volumes.volumes(ofImage: name).flatMap { place -> [String] in
      guard case .pin(let key, let nonce, _)? = place.volume.owned?.role,
        let base = live.storage.pools[place.pool]?.inventory.base(key: key, nonce: nonce)
      else { return [] }
      let overlays = volumes.staying(
        live.storage.overlays(on: base.path), after: deleted, named: goingNames)
      let unreadable = volumes.staying(
        live.storage.possibleOverlays(on: base.path), after: deleted, named: goingNames)
      let stacks = live.storage.pools[place.pool]?.inventory.stacks(pinning: key, nonce) ?? []
      let users = Set(live.storage.users(of: base.path)).subtracting(goingNames).sorted()
      return stacks.filter { $0 != set.stack }.map { "the stack `\($0)` uses it" }
        + users.map { "the domain `\($0)` uses it" }
        + overlays.map { "`\(StackVolumes.owner(of: $0.volume))` has an overlay on it" }
        + unreadable.map { "`\($0.volume.path)` could not be read and may be an overlay on it" }
    }
    return reasons.isEmpty ? nil : Set(reasons).sorted().joined(separator: "; ")
  }

  /// Owners of the stack's volumes that are neither declared nor alive: remains of a killed run,
  /// and images that are no longer declared.
  package var leftovers: (domains: Set<String>, networks: Set<String>, images: Set<String>) {
    let ownership = Ownership(set)
    let declared = set.declarations.map { ($0.kind, $0.name) }
    let alive = live.domains.filter { ownership.owns($0.value) }.flatMap { name, domain in
      ([name] + ownership.earlierNames(of: domain, named: name)).map { (ResourceKind.domain, $0) }
    }
    let unreadable = live.unreadable.filter { $0.kind == .domain }
      .map { (ResourceKind.domain, $0.name) }
    let known = (declared + alive + unreadable).reduce(into: [ResourceKind: Set<String>]()) {
      $0[$1.0, default: []].insert($1.1)
    }
    var result: (domains: Set<String>, networks: Set<String>, images: Set<String>) = ([], [], [])
    for place in volumes.all {
      guard let owned = place.volume.owned else { continue }
      let refusal = live.storage.pools[place.pool]?.inventory.refusalToRemove(place.volume.name)
      switch owned.role {
      case .disk, .seed, .unfinished:
        // A declaration that is not in effect yet may use it.
        guard declaredUsers(of: place.volume.path).isEmpty else { continue }
        // A volume that a foreign domain refers to is in use, whoever made it.
        if case .usedByDomain? = refusal { continue }
        guard known[.domain]?.contains(owned.ownerName) != true else { continue }
        result.domains.insert(owned.ownerName)
      case .image, .pin, .base:
        if case .base = owned.role, refusal != nil { continue }
        guard known[.image]?.contains(owned.ownerName) != true else { continue }
        result.images.insert(owned.ownerName)
      case .protection(let word):
        // The record of a resource that somebody deleted by hand.
        guard let kind = ResourceKind(rawValue: word),
          known[kind]?.contains(owned.ownerName) != true
        else { continue }
        if kind == .image {
          result.images.insert(owned.ownerName)
        } else if !live.networks.keys.contains(where: owned.isOwned(by:)) {
          result.networks.insert(owned.ownerName)
        }
      }
    }
    return result
  }
}

/// Volumes that move from one domain to another.
extension StoragePlan {
  /// Returns the domains that write to a path, by the names that the stack knows.
  private func writers(of path: String) -> [String] {
    let writers = live.storage.writers(of: path)
    guard !writers.isEmpty else { return [] }
    return writers.map { writer in
      live.domains[writer]?.name == writer
        ? writer : live.domains.first { $0.value.name == writer }?.key ?? writer
    }
  }

  /// Returns the changes with each that takes a disk ordered after the one that releases it.
  func afterMoves(_ changes: [Change]) -> [Change] {
    var changes = changes
    let positions = Dictionary(
      changes.filter { $0.kind == .domain }.map { ($0.name, $0.id) }
    ) { first, _ in first }
    for index in changes.indices where changes[index].kind == .domain {
      for drive in domains[changes[index].name]?.drives ?? [] {
        guard let path = drive.base?.path else { continue }
        for other in writers(of: path) where other != changes[index].name {
          guard let position = positions[other],
            !Self.waits(position, for: changes[index].id, changes)
          else { continue }
          changes[index].dependencies = Set(changes[index].dependencies + [position]).sorted()
        }
      }
    }
    return changes
  }

  /// Whether a change depends on another one, directly or not. A cycle of changes would wait
  /// forever.
  private static func waits(_ id: Int, for other: Int, _ changes: [Change]) -> Bool {
    var seen: Set<Int> = []
    var next = [id]
    while let current = next.popLast() {
      if current == other { return true }
      guard seen.insert(current).inserted, changes.indices.contains(current) else { continue }
      next += changes[current].dependencies
    }
    return false
  }

  /// Disks to move from domains that keep them: no change in the plan releases them.
  func obstaclesToMoves(_ changes: [Change]) -> [Diagnostic] {
    let changed = Set(changes.filter { $0.kind == .domain }.map(\.name))
    return domains.sorted { $0.key < $1.key }.flatMap { name, storage in
      storage.drives.compactMap { drive in
        guard let own = drive.own, let source = own.movedFrom, source != name,
          writers(of: own.path).contains(source), !changed.contains(source)
        else { return nil }
        return StorageMessages.stillAttached(drive.name.path, to: source, at: drive.span)
      }
    }
  }

  /// Volumes of the stack that a domain no longer declares and another one uses by path. They
  /// stay.
  func warningsOfMoves() -> [Diagnostic] {
    domains.sorted { $0.key < $1.key }.flatMap { name, storage in
      storage.drives.flatMap { drive -> [Diagnostic] in
        guard case .inPlace(let base) = drive.content, drive.isWritable,
          let owned = live.storage.place(at: base.path)?.volume.owned, owned.stack == set.stack,
          owned.isDomains
        else { return [] }
        return writers(of: base.path).sorted()
          .filter { $0 != name && !declaredUsers(of: base.path).contains($0) }
          .map { StorageMessages.staysByPath(drive.name.path, of: name, from: $0, at: drive.span) }
      }
    }
  }
}
