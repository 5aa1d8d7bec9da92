import Libvirt
import VMScriptPlan

/// Raw volumes, whose content libvirt may take for an image that a guest wrote to them.
extension VolumeStore {
  /// Whether libvirt reads a volume as an image of some format.
  static func isTakenForImage(_ volume: StorageVolume) throws -> Bool {
    guard !volume.connection.isTestDriver else { return false }
    return try VolumeDescription(xml: volume.xml(), at: "").format.map {
      $0 != "raw" && $0 != "iso"
    } ?? false
  }

  /// Makes a raw file longer; libvirt's resize would change the image that it takes it for.
  static func lengthen(_ volume: StorageVolume, to bytes: Int64) throws {
    guard let length = try VolumeDescription(xml: volume.xml(), at: "").length, length < bytes
    else {
      return
    }
    // What lies before the last sector is a hole, which reads as zeros.
    let sector = min(bytes - length, 512)
    try volume.upload(
      [UInt8](repeating: 0, count: Int(sector)), offset: UInt64(clamping: bytes - sector))
  }

  /// The size that a guest sees of what is at a path, in bytes; nil if no pool holds it.
  ///
  /// - Parameter format: the format that it is used in.
  func capacity(at path: String, as format: ImageFormat) async throws -> Int64? {
    try await connections.run { connection in
      guard let volume = try connection.volume(path: path) else { return nil }
      let found = try VolumeDescription(xml: volume.xml(), at: "")
      return format == .raw ? found.length ?? found.capacity : found.capacity
    }
  }
}
