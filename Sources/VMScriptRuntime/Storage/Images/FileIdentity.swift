import Foundation

/// What tells that a file is still the one that was read.
struct FileIdentity: Hashable, Codable, Sendable {
  let path: String
  /// In bytes.
  let size: Int64
  /// Seconds since 1970.
  let modified: Double
  let inode: UInt64

  init(path: String) throws(StorageFailure) {
    let url = URL(fileURLWithPath: path).resolvingSymlinksInPath()
    do {
      let attributes = try FileManager.default.attributesOfItem(atPath: url.path)
      guard attributes[.type] as? FileAttributeType == .typeRegular else {
        throw StorageFailure.unreadable(path: path, reason: "not a regular file")
      }
      self.path = url.path
      size = (attributes[.size] as? NSNumber)?.int64Value ?? 0
      modified = (attributes[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
      inode = (attributes[.systemFileNumber] as? NSNumber)?.uint64Value ?? 0
    } catch let failure as StorageFailure {
      throw failure
    } catch {
      throw .unreadable(path: path, reason: error.localizedDescription)
    }
  }
}
