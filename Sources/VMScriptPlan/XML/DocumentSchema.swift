import Foundation
import VMScript

/// The validation of documents by libvirt's own RNG schemas, where these and `xmllint` are
/// installed.
package enum DocumentSchema {
  /// The program that validates.
  package static let program = "xmllint"
  /// The folder of libvirt's schemas.
  private static let folder = "/usr/share/libvirt/schemas"
  private static let limits = ChildProcess.Limits(
    seconds: 60, memory: 2 << 30, fileSize: 16 << 20)

  /// Returns whether documents of a root can be validated on this machine.
  package static func isInstalled(for root: String) -> Bool {
    FileManager.default.fileExists(atPath: path(root)) && ChildProcess.isInstalled(program)
  }

  private static func path(_ root: String) -> String { "\(folder)/\(root).rng" }

  /// Returns the violations in documents of one root, in the words of libxml2, an empty list for a
  /// valid document. Blocks.
  ///
  /// - Throws: if the program cannot run.
  static func violations(
    in documents: [XMLElement], root: String, cancellation: BlockingWork.Cancellation
  ) throws -> [[String]] {
    let folder = try PrivateFolder()
    let paths = try documents.enumerated().map { position, document in
      let path = folder.file("\(position).xml")
      try Data(document.xmlString.utf8).write(to: URL(fileURLWithPath: path))
      return path
    }
    // All paths are absolute, so none is read as an option.
    let result = try ChildProcess.run(
      program, ["--noout", "--nonet", "--relaxng", path(root)] + paths, limits: limits,
      cancellation: cancellation)
    let lines = result.errors.split(separator: "\n")
    return paths.map { path in
      lines.filter { $0.hasPrefix(path + ":") }.compactMap { violation(String($0)) }
    }
  }

  /// Returns the message of a line such as `PATH:7: element disk: Relax-NG validity error : TEXT`.
  private static func violation(_ line: String) -> String? {
    line.range(of: "validity error : ").map { String(line[$0.upperBound...]) }
  }
}
