import Foundation

/// A look at an image through `qemu-img info`, which opens it as a conversion would.
///
/// The header says what this program reads in it; what QEMU would read is for QEMU to say.
package enum ImageInspection {
  private static let limits = ChildProcess.Limits(
    seconds: 60, memory: 1 << 30, fileSize: 1 << 20)

  /// The size that a guest would see.
  ///
  /// - Throws: ``StorageFailure/splitImage(_:)`` or ``StorageFailure/hasBackingFile(_:)`` if QEMU would open
  ///   another file with it, ``StorageFailure/encrypted(_:)``, and
  ///   ``StorageFailure/unfitImage(_:output:)`` where it opens none.
  package static func virtualSize(
    of file: OpenFile, as format: ImageFormat, _ cancellation: BlockingWork.Cancellation
  ) throws -> Int64 {
    let result = try ChildProcess.run(
      "qemu-img", ["info", "--output=json", "-f", format.rawValue, ChildProcess.inheritedFile],
      file: file.descriptor, limits: limits, cancellation: cancellation)
    guard result.status == 0,
      let document = try? JSONSerialization.jsonObject(with: Data(result.output)),
      let info = document as? [String: Any], info["format"] as? String == format.rawValue,
      let size = (info["virtual-size"] as? NSNumber)?.int64Value
    else { throw StorageFailure.unfitImage(format, output: result.errors) }
    try refuseReferences(info)
    return size
  }

  /// Refuses an image of which any part is in another file than the one that was handed over.
  static func refuseReferences(_ info: [String: Any]) throws(StorageFailure) {
    if let backing = info["full-backing-filename"] ?? info["backing-filename"] {
      throw .hasBackingFile(backing as? String)
    }
    if info["encrypted"] as? Bool == true {
      throw .encrypted(ImageFormat(rawValue: info["format"] as? String ?? "") ?? .raw)
    }
    if let other = otherFile(in: info) { throw .splitImage(other) }
  }

  /// A file that the document names beside the one that was handed over.
  private static func otherFile(in value: Any) -> String? {
    switch value {
    case let list as [Any]: list.lazy.compactMap(otherFile).first
    case let members as [String: Any]:
      members.sorted { $0.key < $1.key }.lazy.compactMap { key, member -> String? in
        // Extents, the children of newer versions and data files: `filename`, `data-file`, ….
        guard key.contains("file"), let name = member as? String else {
          return otherFile(in: member)
        }
        return name == ChildProcess.inheritedFile ? nil : name
      }.first
    default: nil
    }
  }
}
