import VMScript
import VMScriptSyntax

/// A drive of a domain with its resolved storage.
struct DriveStorage: Sendable {
  /// The medium of a drive.
  enum Content: Sendable {
    /// No medium.
    case empty
    /// Storage that exists apart from the domain and is neither made nor removed with it.
    case inPlace(StorageBase)
    /// A volume that belongs to the domain.
    case own(OwnVolume)
  }

  let place: Drive
  /// The span that diagnostics point at.
  let span: Span
  let content: Content
  /// Whether a guest writes to it.
  var isWritable = true
  /// The declared `size` with its span.
  var size: (value: DiskSize, span: Span)?

  /// Its block.
  var name: DeviceName { place.name }
  /// The target, such as `vda`.
  var target: String { place.target }

  var own: OwnVolume? {
    if case .own(let volume) = content { volume } else { nil }
  }

  /// The paths that it needs on the host: its own file and the backing file.
  var paths: [String] {
    switch content {
    case .empty: []
    case .inPlace(let base): [base.path]
    case .own(let volume):
      if case .overlay(let base) = volume.origin {
        [volume.path, base.path]
      } else {
        [volume.path]
      }
    }
  }

  /// The existing storage in the drive, or below the drive's own volume.
  var medium: StorageBase? {
    switch content {
    case .empty: nil
    case .inPlace(let base): base
    case .own(let volume):
      switch volume.origin {
      case .overlay(let base), .copy(let base): base
      case .new, .kept: nil
      }
    }
  }

  /// Whether it is a volume of the domain that begins with the content of an image.
  var isFromImage: Bool { own != nil && medium != nil }

  /// The backing of a clone's overlay; nil for an empty drive.
  var base: StorageBase? {
    switch content {
    case .empty: nil
    case .inPlace(let base): base
    case .own(let volume):
      StorageBase(
        path: volume.path, format: volume.format, capacity: volume.capacity, image: nil,
        isDevice: volume.isDevice)
    }
  }
}

/// The wanted state of a volume that a domain owns.
package struct OwnVolume: Sendable {
  /// The initial content.
  package enum Origin: Sendable {
    case new
    case overlay(on: StorageBase)
    case copy(of: StorageBase)
    /// The domain has the volume already, whatever its origin.
    case kept
  }

  /// The name within the pool.
  package let name: String
  /// The pool's name; empty for a file that is in no pool.
  package let pool: String
  /// The path on the host, whether the file exists or not.
  package let path: String
  package let format: ImageFormat
  /// The capacity in bytes: as declared, else that of the initial content.
  package let capacity: Int64?
  package let origin: Origin
  /// Whether it is a block device.
  var isDevice = false
  /// Whether ``capacity`` is declared.
  var hasSize = false
  /// The domain that it is moved from; nil if it already belongs to this domain.
  var movedFrom: String?
}

/// The storage of a domain.
package struct DomainStorage: Sendable {
  var drives: [DriveStorage] = []
  package var seed: DomainSeed?
  /// The Ignition configuration.
  package var ignition: DomainSeed?
  /// The edits of a new disk before its first boot.
  package var customization: Customization?
  /// The drives that a clone inherits from a domain of the host.
  var clonedDrives: [Drive] = []

  /// The first disk of the domain's own that has a content; nil if there is none.
  var systemDisk: DriveStorage? {
    drives.first { drive in
      switch drive.own?.origin {
      case .overlay, .copy, .kept: drive.place.device == "disk"
      case .new, nil: false
      }
    }
  }
}
