import VMScript
import VMScriptSyntax

/// What the declarations of a script stand on: their images, and the storage of each drive.
package struct StoragePlan: Sendable {
  package let set: DeclarationSet
  package let live: LiveState
  /// Where the stack is run from; nil where that is no script's file.
  package var origin: StackOrigin?
  /// The digests that are kept of local files.
  package let cache: DigestCache?
  /// What the stack owns already.
  package let volumes: StackVolumes
  /// The declared images by name, those left out that are wrong.
  package private(set) var images: [String: ResolvedImage] = [:]
  /// The declared domains by name.
  package var domains: [String: DomainStorage] = [:]
  /// The declared domains that have a drive on what is at a path, or on an overlay on it.
  private var declaredUsers: [String: Set<String>] = [:]
  /// Everything that is wrong, each at the property that caused it.
  package private(set) var diagnostics: [Diagnostic] = []

  /// Resolves everything that is declared; reads local files, asks and changes nothing on the host.
  package init(_ set: DeclarationSet, live: LiveState, resolver: ImageResolver) async {
    self.set = resolver.resolvePaths(of: set, &diagnostics)
    self.live = live
    cache = resolver.cache
    volumes = StackVolumes(stack: set.stack, storage: live.storage, domains: live.domains)
    var failed: Set<String> = []
    for image in set.declarations where image.kind == .image {
      do throws(Diagnostic) {
        var resolved = try await resolver.resolve(image, after: images)
        resolved.isDevice = live.storage.pools[resolved.pool]?.holdsDevices ?? false
        images[image.name] = resolved
      } catch {
        diagnostics.append(error)
        failed.insert(image.name)
      }
    }
    for domain in set.declarations where domain.kind == .domain {
      var drives = DriveResolver(
        domain: domain, source: source(of: domain), live: live, images: images,
        failedImages: failed, resolver: resolver)
      let storage = drives.resolve()
      domains[domain.name] = storage
      diagnostics += drives.diagnostics
      for path in storage.drives.flatMap(\.paths) {
        declaredUsers[live.storage.name(of: path), default: []].insert(domain.name)
      }
    }
  }

  /// The declared source of a clone, which stands before it, with what that stands on.
  private func source(of clone: Declaration) -> (Declaration, DomainStorage)? {
    guard case .declared(let name) = clone.source, let storage = domains[name],
      let source = set.declaration(.domain, name)
    else { return nil }
    return (source, storage)
  }

  /// The domains beside one that have, or are declared to have, what is at a path. It is never deleted for
  /// that one's sake.
  package func users(of path: String, otherThan domain: String) -> Set<String> {
    let present = live.domains[domain]?.name ?? domain
    return declaredUsers(of: path).union(live.storage.domains(using: path))
      .subtracting([domain, present])
  }

  /// The declared domains that use what is at a path.
  func declaredUsers(of path: String) -> Set<String> {
    declaredUsers[live.storage.name(of: path)] ?? []
  }

  /// The definition of a domain as it is to be, onto what is there.
  ///
  /// - Throws: a diagnostic for a clone whose source is not there or cannot be read.
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
      drive.base?.image.map { (drive.key, $0.name) }
    }
    return DomainDefinition(
      declaration: domain,
      context: context(for: domain, uuid: present?.uuid, hypervisor: hypervisor), base: base,
      images: Dictionary(images) { first, _ in first })
  }

  /// The domain of the host that a domain is cloned from.
  private func source(_ name: String, of clone: Declaration) throws(Diagnostic) -> LiveDomain {
    if let source = live.domains[name] { return source }
    let span = clone.sourceSpan ?? clone.nameSpan
    if let object = live.unreadable.first(of: .domain, name, stack: set.stack) {
      throw PlanMessages.unreadable(object, cannot: "be cloned", at: span)
    }
    throw PlanMessages.missingSource(name, at: span)
  }

  /// The storage of a domain's own volumes, by target.
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

  /// What the XML of a declaration needs to know of the others and of the host.
  ///
  /// - Parameter uuid: the live object's; nil for what does not exist yet.
  package func context(for declaration: Declaration, uuid: String?, hypervisor: String)
    -> XMLContext
  {
    var context = set.context(for: declaration, uuid: uuid, hypervisor: hypervisor)
    guard declaration.kind == .domain else {
      context.origin = origin
      return context
    }
    guard let storage = domains[declaration.name] else {
      return context
    }
    for drive in storage.drives {
      guard let base = drive.base else { continue }
      if let source = drive.own?.movedFrom, source != declaration.name {
        context.moves[drive.key] = source
      }
      context.disks[drive.key] = XMLContext.Storage(
        path: base.path,
        format: base.format == .iso ? "raw" : base.format.rawValue, isDevice: base.isDevice)
    }
    context.drives = storage.clonedDrives
    context.seed = storage.seed?.path
    context.origin = origin
    context.shared = Set(
      live.domains[declaration.name].map { domain in
        domain.facts.disks.compactMap(\.path)
          .filter { !users(of: $0, otherThan: declaration.name).isEmpty }
      } ?? [])
    return context
  }
}
