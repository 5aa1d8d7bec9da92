import Foundation
import VMScriptSyntax

/// The reason why a file could not be imported, in a few words.
public struct ImportFailure: Error, Sendable {
  /// The reason, such as "no such file".
  public let reason: String
  /// Whether the file is larger than its bounds.
  var exceedsBounds = false
  /// Creates a failure with its reason.
  public init(_ reason: String) { self.reason = reason }

  /// Reads a file; turns an error into the reason of the import's failure.
  static func wrapping(_ read: () throws -> [UInt8]) throws(ImportFailure) -> [UInt8] {
    do { return try read() } catch let failure as FileFailure {
      throw ImportFailure(failure.reason)
    } catch {
      var failure = ImportFailure("it is larger than allowed")
      failure.exceedsBounds = true
      throw failure
    }
  }
}

/// Finds the files of `import` statements.
public protocol Importer: Sendable {
  /// Returns the source of `path`, written in the file named `script`. Its name must not depend on
  /// the way that leads to it, because each file is evaluated once.
  func load(path: String, from script: String) throws(ImportFailure) -> SourceText

  /// Returns the same source within bounds; by default an importer ignores them.
  func load(
    path: String, from script: String, bounds: ReadBounds
  ) throws(ImportFailure) -> SourceText
}

extension Importer {
  /// Ignores the bounds.
  public func load(
    path: String, from script: String, bounds: ReadBounds
  ) throws(ImportFailure) -> SourceText { try load(path: path, from: script) }
}

extension Importer where Self == LocalImporter {
  /// Any file of this machine, relative to the importing one.
  public static var local: LocalImporter { LocalImporter() }
}

extension Importer where Self == FolderImporter {
  /// The files of a folder, and none outside of it; see ``FolderImporter``.
  public static func directory(_ path: String) -> FolderImporter { FolderImporter(path) }
}

extension Importer where Self == DictionaryImporter {
  /// Texts by the paths that scripts import them by; see ``DictionaryImporter``.
  public static func dictionary(_ texts: [String: String]) -> DictionaryImporter {
    DictionaryImporter(texts)
  }
}

/// Imports files relative to the folder of the importing one, from anywhere. It is for trusted
/// scripts, such as those of the command line.
public struct LocalImporter: Importer {
  /// Creates an importer for the local file system.
  public init() {}

  /// Returns the name of the source of `path`, written in the file named `script`.
  public static func name(of path: String, from script: String) -> String {
    SourcePath.resolve(path, from: script)
  }

  /// Reads the file. The name of the source is its shortest path, relative if the importing file's
  /// is.
  ///
  /// - Throws: a failure with its reason if the file does not exist or cannot be read.
  public func load(path: String, from script: String) throws(ImportFailure) -> SourceText {
    try load(path: path, from: script, bounds: ReadBounds())
  }

  /// Reads the file within bounds.
  public func load(
    path: String, from script: String, bounds: ReadBounds
  ) throws(ImportFailure) -> SourceText {
    guard !path.isEmpty else { throw ImportFailure("this is not a path of a file") }
    let name = Self.name(of: path, from: script)
    return SourceText(
      name: name, bytes: try ImportFailure.wrapping { try GuardedFile.read(name, bounds: bounds) })
  }
}

/// Imports texts that the host provides.
///
///     engine.importer = .dictionary(["sizes.vmscript": "let small = 512MiB"])
///
/// A path is relative to the importing text's, as with files: `import "b"` in `lib/a` means
/// `lib/b`.
public struct DictionaryImporter: Importer {
  private let texts: [String: String]

  /// Creates an importer of texts by their paths.
  public init(_ texts: [String: String]) {
    self.texts = Dictionary(texts.map { (SourcePath.normalized($0.key), $0.value) }) { $1 }
  }

  /// Returns the text of this path; for a script that is not one of the texts, paths are taken
  /// literally.
  public func load(path: String, from script: String) throws(ImportFailure) -> SourceText {
    let isOwn = texts[SourcePath.normalized(script)] != nil
    let name = isOwn ? SourcePath.resolve(path, from: script) : SourcePath.normalized(path)
    guard let text = texts[name] else { throw ImportFailure("there is no \(name)") }
    return SourceText(name: name, text: text)
  }
}

/// Imports the files of one folder, for untrusted scripts.
///
///     engine.importer = .directory("conf.d")
///
/// No path leads out of the folder: neither `..`, nor an absolute path, nor a symbolic link, nor a
/// link that is created while the file is opened. Paths are relative to the importing file if that
/// is in the folder, otherwise to the folder.
public struct FolderImporter: Importer {
  private let folder: String

  /// Creates an importer for the folder of this path; a missing folder is reported at the first
  /// import.
  public init(_ path: String) { folder = path }

  /// Reads the file. The name of the source is its shortest path, prefixed with the folder's.
  ///
  /// - Throws: a failure with its reason if the file does not exist, or is not in the folder.
  public func load(path: String, from script: String) throws(ImportFailure) -> SourceText {
    try load(path: path, from: script, bounds: ReadBounds())
  }

  /// Reads the file within bounds.
  public func load(
    path: String, from script: String, bounds: ReadBounds
  ) throws(ImportFailure) -> SourceText {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw ImportFailure("this is not a path of a file")
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
      throw ImportFailure("it is outside of \(folder)")
    }
    let name = prefix + place
    return SourceText(name: name, bytes: try read(place, named: name, bounds))
  }

  /// Opens the path component by component; none of them may be a link.
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
            ? "\(name) is a symbolic link, or has one in its path"
            : reason == EACCES ? "\(name) cannot be read" : "there is no file \(name)")
      }
      descriptor = next
    }
    return try ImportFailure.wrapping {
      try GuardedFile.read(descriptor, named: name, bounds: bounds)
    }
  }
}

/// Operations on the text of paths.
package enum SourcePath {
  /// Returns the last part of a path; the path itself if it has only one.
  package static func fileName(of path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  /// Returns `path` relative to the folder of `script`, in the shortest form.
  static func resolve(_ path: String, from script: String) -> String {
    if path.hasPrefix("/") { return normalized(path) }
    let folder = script.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    return normalized((folder.map(String.init) + [path]).joined(separator: "/"))
  }

  /// Returns `a/c` for `a/./b/../c`.
  static func normalized(_ path: String) -> String {
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part == "..", let last = parts.last, last != ".." {
        parts.removeLast()
      } else if part != ".." || !path.hasPrefix("/") {
        parts.append(part)
      }
    }
    return (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
  }
}

/// Paths of files that complete a typed one.
package enum FileNames {
  /// Returns the files in the folder of a typed path, each as a path like the typed one; folders
  /// end with `/`.
  ///
  /// Hidden files are included only if the last part of the typed path begins with a dot.
  ///
  /// - Parameters:
  ///   - typed: a path, whose last part may be incomplete.
  ///   - script: the script that the path is relative to; nil for the current folder.
  package static func beside(_ typed: String, from script: String? = nil) -> [String] {
    let folder = typed.lastIndex(of: "/").map { String(typed[...$0]) } ?? ""
    let isHiddenTyped = typed.dropFirst(folder.count).first == "."
    var path = folder.isEmpty ? "." : folder
    if let script { path = LocalImporter.name(of: path, from: script) }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.filter { $0.first != "." || isHiddenTyped }.sorted().map { name in
      var isFolder: ObjCBool = false
      _ = FileManager.default.fileExists(atPath: "\(path)/\(name)", isDirectory: &isFolder)
      return folder + name + (isFolder.boolValue ? "/" : "")
    }
  }
}
