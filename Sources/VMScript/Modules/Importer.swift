import Foundation
import VMScriptSyntax

/// Why a file could not be imported, in a few words.
public struct ImportFailure: Error, Sendable {
  /// What went wrong, such as "no such file".
  public let reason: String
  /// A failure with its reason.
  public init(_ reason: String) { self.reason = reason }
}

/// Finds the files that `import` names.
public protocol Importer: Sendable {
  /// The source behind `path`, written in the file named `script`; its name must be the same
  /// whatever way leads to it, for a file is evaluated once.
  func load(path: String, from script: String) throws(ImportFailure) -> SourceText
}

/// Imports files relative to the folder of the importing one.
public struct DirectoryImporter: Importer {
  /// An importer for the local file system.
  public init() {}

  /// Reads the file; the name of the source is its normalized path.
  public func load(path: String, from script: String) throws(ImportFailure) -> SourceText {
    let folder = URL(fileURLWithPath: script).deletingLastPathComponent()
    let file = URL(fileURLWithPath: path, relativeTo: folder).standardizedFileURL
    guard let data = FileManager.default.contents(atPath: file.path) else {
      throw ImportFailure("there is no readable file \(file.path)")
    }
    return SourceText(name: file.path, bytes: Array(data))
  }
}
