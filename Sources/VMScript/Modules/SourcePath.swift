/// Paths, by their text alone.
package enum SourcePath {
  /// The last part of a path; the path itself where it has none.
  package static func fileName(of path: String) -> String {
    path.split(separator: "/").last.map(String.init) ?? path
  }

  /// `path` as seen from the folder of `script`, in the shortest form.
  static func resolve(_ path: String, from script: String) -> String {
    if path.hasPrefix("/") { return normalized(path) }
    let folder = script.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    return normalized((folder.map(String.init) + [path]).joined(separator: "/"))
  }

  /// `a/c` for `a/./b/../c`.
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
