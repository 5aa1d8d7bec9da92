import VMScript
import VMScriptSyntax

/// A drive of a domain with what it has to stand on.
struct DriveStorage: Sendable {
  /// What is in the drive.
  enum Content: Sendable {
    /// No medium.
    case empty
    /// What exists apart from the domain; never made or removed with it.
    case inPlace(StorageBase)
    /// A volume of the domain's own.
    case own(OwnVolume)
  }

  /// Label, or `disk1`, `cdrom1` and so on by position.
  let key: String
  /// `disk`, `cdrom` or `floppy`.
  let device: String
  /// Target, such as `vda`.
  let target: String
  /// Where messages about it point.
  let span: Span
  let content: Content
  /// Whether a guest writes to it.
  var isWritable = true
  /// The declared `size` with its place.
  var size: (bytes: Int64, span: Span)?

  /// The drive as plans name it, such as `disk data`.
  var name: String { "\(device) \(key)" }

  var own: OwnVolume? {
    if case .own(let volume) = content { volume } else { nil }
  }

  /// What a clone's overlay stands on; nil for an empty drive.
  var base: StorageBase? {
    switch content {
    case .empty: nil
    case .inPlace(let base): base
    case .own(let volume):
      StorageBase(
        path: volume.path, format: volume.format, capacity: volume.capacity, image: nil)
    }
  }
}

/// A volume that a domain owns, as it is wanted.
struct OwnVolume: Sendable {
  /// What it begins with.
  enum Origin: Sendable {
    case new
    case overlay(on: StorageBase)
    case copy(of: StorageBase)
    /// The domain has it already, from wherever.
    case kept
  }

  /// The name within the pool.
  let name: String
  /// Empty for a file that is in no pool.
  let pool: String
  /// The path on the host, whether it is there already or not.
  let path: String
  let format: ImageFormat
  /// In bytes: as declared, else what it begins with has.
  let capacity: Int64?
  let origin: Origin
}

/// What a domain stands on.
struct DomainStorage: Sendable {
  var drives: [DriveStorage] = []
  var seed: DomainSeed?
  /// The drives that a clone has taken over from a domain of the host.
  var clonedDrives: [XMLContext.Drive] = []
}

/// The cloud-init seed of a domain.
struct DomainSeed: Sendable {
  let name: VolumeName
  let pool: String
  let path: String
  let files: [SeedFile]
  /// Where messages about it point.
  let span: Span
}
