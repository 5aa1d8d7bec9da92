import Foundation
import VMScriptSyntax

/// Imports the files of one folder, for scripts that are not trusted.
///
///     engine.importer = .directory("conf.d")
///
/// Nothing leads out of the folder: neither `..` nor an absolute path, nor a symbolic link, nor one
/// that is put there while the file is opened. Paths are relative to the importing file where that
/// lies in the folder, else to the folder.
public struct FolderImporter: Importer {
  private let folder: String

  /// An importer for the folder of this path; that it exists is found when something is imported.
  public init(_ path: String) { folder = path }

  /// Reads the file; the name of the source is its path in the shortest form, behind the folder's.
  ///
  /// - Throws: a failure with its reason where there is no such file, or not in the folder.
  public func load(path: String, from script: String) throws(ImportFailure) -> SourceText {
    try load(path: path, from: script, bounds: ReadBounds())
  }

  /// Reads the file within bounds.
  public func load(
    path: String, from script: String, bounds: ReadBounds
  ) throws(ImportFailure) -> SourceText {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw ImportFailure("that is no path of a file")
    }
    guard !path.hasPrefix("/") else {
      throw ImportFailure("the path must be relative to \(folder)")
    }
    let root = SourcePath.normalized(folder)
    let prefix = root.isEmpty || root.hasSuffix("/") ? root : root + "/"
    let own = SourcePath.normalized(script)
    let isInside = own.hasPrefix(prefix) && own.utf8.count > prefix.utf8.count
    let inner = isInside ? String(own.dropFirst(prefix.count)) : ""
    let place = SourcePath.resolve(path, from: isInside ? inner : "main")
    guard !place.isEmpty, place != "..", !place.hasPrefix("../") else {
      throw ImportFailure("it lies outside of \(folder)")
    }
    let name = prefix + place
    return SourceText(name: name, bytes: try read(place, named: name, bounds))
  }

  /// Goes down component by component, none of which may be a link.
  private func read(
    _ place: String, named name: String, _ bounds: ReadBounds
  ) throws(ImportFailure) -> [UInt8] {
    var descriptor = open(folder.isEmpty ? "." : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw ImportFailure("there is no folder \(folder)") }
    for component in place.split(separator: "/") {
      let next = openat(
        descriptor, String(component), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
      let reason = errno
      close(descriptor)
      guard next >= 0 else {
        throw ImportFailure(
          reason == ELOOP
            ? "\(name) is, or lies behind, a symbolic link"
            : reason == EACCES ? "\(name) cannot be read" : "there is no file \(name)")
      }
      descriptor = next
    }
    return try ImportFailure.wrapping {
      try GuardedFile.read(descriptor, named: name, bounds: bounds)
    }
  }
}
