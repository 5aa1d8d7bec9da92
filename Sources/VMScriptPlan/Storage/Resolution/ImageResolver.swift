import Foundation
import VMScript
import VMScriptSyntax

/// Resolves the images of a script, before anything is changed.
package struct ImageResolver: Sendable {
  package let stack: String
  package let live: LiveStorage
  /// Whether the host is this machine, so that its paths are readable.
  package var isLocal = true
  /// Whether the guests of the host use the files of this machine.
  var seesFiles = false
  /// The scripts by file, which determine the folder of relative paths.
  package let sources: SourceMap
  package let cache: DigestCache?
  /// The access to images by address and by name.
  package var remote: any RemoteImages = OfflineImages()
  /// Called with a file before it is read completely.
  package let reading: @Sendable (String) -> Void

  /// Creates a resolver for the images of a stack.
  package init(
    stack: String, live: LiveStorage, sources: SourceMap, cache: DigestCache?,
    reading: @escaping @Sendable (String) -> Void
  ) {
    self.stack = stack
    self.live = live
    self.sources = sources
    self.cache = cache
    self.reading = reading
  }

  /// Resolves one declaration.
  ///
  /// - Parameter declared: the images of the script that precede it.
  /// - Throws: a diagnostic at the invalid property.
  package func resolve(
    _ image: Declaration, after declared: [String: ResolvedImage]
  ) async throws(Diagnostic) -> ResolvedImage {
    let pool = try located(image, "pool") { () throws(StorageFailure) in
      try live.pool(declared: image.body["pool"]?.text)
    }
    if let files = image.body.property("files") {
      return try await medium(of: files, image, in: pool)
    }
    guard let source = image.body.property("source"), let text = source.value.text else {
      return try located(image, "size") { () throws(StorageFailure) in
        try blank(image, in: pool, after: declared)
      }
    }
    var packed: String?
    do throws(StorageFailure) {
      switch ImageSource(text, folder: sources.folder(of: source.span)) {
      case .local(let path):
        do throws(StorageFailure) { return try await local(path, nil, image, in: pool) } catch {
          guard error.isOfCompressedContent, image.body["format"]?.text != "raw" else {
            throw error
          }
          packed = path
        }
      case .volume(let pool, let name): return try existing(name, inPool: pool, image)
      case .host(let path): return try existing(at: path, image)
      case .remote: break
      }
    } catch { throw StorageMessages.diagnostic(error, at: image.span(of: error) ?? source.span) }
    return try await fetched(
      packed ?? text, isLocal: packed != nil, at: source.span, image, in: pool)
  }

  /// Resolves an undeclared `image("x")`, named as `vmscript list` prints it: the volume of that
  /// name, in the default pool or any other, else an image of a stack, the script's own first.
  package func undeclared(_ name: String) throws(StorageFailure) -> ResolvedImage {
    let standard = try? live.pool(declared: nil)
    let others = live.pools.values.sorted { $0.name < $1.name }
    for pool in [standard].compactMap(\.self) + others {
      if let volume = pool.inventory[name] {
        try requireKnownFormat(volume)
        return try existing(.init(pool: pool.name, volume: volume), named: name)
      }
    }
    let named = live.images.filter { $0.name == name }
    let own = named.filter { $0.stack == stack }
    let found = own.isEmpty ? named : own
    // Stacks that share content have it at the same path.
    let paths = Set(found.map(\.content.path))
    guard let image = found.first else { throw .missingVolume(name) }
    guard paths.count == 1 else { throw .ambiguousImage(name, paths: paths.sorted()) }
    return try existing(.init(pool: image.pool, volume: image.content), named: name)
  }

  /// Resolves a path or `volume:POOL/NAME` that is used in place.
  ///
  /// - Parameters:
  ///   - format: the declared format; nil takes the one that the host's definitions record, else
  ///     the content's if it does not look like an image.
  ///   - present: the disk that the domain has there.
  ///   - isDisk: whether it becomes a disk or the base of one; the media of other drives may have
  ///     any name.
  func inPlace(
    _ text: String, at span: Span, as format: ImageFormat? = nil, present: SourceXML.Disk? = nil,
    isDisk: Bool = true
  ) throws(StorageFailure) -> ResolvedImage {
    let place: LiveStorage.Place
    switch ImageSource(text, folder: sources.folder(of: span)) {
    case .volume(let pool, let name): place = try volume(name, inPool: pool)
    case .host(let path), .local(let path):
      guard let found = volume(at: path) else {
        return try file(path, named: text, as: format, present, isDisk: isDisk)
      }
      place = found
    case .remote(let address): throw .remoteSource(address)
    }
    let path = place.volume.path
    let known =
      self.format(of: path, as: format, present) ?? place.volume.owned?.recordedFormat
    var isDisc = false
    if known == nil {
      let content = try place.volume.read(\.format) ?? "raw"
      _ = try Self.format(of: path, holding: content)
      // libvirt identifies images only by their content.
      let probe =
        try content == ImageFormat.raw.rawValue ? probeVolume(at: path, isDisk: isDisk) : nil
      isDisc = content == ImageFormat.iso.rawValue || probe?.format == .iso
    }
    let format = known ?? .raw
    let volume = place.volume.recorded(as: format)
    var found = ResolvedImage(
      name: text, content: .existing, pool: place.pool, path: path, format: format,
      // An unknown size is read when something is made from the image.
      capacity: volume.capacity.shown)
    found.isDevice = live.pools[place.pool]?.holdsDevices ?? false
    found.isDisc = isDisc
    return found
  }

  /// Returns the volume at a path, through symbolic links.
  private func volume(at path: String) -> LiveStorage.Place? {
    if let place = live.place(at: path) { return place }
    guard isLocal else { return nil }
    return live.place(at: URL(fileURLWithPath: path).resolvingSymlinksInPath().path)
  }

  /// Returns the format of a file used in place, if the script or a definition states it.
  private func format(
    of path: String, as declared: ImageFormat?, _ present: SourceXML.Disk?
  ) -> ImageFormat? {
    let recorded = present?.path == path ? present?.format.flatMap(ImageFormat.init) : nil
    return declared ?? recorded ?? live.formats[path]
  }

  /// Returns the format of a file without a record: raw, unless a guest may have written the
  /// header that the content has.
  private static func format(
    of path: String, holding content: String
  ) throws(StorageFailure) -> ImageFormat {
    guard !["raw", "iso", "unknown", "none", "auto"].contains(content) else { return .raw }
    throw .unknownFormat(path, content: content)
  }

  // MARK: Local files

  /// Returns the declarations with the paths that are passed to the host, such as a kernel's, made
  /// absolute. They are relative to the script. If guests use the files of this machine, each path
  /// must name a file.
  func resolvePaths(of set: DeclarationSet, _ diagnostics: inout [Diagnostic]) -> DeclarationSet {
    var missing: [Span: StorageFailure] = [:]
    let declarations = set.declarations.map { declaration in
      declaration.replacingValues { property in
        guard case .path = property.schema.type, property.schema.xml != nil,
          case .string(let text) = property.value, !text.isEmpty
        else { return property.value }
        let isRelative = !text.hasPrefix("/")
        let path = ImageSource.absolute(text, folder: sources.folder(of: property.span))
        if seesFiles || isRelative {
          missing[property.span] = Self.obstacle(at: path, isRelative ? text : nil)
        }
        return .string(path)
      }
    }
    diagnostics += missing.sorted { $0.key.start < $1.key.start }.map {
      StorageMessages.diagnostic($0.value, at: $0.key)
    }
    return set.with(declarations)
  }

  /// Returns the reason that a path cannot be a kernel or similar; nil for a file.
  ///
  /// - Parameter written: the path as the script has it, if it is relative.
  private static func obstacle(at path: String, _ written: String?) -> StorageFailure? {
    switch PathKind(path: path) {
    case .file, .blockDevice: nil
    case .nothing:
      written.map(StorageFailure.missingBesideScript)
        ?? .unreadable(path: path, reason: "there is no such file on the host")
    case .other(let what): .notAFile(written ?? path, what)
    }
  }

  /// Resolves a file of this machine.
  ///
  /// - Parameter known: the verified digest of the file; nil computes and compares it.
  func local(
    _ path: String, _ known: FileDigest?, _ image: Declaration, in pool: LiveStorage.Pool
  ) async throws(StorageFailure) -> ResolvedImage {
    let declared = image.body["format"]?.text.flatMap(ImageFormat.init)
    let file: ImageFile
    let digest: FileDigest
    do {
      do {
        file = try await ImageFile.open(path, declared: nil)
      } catch let failure as StorageFailure where declared == .raw && failure.isOfOpaqueContent {
        file = try await ImageFile.open(path, declared: .raw)
      }
      if let known {
        digest = known
      } else {
        digest = try await FileDigest.of(
          path, sha256: image.body["sha256"]?.text, sha512: image.body["sha512"]?.text, cache: cache
        ) { [reading] done, total in
          // Small files are read at once and need no message.
          if done == 1 << 20, total > 1 << 28 { reading(path) }
        }
      }
      guard try FileIdentity(path: path) == file.identity else {
        throw StorageFailure.changedWhileRead
      }
    } catch let failure as StorageFailure {
      throw failure
    } catch {
      throw .unreadable(path: path, reason: error.localizedDescription)
    }
    let format = try file.probe.target(declared: declared)
    let layout = ImageLayout(image.body)
    try DiskSize(image.body["size"])?.require(format, clusterSize: layout.clusterSize)
    if let size = layout.size, let least = file.probe.virtualSize, size < least {
      throw .tooSmall(declared: size, needed: least)
    }
    let key = ImageKey(
      sha256: digest.sha256, format: format.rawValue, size: layout.size,
      options: layout.options(for: format))
    // Chosen here, so that the path is known before the upload.
    let nonce = Storage.nonce()
    let base = try VolumeName(
      stack: stack, owner: image.name, role: .base(key: key.text, nonce: nonce),
      extension: format.rawValue)
    return ResolvedImage(
      name: image.name,
      content: .file(file, sha256: digest.sha256, key: key, nonce: nonce), pool: pool.name,
      path: pool.inventory.completeBase(for: key)?.path ?? pool.path(of: base.fileName),
      format: format, capacity: layout.size ?? file.probe.virtualSize, layout: layout)
  }

  /// Resolves a file or device that is no volume, used in place.
  private func file(
    _ path: String, named name: String, as declared: ImageFormat?, _ present: SourceXML.Disk?,
    isDisk: Bool
  ) throws(StorageFailure) -> ResolvedImage {
    let known = format(of: path, as: declared, present)
    var found = ResolvedImage(
      name: name, content: .existing, pool: "", path: path, format: known ?? .raw, capacity: nil)
    switch isLocal ? PathKind(path: path) : nil {
    case .nothing: throw nowhere(path)
    case .other(let what): throw .unfitSource(path, what)
    // The content of a device belongs to the guest.
    case .blockDevice: found.isDevice = true
    case .file:
      if known == .raw {
        found.capacity = (try? FileIdentity(path: path))?.size
      } else if known != nil, declared == nil {
        found.capacity = (try? ImageFile.probe(path, as: known))?.virtualSize
      } else if let probe = try Self.probe(path, as: declared, isDisk: isDisk) {
        if known == nil { found.format = try Self.format(of: path, holding: probe.format.rawValue) }
        found.isDisc = probe.format == .iso && declared == nil
        found.capacity = probe.virtualSize
      }
    case nil:
      let isKnown = present?.path == path
      guard isKnown || PathKind.isDeviceByName(path) else { throw nowhere(path) }
      found.isDevice = isKnown ? present?.isDevice == true : true
    }
    return found
  }

  /// Probes the header of a volume that libvirt treats as raw; nil if it is not readable from
  /// here.
  private func probeVolume(at path: String, isDisk: Bool) throws(StorageFailure) -> ImageProbe? {
    guard isLocal, PathKind(path: path) == .file else { return nil }
    do throws(StorageFailure) { return try Self.probe(path, as: nil, isDisk: isDisk) } catch {
      guard case .unreadable = error else { throw error }
      return nil
    }
  }

  /// Probes the header of a file; nil for a file of a declared format that only the host can read.
  private static func probe(
    _ path: String, as declared: ImageFormat?, isDisk: Bool
  ) throws(StorageFailure) -> ImageProbe? {
    let probe: ImageProbe
    do throws(StorageFailure) { probe = try ImageFile.probe(path, as: declared) } catch {
      switch (error, declared) {
      case (.unreadable, _?): return nil
      case (.misnamed, nil) where !isDisk: return try ImageFile.probe(path, as: .raw)
      // It looks like an image.
      case (.corruptImage(let format), nil), (.truncatedImage(let format, _, _), nil):
        throw .unknownFormat(path, content: format.rawValue)
      case (.splitImage, nil): throw .unknownFormat(path, content: "split")
      default: throw error
      }
    }
    if let declared, declared != probe.format {
      throw .formatMismatch(declared: declared, found: probe.format)
    }
    return probe
  }

  // MARK: Volumes of the host

  private func existing(
    _ name: String, inPool pool: String, _ image: Declaration
  ) throws(StorageFailure) -> ResolvedImage {
    try existing(volume(name, inPool: pool), image)
  }

  private func existing(
    at path: String, _ image: Declaration
  ) throws(StorageFailure) -> ResolvedImage {
    guard let place = live.place(at: path) else { throw nowhere(path) }
    return try existing(place, image)
  }

  private func existing(
    _ place: LiveStorage.Place, _ image: Declaration
  ) throws(StorageFailure) -> ResolvedImage {
    if image.body["sha256"] != nil || image.body["sha512"] != nil { throw .digestOfVolume }
    let declared = image.body["format"]?.text.flatMap(ImageFormat.init)
    // A raw disk has no header. A header that its guest wrote has no meaning.
    let volume = declared == .raw ? place.volume.recorded(as: .raw) : place.volume
    let place = LiveStorage.Place(pool: place.pool, volume: volume)
    let found = try existing(place, named: image.name)
    if let declared, declared != found.format, !(declared == .iso && found.format == .raw) {
      throw .formatMismatch(declared: declared, found: found.format)
    }
    if declared == nil { try requireKnownFormat(place.volume) }
    if let size = DiskSize(image.body["size"]), let capacity = found.capacity,
      !size.isMet(by: capacity, as: found.format)
    {
      throw size.bytes < capacity
        ? .cannotShrink(declared: size.declared, present: capacity)
        : .volumeKept(place.volume.name, .notOwned)
    }
    return found
  }

  private func existing(
    _ place: LiveStorage.Place, named name: String
  ) throws(StorageFailure) -> ResolvedImage {
    let volume = place.volume
    let format = try volume.read(\.format)
    switch format {
    case "luks"?: throw .encrypted(.raw)
    case let format? where Self.unusedFormats.contains(format):
      throw .foreignImage("a \(format) image")
    default: break
    }
    var found = ResolvedImage(
      name: name, content: .existing, pool: place.pool, path: volume.path,
      format: format.flatMap(ImageFormat.init) ?? .raw,
      capacity: try volume.read(\.capacity))
    found.isDevice = live.pools[place.pool]?.holdsDevices ?? false
    return found
  }

  /// Accepts a volume whose content names another file as an image only if a definition or the
  /// script says so. Otherwise a guest that wrote the header would choose the file.
  private func requireKnownFormat(_ volume: VolumeInventory.Volume) throws(StorageFailure) {
    guard try volume.read(\.backing) != nil, volume.owned == nil, live.formats[volume.path] == nil
    else { return }
    throw .unknownFormat(volume.path, content: try volume.read(\.format) ?? "qcow2")
  }

  /// The formats of volumes, in libvirt's terms, that guests cannot use.
  private static let unusedFormats: Set = ["bochs", "cloop", "cow", "dmg", "ploop", "qcow", "vhd"]

  private func volume(
    _ name: String, inPool pool: String
  ) throws(StorageFailure) -> LiveStorage.Place {
    guard let volume = try live.pool(declared: pool).inventory[name] else {
      throw .missingVolume("\(pool)/\(name)")
    }
    return .init(pool: pool, volume: volume)
  }

  private func nowhere(_ path: String) -> StorageFailure {
    let name = SourcePath.fileName(of: path)
    let volumes = live.pools.values.filter { $0.inventory[name] != nil }.map(\.name).sorted()
    return .nowhere(path: path, volumes: volumes.prefix(3).map { "volume:\($0)/\(name)" })
  }

  // MARK: Empty images

  private func blank(
    _ image: Declaration, in pool: LiveStorage.Pool, after declared: [String: ResolvedImage]
  ) throws(StorageFailure) -> ResolvedImage {
    let format = image.body["format"]?.text.flatMap(ImageFormat.init) ?? .qcow2
    guard format == .raw || format == .qcow2 else { throw .unfitFormat(format) }
    let layout = ImageLayout(image.body)
    let base = try image.body.property("backing").map { property throws(StorageFailure) in
      try backing(property, after: declared)
    }
    guard let capacity = layout.size ?? base?.capacity else { throw .missingSize("image") }
    if let least = base?.capacity, capacity < least {
      throw .tooSmall(declared: capacity, needed: least)
    }
    let volume = try VolumeName(
      stack: stack, owner: image.name, role: .image, extension: format.rawValue)
    return ResolvedImage(
      name: image.name, content: .blank(volume, backing: base.map(\.base)), pool: pool.name,
      path: pool.path(of: volume.fileName), format: format, capacity: capacity, layout: layout)
  }

  private func backing(
    _ property: DeclaredProperty, after declared: [String: ResolvedImage]
  ) throws(StorageFailure) -> ResolvedImage {
    switch property.value {
    case .resource(let reference):
      if let image = declared[reference.name] { return image }
      return try undeclared(reference.name)
    default: return try inPlace(property.value.text ?? "", at: property.span)
    }
  }

  // MARK: Places of errors

  private func located<T>(
    _ image: Declaration, _ property: String, _ work: () throws(StorageFailure) -> T
  ) throws(Diagnostic) -> T {
    do throws(StorageFailure) { return try work() } catch {
      let span = image.span(of: error) ?? image.body.property(property)?.span ?? image.nameSpan
      // The `format` beside a base is that of the overlay.
      throw StorageMessages.diagnostic(error, at: span, takesFormat: image.body["backing"] == nil)
    }
  }
}

extension Declaration {
  /// Returns the property that a failure is about, if it names one.
  func span(of failure: StorageFailure) -> Span? {
    let name: String? =
      switch failure {
      case .digestMismatch(let algorithm, _, _): algorithm
      case .digestOfVolume: body["sha256"] == nil ? "sha512" : "sha256"
      case .formatMismatch, .unfitFormat: "format"
      case .tooSmall, .tooLarge, .cannotShrink: "size"
      case .missingPool, .inactivePool, .unreadablePool: "pool"
      default: nil
      }
    return name.flatMap { body.property($0)?.span }
  }
}

extension Value {
  /// The text of a string or of a secret.
  package var text: String? {
    switch self {
    case .string(let text): text
    case .secret(let secret): secret.revealed
    default: nil
    }
  }
}

extension SourceMap {
  /// Returns the folder of the file of a span; nil if the source is not a file.
  package func folder(of span: Span) -> String? {
    guard sources.indices.contains(Int(span.source.index)) else { return nil }
    let name = self[span.source].name
    guard let slash = name.lastIndex(of: "/") else { return nil }
    return slash == name.startIndex ? "/" : String(name[..<slash])
  }
}
