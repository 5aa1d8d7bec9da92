import VMScript
import VMScriptSyntax

extension StoragePlan {
  /// Returns the names of the declared images that need not be created: their own content or an
  /// earlier one is complete, or the host has them.
  var presentImages: Set<String> {
    Set(images.values.filter(isPresent).map(\.name))
  }

  /// Returns the paths of the images with complete content, by name.
  package var publishedPaths: [String: String] {
    images.filter { _, image in
      image.key.map { live.storage.pools[image.pool]?.inventory.completeBase(for: $0) != nil }
        ?? true
    }.mapValues(\.path)
  }

  private func isPresent(_ image: ResolvedImage) -> Bool {
    switch image.content {
    case .existing: true
    case .blank: live.storage.place(at: image.path) != nil
    case .file, .unfetched: !pins(of: image.name).isEmpty
    }
  }

  /// Returns the keys of the contents that the stack pinned for an image.
  func pinnedKeys(of image: String) -> Set<String> { Set(pins(of: image).map(\.key)) }

  private func pins(of image: String) -> [(key: String, pool: String)] {
    volumes.volumes(ofImage: image).compactMap { place in
      guard case .pin(let key, let nonce, _)? = place.volume.owned?.role,
        live.storage.pools[place.pool]?.inventory.intactBase(key: key, nonce: nonce) != nil
      else { return nil }
      return (key, place.pool)
    }
  }

  /// Returns the keys of the contents that back disks of the stack.
  ///
  /// - Throws: ``StorageFailure/unreadableVolume(_:reason:)`` if the backing of a disk is unknown.
  func keysInUse() throws(StorageFailure) -> Set<String> {
    var keys: Set<String> = []
    for place in volumes.all where !place.volume.standsAlone {
      guard let backing = try place.volume.read(\.backing),
        case .base(let key, _)? = live.storage.place(at: backing)?.volume.owned?.role
      else { continue }
      keys.insert(key)
    }
    return keys
  }

  /// Returns the properties in which a present image differs from the declaration.
  package func differences(image declaration: Declaration) throws(Diagnostic)
    -> [PropertyDifference]
  {
    guard let image = images[declaration.name] else { return [] }
    switch image.content {
    case .existing: return []
    case .file(_, _, let key, _), .unfetched(let key, _):
      let pins = pins(of: image.name)
      guard !pins.contains(where: { $0.key == key.text && $0.pool == image.pool }) else {
        return []
      }
      if let other = pins.first(where: { $0.key == key.text }) {
        return [
          PropertyDifference(
            name: "pool", from: .string(other.pool), to: .string(image.pool), impact: .none)
        ]
      }
      // New disks are backed by the new content, present ones keep theirs.
      return [
        PropertyDifference(
          name: "source", from: .string("earlier content"), to: .string("new content"),
          impact: .none, consequence: Self.consequence(of: image))
      ]
    case .blank(_, let backing):
      try refuseOtherLayout(of: declaration, image, backing)
      guard let property = declaration.body.property("size"), let size = DiskSize(property.value)
      else { return [] }
      let (wanted, span) = (size.bytes, property.span)
      let present: Int64?
      do throws(StorageFailure) {
        present = try live.storage.place(at: image.path)?.volume.read(\.capacity)
      } catch { throw StorageMessages.diagnostic(error, at: span) }
      guard let capacity = present, !size.isMet(by: capacity, as: image.format) else { return [] }
      guard wanted > capacity else {
        throw StorageMessages.diagnostic(
          .cannotShrink(declared: size.declared, present: capacity), at: span)
      }
      try refuseIfOverlaid(image.path, span, to: "grown")
      return [
        PropertyDifference(
          name: "size", from: .size(ByteSize(bytes: capacity)),
          to: .size(ByteSize(bytes: wanted)), impact: .live)
      ]
    }
  }

  /// The effect of other content: only disks that are made from now on have it.
  private static func consequence(of image: ResolvedImage) -> String {
    guard image.isRemote else { return "the file has changed" }
    return "the image has changed; present disks keep the earlier content"
  }

  /// Compares the properties of the stack's image that are fixed at its creation.
  private func refuseOtherLayout(
    of declaration: Declaration, _ image: ResolvedImage, _ backing: StorageBase?
  ) throws(Diagnostic) {
    guard let volume = live.storage.place(at: image.path)?.volume else { return }
    let layout = image.layout
    func refuse(_ name: String, from present: String, if isOther: Bool) throws(Diagnostic) {
      guard isOther, let property = declaration.body.property(name) else { return }
      throw StorageMessages.fixedLayout(of: declaration, property, present: present)
    }
    if let backing {
      let present: String?
      do throws(StorageFailure) { present = try volume.read(\.backing) } catch {
        throw StorageMessages.diagnostic(error, at: declaration.nameSpan)
      }
      let isSame = present.map { live.storage.isSame($0, backing.path) } ?? false
      let isEarlier = backing.image != nil && present.map(isContent(ofImage: backing.image)) == true
      try refuse("backing", from: present ?? "none", if: !isSame && !isEarlier)
    }
    if let wanted = layout.clusterSize, let present = volume.clusterSize {
      try refuse(
        "cluster_size", from: ByteSize(bytes: present).description, if: wanted != present)
    }
    if let present = volume.lazyRefcounts {
      try refuse(
        "lazy_refcounts", from: String(present), if: layout.lazyRefcounts != present)
    }
  }

  /// Whether a path is that of any content of an image of the stack.
  private func isContent(ofImage image: (name: String, key: ImageKey)?) -> (String) -> Bool {
    { path in
      guard let owned = live.storage.place(at: path)?.volume.owned, case .base = owned.role else {
        return false
      }
      return image.map { owned.isOwned(by: $0.name) } ?? false
    }
  }
}
