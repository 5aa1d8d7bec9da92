import Foundation

/// Paths of files to complete a typed one with.
package enum FileNames {
  /// The files in the folder of a typed path, each as a path like the typed one; folders end with `/`.
  ///
  /// Hidden files count only where the last part of the typed path begins with a dot.
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
