import VMScript
import VMScriptSyntax

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
