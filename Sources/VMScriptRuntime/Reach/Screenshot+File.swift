import Foundation
import Libvirt

extension Domain.Screenshot {
  /// The file name for a picture of a domain, with the extension of its format.
  public func fileName(for domain: String) -> String {
    let ending =
      switch mediaType {
      case "image/png": "png"
      case "image/x-portable-pixmap": "ppm"
      default: mediaType.split(separator: "/").last.map(String.init) ?? "img"
      }
    return "\(domain).\(ending)"
  }

  /// Writes the picture to a new file that only its owner can read.
  ///
  /// - Throws: the error of the file system, also if the file exists.
  public func write(to path: String) throws {
    let file = URL(fileURLWithPath: path)
    try Data().write(to: file, options: .withoutOverwriting)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file.path)
    let handle = try FileHandle(forWritingTo: file)
    try handle.write(contentsOf: bytes)
    try handle.close()
  }
}
