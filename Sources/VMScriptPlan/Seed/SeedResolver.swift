import VMScript
import VMScriptSyntax

/// Resolves the first configuration of one domain's guest: its files, and the volumes with them.
struct SeedResolver {
  let domain: Declaration
  let set: DeclarationSet
  let live: LiveState
  /// The scripts by file, which determine the folder of relative paths.
  let sources: SourceMap

  /// The largest local file that a seed can contain, in bytes. cloud-init reads the seed as a whole
  /// and decodes it in memory.
  static let largestFile: Int64 = 1 << 20

  /// Returns the seed; nil without a `cloud_init` block, or while values in it are unknown.
  ///
  /// - Throws: a diagnostic at the invalid property.
  func seed() throws(Diagnostic) -> DomainSeed? {
    guard let block = domain.body.block("cloud_init"), !block.hasUnknown,
      !GuestNetwork.isUnknown(domain)
    else { return nil }
    var files: [CloudConfig.GuestFile] = []
    for file in block.blocks("files") {
      let content = try content(of: file, upTo: Self.largestFile) { text, span in
        SeedMessages.tooLarge(text, limit: ByteSize(bytes: Self.largestFile), at: span)
      }
      files.append(CloudConfig.GuestFile(block: file, content: content))
    }
    do throws(StorageFailure) { return try seed(block, files) } catch {
      throw StorageMessages.diagnostic(error, at: block.span)
    }
  }

  /// Returns the Ignition configuration; nil if none is declared, or while values in it are unknown.
  ///
  /// - Throws: a diagnostic at the property.
  func ignition() throws(Diagnostic) -> DomainSeed? {
    guard let property = domain.body.property("ignition"), !property.value.isUnknown else {
      return nil
    }
    let files = [Ignition.file(property.value)]
    do throws(StorageFailure) {
      let pool = try live.storage.pool(declared: nil)
      let name = try volume(files, extension: "ign")
      var seed = DomainSeed(
        name: name, pool: pool.name, path: pool.path(of: name.fileName), files: files,
        span: property.span)
      seed.format = .ignition
      return seed
    } catch { throw StorageMessages.diagnostic(error, at: property.span) }
  }

  /// Returns the name of the volume with these files.
  private func volume(
    _ files: [SeedFile], extension suffix: String = "iso"
  ) throws(StorageFailure) -> VolumeName {
    try VolumeName(
      stack: set.stack, owner: domain.name, role: .seed(content: SeedFile.digest(of: files)),
      extension: suffix)
  }

  /// The UUID of the domain, present or future.
  var uuid: String {
    live.domains[domain.name]?.uuid ?? domain.body["uuid"]?.text?.lowercased()
      ?? live.uuid(ofNew: domain, in: set.stack)
      ?? Identity.uuid(stack: set.stack, kind: .domain, name: domain.name)
  }

  private func seed(
    _ block: DeclaredBlock, _ files: [CloudConfig.GuestFile]
  ) throws(StorageFailure) -> DomainSeed {
    let config = try CloudConfig(
      declared: block, domain: domain.name, uuid: uuid, files: files,
      network: GuestNetwork.configuration(of: domain, in: set))
    let content = try config.files(uuid: uuid)
    let pool = try live.storage.pool(declared: nil)
    let name = try volume(content)
    var seed = DomainSeed(
      name: name, pool: pool.name, path: pool.path(of: name.fileName), files: content,
      span: block.span)
    if config.network != nil, block["network"]?.isMap != true {
      let files = try config.withoutNetwork().files(uuid: uuid)
      let name = try volume(files)
      seed.networkless = .init(name: name, path: pool.path(of: name.fileName), files: files)
    }
    return seed
  }

  /// Returns the declared content of a file, or that of its local source.
  ///
  /// - Parameters:
  ///   - limit: the largest size of a local file.
  ///   - excess: the diagnostic of a larger one.
  func content(
    of file: DeclaredBlock, upTo limit: Int64, excess: (String, Span) -> Diagnostic
  ) throws(Diagnostic) -> [UInt8] {
    guard let source = file.property("source"), case .string(let text) = source.value else {
      return Array((file["content"]?.text ?? "").utf8)
    }
    let path = ImageSource.absolute(text, folder: sources.folder(of: source.span))
    let bounds = ReadBounds(maximumBytes: Int(limit))
    do {
      return try GuardedFile.read(path, named: "`\(text)`", bounds: bounds)
    } catch let failure as FileFailure {
      throw SeedMessages.unreadable(failure.reason, at: source.span)
    } catch {
      throw excess(text, source.span)
    }
  }
}

extension Value {
  fileprivate var isMap: Bool { if case .map = self { true } else { false } }
}
