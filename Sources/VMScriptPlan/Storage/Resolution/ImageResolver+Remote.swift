import VMScript
import VMScriptSyntax

/// Images by address and by name of the catalogue.
extension ImageResolver {
  /// Resolves an image that a run fetches; its file is then treated like any local file.
  ///
  /// - Parameter isLocal: whether the source is a compressed file of this machine.
  func fetched(
    _ source: String, isLocal: Bool = false, at span: Span, _ image: Declaration,
    in pool: LiveStorage.Pool
  ) async throws(Diagnostic) -> ResolvedImage {
    var resolved = try await content(source, isLocal, at: span, image, in: pool)
    resolved.isRemote = !isLocal
    return resolved
  }

  /// Fetches the images of a script at the same time. The access keeps their results and errors.
  func fetchAll(of set: DeclarationSet) async {
    let requests = set.declarations.compactMap { image -> (RemoteImageRequest, Span)? in
      guard image.kind == .image, let source = image.body.property("source"),
        let text = source.value.text,
        case .remote = ImageSource(text, folder: sources.folder(of: source.span)),
        let pool = try? live.pool(declared: image.body["pool"]?.text),
        publishedKey(of: image, in: pool) == nil
      else { return nil }
      return (request(for: image, text), source.span)
    }
    guard requests.count > 1 else { return }
    let remote = remote
    await withTaskGroup { group in
      for (request, span) in requests {
        group.addTask { _ = try? await remote.image(request, at: span) }
      }
    }
  }

  private func request(for image: Declaration, _ source: String) -> RemoteImageRequest {
    var request = RemoteImageRequest(image: image.name, source: source)
    (request.sha256, request.sha512) = (image.body["sha256"]?.text, image.body["sha512"]?.text)
    request.takesRaw = image.body["format"]?.text == ImageFormat.raw.rawValue
    return request
  }

  private func content(
    _ source: String, _ isLocal: Bool, at span: Span, _ image: Declaration,
    in pool: LiveStorage.Pool
  ) async throws(Diagnostic) -> ResolvedImage {
    if !isLocal, let key = publishedKey(of: image, in: pool) {
      return unfetched(image, in: pool, isChanged: false, key: key, size: nil)
    }
    let request = request(for: image, source)
    let found =
      isLocal
      ? try await remote.unpacked(request, at: span) : try await remote.image(request, at: span)
    switch found {
    case .unknown: return unfetched(image, in: pool, isChanged: false, key: nil, size: nil)
    case .pending(let size, let isChanged):
      var resolved = unfetched(image, in: pool, isChanged: isChanged, key: nil, size: size)
      if !isChanged, copy(of: image, in: pool, key: nil) != nil {
        resolved.warnings = [StorageMessages.fetchedAgain(image.name, at: span)]
      }
      return resolved
    case .file(let path, let digest, let warnings):
      var resolved: ResolvedImage
      do throws(StorageFailure) {
        resolved = try await local(path, digest, image, in: pool)
      } catch { throw StorageMessages.diagnostic(error, at: image.span(of: error) ?? span) }
      resolved.warnings = warnings
      if let key = resolved.key { await remote.record(key, of: request) }
      return resolved
    }
  }

  /// Returns the key of the copy on the host that has the declared SHA-256. Nothing needs to be
  /// fetched for it, wherever its cache is.
  private func publishedKey(of image: Declaration, in pool: LiveStorage.Pool) -> ImageKey? {
    guard let sha256 = image.body["sha256"]?.text else { return nil }
    let declared = image.body["format"]?.text.flatMap(ImageFormat.init)
    let layout = ImageLayout(image.body)
    return (declared.map { [$0] } ?? [.qcow2, .raw, .iso]).lazy
      .map { format in
        ImageKey(
          sha256: sha256, format: format.rawValue, size: layout.size,
          options: layout.options(for: format))
      }
      .first { key in copy(of: image, in: pool, key: key) != nil }
  }

  /// Resolves an image whose content is not on this machine.
  ///
  /// The complete copy on the host stands in for it, unless it is known to have changed. The
  /// format, the size and the layout are those of that copy then.
  ///
  /// - Parameter key: the key of the copy that is known to be the declared one.
  private func unfetched(
    _ image: Declaration, in pool: LiveStorage.Pool, isChanged: Bool, key: ImageKey?, size: Int64?
  ) -> ResolvedImage {
    let declared = image.body["format"]?.text.flatMap(ImageFormat.init)
    let layout = ImageLayout(image.body)
    if !isChanged, let copy = copy(of: image, in: pool, key: key),
      case .base(let text, _)? = copy.owned?.role
    {
      return ResolvedImage(
        name: image.name, content: .unfetched(key: ImageKey(text: text), size: size),
        pool: pool.name, path: copy.path, format: copy.owned?.recordedFormat ?? .qcow2,
        capacity: copy.capacity.shown, layout: layout)
    }
    let format = declared ?? .qcow2
    return ResolvedImage(
      name: image.name, content: .unfetched(key: ImageKey(text: Self.unknownKey), size: size),
      pool: pool.name, path: pool.path(of: "\(stack).\(image.name).\(format.rawValue)"),
      format: format, capacity: layout.size, layout: layout)
  }

  /// Returns the complete copy of an image of the stack on the host.
  private func copy(
    of image: Declaration, in pool: LiveStorage.Pool, key: ImageKey?
  ) -> VolumeInventory.Volume? {
    live.images.first { found in
      guard found.stack == stack, found.name == image.name, found.pool == pool.name,
        case .base(let text, _)? = found.content.owned?.role, key.map({ $0.text == text }) ?? true
      else { return false }
      return !pool.inventory.isChanged(found.content)
    }?.content
  }

  /// The key of content that is not known; no digest has this form.
  private static let unknownKey = "unknown"
}

/// Media that are made from files, such as the answers of an unattended installation.
extension ImageResolver {
  /// The volume label of a medium without a `label`.
  private static let defaultLabel = "files"

  /// Resolves an image that is made from `files`; its content is unknown while a value in them is.
  func medium(
    of files: DeclaredProperty, _ image: Declaration, in pool: LiveStorage.Pool
  ) async throws(Diagnostic) -> ResolvedImage {
    var path: String?
    if case .map(let entries) = files.value, !entries.contains(where: \.value.isUnknown) {
      path = try await remote.medium(
        entries.map { SeedFile(name: $0.key, text: $0.value.text ?? "") },
        label: image.body["label"]?.text ?? Self.defaultLabel, at: files.span)
    }
    guard let path else {
      return unfetched(image, in: pool, isChanged: false, key: nil, size: nil)
    }
    do throws(StorageFailure) { return try await local(path, nil, image, in: pool) } catch {
      throw StorageMessages.diagnostic(error, at: image.span(of: error) ?? files.span)
    }
  }
}
