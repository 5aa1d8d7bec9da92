import Foundation

extension OutsideAccess {
  /// What a command line grants: files relative to the script that asks, and the environment.
  public static let local: OutsideAccess = {
    var access = OutsideAccess()
    access.read = { (path, script) throws(Failure) in
      try content(of: resolve(path, script), named: SourcePath.resolve(path, from: script))
    }
    access.glob = { (pattern, script) throws(Failure) in matches(pattern, script) }
    access.environment = { ProcessInfo.processInfo.environment[$0] }
    return access
  }()

  /// The bytes of a file or a pipe; `name` is what messages call it.
  private static func content(of file: URL, named name: String) throws(Failure) -> [UInt8] {
    guard !file.path.utf8.contains(0) else { throw Failure("that is no path of a file") }
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: file.path, isDirectory: &isFolder) else {
      throw Failure("there is no file \(name)")
    }
    guard !isFolder.boolValue else { throw Failure("\(name) is a folder") }
    do {
      let handle = try FileHandle(forReadingFrom: file)
      defer { try? handle.close() }
      return try content(of: handle)
    } catch let failure as Failure {
      throw Failure("\(name) cannot be read: \(failure.reason)")
    } catch {
      throw Failure("\(name) cannot be read by this user")
    }
  }

  /// Reads piece by piece, for a device may have no end.
  private static func content(of handle: FileHandle) throws -> [UInt8] {
    var bytes: [UInt8] = []
    while let piece = try handle.read(upToCount: 1 << 20), !piece.isEmpty {
      bytes += piece
      if bytes.count > LocalFile.maximumSize { throw Failure("it is too large") }
    }
    return bytes
  }

  private static func resolve(_ path: String, _ script: String) -> URL {
    let folder = URL(fileURLWithPath: script).deletingLastPathComponent()
    return URL(fileURLWithPath: path, relativeTo: folder).standardizedFileURL
  }

  /// Paths that match, sorted, as relative or absolute as the pattern is; a name that starts with a
  /// dot is matched only by a pattern that does.
  private static func matches(_ pattern: String, _ script: String) -> [String] {
    let parts = pattern.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
    var found = [pattern.hasPrefix("/") ? "/" : ""]
    for part in parts {
      found = found.flatMap { folder in
        let path = resolve(folder.isEmpty ? "." : folder, script).path
        return names(part, in: path).map {
          folder + (folder.isEmpty || folder == "/" ? "" : "/") + $0
        }
      }
    }
    return parts.isEmpty ? [] : found.sorted()
  }

  private static func names(_ pattern: String, in folder: String) -> [String] {
    guard pattern.contains(where: { "*?".contains($0) }) else {
      return FileManager.default.fileExists(atPath: folder + "/" + pattern) ? [pattern] : []
    }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter {
      Glob.matches($0, pattern) && (pattern.hasPrefix(".") || !$0.hasPrefix("."))
    }
  }
}
