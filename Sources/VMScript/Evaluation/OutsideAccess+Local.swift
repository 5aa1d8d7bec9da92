import Foundation

extension OutsideAccess {
  /// What a command line grants: files relative to the script that asks, and the environment.
  public static let local: OutsideAccess = {
    var access = OutsideAccess()
    access.boundedRead = { path, script, bounds in
      do {
        return try GuardedFile.read(
          resolve(path, script).path, named: SourcePath.resolve(path, from: script), bounds: bounds)
      } catch let failure as FileFailure { throw Failure(failure.reason) }
    }
    access.boundedGlob = { pattern, script, bounds in try matches(pattern, script, bounds) }
    access.environment = { ProcessInfo.processInfo.environment[$0] }
    return access
  }()

  private static func resolve(_ path: String, _ script: String) -> URL {
    let folder = URL(fileURLWithPath: script).deletingLastPathComponent()
    return URL(fileURLWithPath: path, relativeTo: folder).standardizedFileURL
  }

  /// Paths that match, sorted, as relative or absolute as the pattern is; a name that starts with a
  /// dot is matched only by a pattern that does.
  private static func matches(
    _ pattern: String, _ script: String, _ bounds: ReadBounds
  ) throws -> [String] {
    let parts = pattern.split(separator: "/", omittingEmptySubsequences: true).map(String.init)
    var found = [pattern.hasPrefix("/") ? "/" : ""]
    for part in parts {
      var next: [String] = []
      var size = 0
      for folder in found {
        if bounds.isInterrupted() { throw OutOfBounds() }
        let path = resolve(folder.isEmpty ? "." : folder, script).path
        for name in names(part, in: path) {
          next.append(folder + (folder.isEmpty || folder == "/" ? "" : "/") + name)
          size += next[next.count - 1].utf8.count + MemoryLayout<Value>.stride
          if size > bounds.maximumBytes { throw OutOfBounds() }
        }
      }
      found = next
    }
    return parts.isEmpty ? [] : found.sorted { ExactText.precedes($0, $1) }
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
