import Foundation

/// A folder for one test, removed with its content when the test is over.
public final class ScratchFolder: Sendable {
  /// The folder's absolute path.
  public let path: String
  /// The folder as a URL.
  public var url: URL { URL(filePath: path, directoryHint: .notDirectory) }

  /// Creates an empty folder.
  public init() throws {
    path =
      FileManager.default.temporaryDirectory.resolvingSymlinksInPath().path
      + "/vms-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// The path of a file in the folder.
  public func file(_ name: String) -> String { path + "/" + name }

  /// Writes a file, and creates the folders that lead to it; returns its path.
  @discardableResult
  public func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    let file = URL(fileURLWithPath: file(name))
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
    return file.path
  }

  /// Writes a text as UTF-8; returns the file's path.
  @discardableResult
  public func write(_ name: String, _ text: String) throws -> String {
    try write(name, Array(text.utf8))
  }
}
