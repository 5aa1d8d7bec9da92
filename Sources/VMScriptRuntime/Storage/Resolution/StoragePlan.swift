import VMScript
import VMScriptSyntax

/// What the declarations of a script stand on: their images, and the storage of each drive.
struct StoragePlan: Sendable {
  let set: DeclarationSet
  let live: LiveState
  /// Where the stack is run from; nil where that is no script's file.
  var origin: StackOrigin?
  /// What the stack owns already.
  let volumes: StackVolumes
  /// The declared images by name, those left out that are wrong.
  private(set) var images: [String: ResolvedImage] = [:]
  /// The declared domains by name.
  var domains: [String: DomainStorage] = [:]
  /// Everything that is wrong, each at the property that caused it.
  private(set) var diagnostics: [Diagnostic] = []

  /// Resolves everything that is declared; reads local files, asks and changes nothing on the host.
  init(_ set: DeclarationSet, live: LiveState, resolver: ImageResolver) async {
    self.set = set
    self.live = live
    volumes = StackVolumes(stack: set.stack, storage: live.storage)
    var failed: Set<String> = []
    for image in set.declarations where image.kind == .image {
      do throws(Diagnostic) {
        images[image.name] = try await resolver.resolve(image, after: images)
      } catch {
        diagnostics.append(error)
        failed.insert(image.name)
      }
    }
    for domain in set.declarations where domain.kind == .domain {
      var drives = DriveResolver(
        domain: domain, source: source(of: domain), live: live, images: images,
        failedImages: failed, resolver: resolver)
      domains[domain.name] = drives.resolve()
      diagnostics += drives.diagnostics
    }
  }

  /// The declared source of a clone, which stands before it, with what that stands on.
  private func source(of clone: Declaration) -> (Declaration, DomainStorage)? {
    guard case .declared(let name) = clone.source, let storage = domains[name],
      let source = set.declaration(.domain, name)
    else { return nil }
    return (source, storage)
  }

  /// What the XML of a declaration needs to know of the others and of the host.
  ///
  /// - Parameters:
  ///   - uuid: the live object's; nil for what does not exist yet.
  ///   - published: where images are that were published since, by name.
  func context(
    for declaration: Declaration, uuid: String?, hypervisor: String,
    published: [String: String] = [:]
  ) -> XMLContext {
    var context = set.context(for: declaration, uuid: uuid, hypervisor: hypervisor)
    guard declaration.kind == .domain, let storage = domains[declaration.name] else {
      return context
    }
    for drive in storage.drives {
      guard let base = drive.base else { continue }
      context.disks[drive.key] = XMLContext.Storage(
        path: base.image.flatMap { published[$0.name] } ?? base.path,
        format: base.format == .iso ? "raw" : base.format.rawValue)
    }
    context.drives = storage.clonedDrives
    context.seed = storage.seed?.path
    context.origin = origin
    return context
  }
}
