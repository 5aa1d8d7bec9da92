import VMScriptSyntax

/// Why a file could not be imported, in a few words.
public struct ImportFailure: Error, Sendable {
  /// What went wrong, such as "no such file".
  public let reason: String
  /// Whether the file is larger than its bounds.
  var exceedsBounds = false
  /// A failure with its reason.
  public init(_ reason: String) { self.reason = reason }

  /// Reads a file; what goes wrong is why the import fails.
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

/// Finds the files that `import` names.
public protocol Importer: Sendable {
  /// The source behind `path`, written in the file named `script`; its name must be the same
  /// whatever way leads to it, for a file is evaluated once.
  func load(path: String, from script: String) throws(ImportFailure) -> SourceText

  /// The same, within bounds; an importer that does not say otherwise knows none.
  func load(
    path: String, from script: String, bounds: ReadBounds
  ) throws(ImportFailure) -> SourceText
}

extension Importer {
  /// Leaves the bounds out.
  public func load(
    path: String, from script: String, bounds: ReadBounds
  ) throws(ImportFailure) -> SourceText { try load(path: path, from: script) }
}

extension Importer where Self == LocalImporter {
  /// Any file of this machine, relative to the importing one.
  public static var local: LocalImporter { LocalImporter() }
}

extension Importer where Self == FolderImporter {
  /// The files of a folder, and nothing outside of it; see ``FolderImporter``.
  public static func directory(_ path: String) -> FolderImporter { FolderImporter(path) }
}

extension Importer where Self == DictionaryImporter {
  /// Texts by the paths that scripts import them by; see ``DictionaryImporter``.
  public static func dictionary(_ texts: [String: String]) -> DictionaryImporter {
    DictionaryImporter(texts)
  }
}

/// Imports files relative to the folder of the importing one, wherever they lie: for scripts that
/// are trusted as the command line trusts them.
public struct LocalImporter: Importer {
  /// An importer for the local file system.
  public init() {}

  /// The name of the source behind `path`, written in the file named `script`.
  public static func name(of path: String, from script: String) -> String {
    SourcePath.resolve(path, from: script)
  }

  /// Reads the file; the name of the source is its path in the shortest form, relative where the
  /// importing file's is.
  ///
  /// - Throws: a failure with its reason where there is no such file or it cannot be read.
  public func load(path: String, from script: String) throws(ImportFailure) -> SourceText {
    try load(path: path, from: script, bounds: ReadBounds())
  }

  /// Reads the file within bounds.
  public func load(
    path: String, from script: String, bounds: ReadBounds
  ) throws(ImportFailure) -> SourceText {
    guard !path.isEmpty else { throw ImportFailure("that is no path of a file") }
    let name = Self.name(of: path, from: script)
    return SourceText(
      name: name, bytes: try ImportFailure.wrapping { try GuardedFile.read(name, bounds: bounds) })
  }
}

/// Imports texts that the host has at hand.
///
///     engine.importer = .dictionary(["sizes.vmscript": "let small = 512MiB"])
///
/// A path is relative to the importing text's, as with files: `import "b"` in `lib/a` means `lib/b`.
public struct DictionaryImporter: Importer {
  private let texts: [String: String]

  /// An importer of these texts, by their paths.
  public init(_ texts: [String: String]) {
    self.texts = Dictionary(texts.map { (SourcePath.normalized($0.key), $0.value) }) { $1 }
  }

  /// The text of this path; from a script that is none of the texts, paths are as they stand.
  public func load(path: String, from script: String) throws(ImportFailure) -> SourceText {
    let isOwn = texts[SourcePath.normalized(script)] != nil
    let name = isOwn ? SourcePath.resolve(path, from: script) : SourcePath.normalized(path)
    guard let text = texts[name] else { throw ImportFailure("there is no \(name)") }
    return SourceText(name: name, text: text)
  }
}
