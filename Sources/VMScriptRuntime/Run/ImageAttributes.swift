import Libvirt
import VMScript
import VMScriptPlan

/// Live attributes of images as values of the language.
struct ImageAttributes: Sendable {
  let pool: ConnectionPool
  let storage: StoragePlan
  let resolver: ImageResolver

  /// The attribute's value; unknown for what is not on the host yet.
  ///
  /// - Throws: ``StorageFailure`` for a name that is neither declared nor a volume.
  func value(
    of attribute: LiveAttribute.ImageAttribute, image: String
  ) async throws -> Value {
    let unknown = Value.unknown(UnknownOrigin(resource: image, attribute: attribute.rawValue))
    let isDeclared = storage.set.declarations.contains { $0.kind == .image && $0.name == image }
    let found = try isDeclared ? storage.images[image] : resolver.undeclared(image)
    guard let found else { return unknown }
    switch attribute {
    // A digest says what the content is, wherever it is.
    case .digest:
      if case .file(_, let sha256, _, _) = found.content { return .string(sha256) }
      return .none
    case .capacity:
      if let capacity = found.capacity { return .size(ByteSize(bytes: capacity)) }
    case .path, .allocation: break
    }
    let path = found.path
    guard let info = try await pool.run({ try $0.volume(path: path)?.info() }) else {
      return unknown
    }
    return switch attribute {
    case .path: .string(path)
    case .capacity: .size(ByteSize(bytes: Int64(clamping: info.capacity)))
    case .allocation: .size(ByteSize(bytes: Int64(clamping: info.allocation)))
    case .digest: .none
    }
  }
}
