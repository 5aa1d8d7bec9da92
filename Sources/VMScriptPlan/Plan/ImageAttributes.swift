import VMScript

/// Live attributes of images as values of the language.
package struct ImageAttributes: Sendable {
  let host: any Backend
  let storage: StoragePlan
  let resolver: ImageResolver

  package init(host: any Backend, storage: StoragePlan, resolver: ImageResolver) {
    self.host = host
    self.storage = storage
    self.resolver = resolver
  }

  /// Returns the attribute's value; unknown for an image that is not on the host yet.
  ///
  /// - Throws: ``StorageFailure`` for a name that is neither declared nor a volume.
  package func value(
    of attribute: LiveAttribute.ImageAttribute, image: String
  ) async throws -> Value {
    let unknown = Value.unknown(UnknownOrigin(resource: image, attribute: attribute.rawValue))
    let isDeclared = storage.set.declarations.contains { $0.kind == .image && $0.name == image }
    let found = try isDeclared ? storage.images[image] : resolver.undeclared(image)
    guard let found else { return unknown }
    switch attribute {
    // A digest identifies the content, wherever it is.
    case .digest:
      switch found.content {
      case .file(_, let sha256, _, _): return .string(sha256)
      case .unfetched: return unknown
      case .blank, .existing: return .none
      }
    case .capacity:
      if let capacity = found.capacity { return .size(ByteSize(bytes: capacity)) }
    case .path, .allocation: break
    }
    let path = found.path
    guard let size = try await host.volumeSize(at: path) else { return unknown }
    return switch attribute {
    case .path: .string(path)
    case .capacity: .size(ByteSize(bytes: size.capacity))
    case .allocation: .size(ByteSize(bytes: size.allocation))
    case .digest: .none
    }
  }
}
