import Foundation

/// Where content comes from, as a `source` says.
package enum ImageSource: Hashable {
  /// A file that this machine has, as an absolute path.
  case local(String)
  /// A volume of the host.
  case volume(pool: String, name: String)
  /// A path that is no file of this machine; it may be one of the host's.
  case host(String)
  /// An address on the network.
  case remote(String)

  /// Reads a `source`.
  ///
  /// - Parameter folder: the script's, which relative paths are relative to; nil for a script that is no
  ///   file, whose paths are relative to the working folder.
  package init(_ text: String, folder: String?) {
    if text.hasPrefix("http://") || text.hasPrefix("https://") {
      self = .remote(text)
    } else if let volume = Self.volume(text) {
      self = volume
    } else {
      let path = Self.absolute(
        text.hasPrefix("file:") ? Self.path(ofURL: text) : text, folder: folder)
      self = FileManager.default.fileExists(atPath: path) ? .local(path) : .host(path)
    }
  }

  /// A path with the script's folder, or the user's, before it where it is relative to that.
  static func absolute(_ path: String, folder: String?) -> String {
    if path.hasPrefix("~/") { return NSString(string: path).expandingTildeInPath }
    if path.hasPrefix("/") { return path }
    let working = FileManager.default.currentDirectoryPath
    let base = folder.map { URL(fileURLWithPath: $0) } ?? URL(fileURLWithPath: working)
    return base.appendingPathComponent(path).path
  }

  private static func volume(_ text: String) -> ImageSource? {
    guard text.hasPrefix("volume:") else { return nil }
    let rest = text.dropFirst("volume:".count)
    guard let slash = rest.firstIndex(of: "/") else { return nil }
    return .volume(pool: String(rest[..<slash]), name: String(rest[rest.index(after: slash)...]))
  }

  /// `file:///a%20b` is a URL, `file:a b` just a path.
  private static func path(ofURL text: String) -> String {
    let rest = String(text.dropFirst("file:".count))
    guard rest.hasPrefix("//") else { return rest }
    return URL(string: text)?.path ?? String(rest.dropFirst(2))
  }
}
