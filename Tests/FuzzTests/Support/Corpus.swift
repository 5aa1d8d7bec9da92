import Foundation

/// XML of real machines, which is kept beside the repository and not in it.
enum Corpus {
  private static let folder = URL(fileURLWithPath: #filePath)
    .appendingPathComponent("../../../../../shared/corpus").standardizedFileURL

  static var isPresent: Bool { FileManager.default.fileExists(atPath: folder.path) }

  /// Returns the documents, or those of one folder, such as `domains`.
  static func documents(_ part: String = "") throws -> [[UInt8]] {
    let folder = folder.appendingPathComponent(part).path
    return try FileManager.default.subpathsOfDirectory(atPath: folder).sorted()
      .filter { $0.hasSuffix(".xml") }
      .compactMap { FileManager.default.contents(atPath: folder + "/" + $0).map(Array.init) }
  }
}
