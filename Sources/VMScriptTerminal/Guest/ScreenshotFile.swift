import Foundation
import Libvirt

extension Domain.Screenshot {
  /// The name of a file for the picture of a domain, its ending that of the picture's kind.
  public func fileName(for domain: String) -> String {
    let ending =
      switch mediaType {
      case "image/png": "png"
      case "image/x-portable-pixmap": "ppm"
      default: mediaType.split(separator: "/").last.map(String.init) ?? "img"
      }
    return "\(domain).\(ending)"
  }

  /// Writes the picture to a file that is not there yet, which its owner alone may read.
  ///
  /// - Throws: what the file system refuses.
  public func write(to path: String) throws {
    let file = URL(fileURLWithPath: path)
    try Data().write(to: file, options: .withoutOverwriting)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
    let handle = try FileHandle(forWritingTo: file)
    try handle.write(contentsOf: bytes)
    try handle.close()
  }
}
