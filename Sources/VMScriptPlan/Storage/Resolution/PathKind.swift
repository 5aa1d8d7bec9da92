import Foundation

/// What is at a path of this machine, symbolic links followed.
enum PathKind: Hashable {
  case nothing
  case file
  case blockDevice
  /// Nothing that a disk can be; the text says what, such as `a folder`.
  case other(String)

  /// Looks at a path without opening what is there.
  init(path: String) {
    let resolved = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: resolved) else {
      self = .nothing
      return
    }
    self =
      switch attributes[.type] as? FileAttributeType {
      case .typeRegular?: .file
      case .typeBlockSpecial?: .blockDevice
      case .typeDirectory?: .other("a folder")
      case .typeCharacterSpecial?: .other("a character device")
      case .typeSocket?: .other("a socket")
      case .typeSymbolicLink?: .other("a symbolic link to nothing")
      default: .other("a pipe")
      }
  }

  /// Whether a path of a host that cannot be looked at is that of a block device: what is below `/dev`,
  /// but for the file systems that are mounted there.
  static func isDeviceByName(_ path: String) -> Bool {
    let parts = path.split(separator: "/")
    return path.hasPrefix("/") && parts.count > 1 && parts[0] == "dev"
      && !["shm", "hugepages", "mqueue", "pts"].contains(parts[1]) && !parts.contains("..")
  }
}
