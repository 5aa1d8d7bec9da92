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

  /// Reads the file; the name of the source is its path in the shortest form, relative where the
  /// importing file's is.
  ///
  /// - Throws: a failure with its reason where there is no such file or it cannot be read.
  public func load(path: String, from script: String) throws(ImportFailure) -> SourceText {
    let name = SourcePath.resolve(path, from: script)
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: name, isDirectory: &isFolder) else {
      throw ImportFailure("there is no file \(name)")
    }
    guard !isFolder.boolValue, let data = FileManager.default.contents(atPath: name) else {
      throw ImportFailure("\(name) cannot be read")
    }
    return SourceText(name: name, bytes: Array(data))
  }
}
