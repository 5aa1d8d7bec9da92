/// Where the images of a run are, once their content is there.
actor PublishedImages {
  private(set) var paths: [String: String]

  /// - Parameter paths: of the images that are complete already, by name.
  init(_ paths: [String: String]) { self.paths = paths }

  /// Notes that the content of an image is complete.
  func add(_ image: String, at path: String) { paths[image] = path }

  /// The path of what an overlay stands on, or a guest reads.
  ///
  /// - Throws: ``StorageFailure/missingBase(image:)`` if the image is not complete.
  func path(of base: StorageBase) throws(StorageFailure) -> String {
    guard let image = base.image else { return base.path }
    guard let path = paths[image.name] else { throw .missingBase(image: image.name) }
    return path
  }
}
