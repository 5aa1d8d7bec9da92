import Crypto
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
  package let key: String
  /// `disk`, `cdrom` or `floppy`.
  package let device: String
  /// Target, such as `vda`.
  package let target: String
  /// Where messages about it point.
  package let span: Span
  package let content: Content
  /// Whether a guest writes to it.
  var isWritable = true
  /// The declared `size` with its place.
  package var size: (value: DiskSize, span: Span)?

  /// The drive as plans name it, such as `disk data`.
  package var name: String { deviceName.path }

  /// Its block.
  var deviceName: DeviceName { DeviceName(block: device, key: key) }

  package var own: OwnVolume? {
    if case .own(let volume) = content { volume } else { nil }
  }

  /// What it needs on the host: its own file, and what that is an overlay on.
  package var paths: [String] {
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

  /// What exists already and is in the drive, or is below the drive's own volume.
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

  /// What a clone's overlay stands on; nil for an empty drive.
  package var base: StorageBase? {
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

/// A volume that a domain owns, as it is wanted.
package struct OwnVolume: Sendable {
  /// What it begins with.
  package enum Origin: Sendable {
    case new
    case overlay(on: StorageBase)
    case copy(of: StorageBase)
    /// The domain has it already, from wherever.
    case kept
  }

  /// The name within the pool.
  package let name: String
  /// Empty for a file that is in no pool.
  package let pool: String
  /// The path on the host, whether it is there already or not.
  package let path: String
  package let format: ImageFormat
  /// In bytes: as declared, else what it begins with has.
  package let capacity: Int64?
  package let origin: Origin
  /// Whether it is a block device.
  var isDevice = false
  /// Whether ``capacity`` is declared.
  var hasSize = false
  /// The domain that it is taken from; nil for one that is this domain's already.
  var movedFrom: String?
}

/// What a domain stands on.
package struct DomainStorage: Sendable {
  var drives: [DriveStorage] = []
  package var seed: DomainSeed?
  /// The drives that a clone has taken over from a domain of the host.
  var clonedDrives: [XMLContext.Drive] = []
}

/// The cloud-init seed of a domain.
package struct DomainSeed: Sendable {
  /// What the machine has instead so far.
  package enum Earlier: Sendable {
    /// A seed: the instance that it makes the machine, and the keys that are not as declared.
    case read(instance: String?, [SeedChange])
    case unreadable
    /// A seed whose file is gone.
    case missing
  }

  package let name: VolumeName
  package let pool: String
  package let path: String
  package private(set) var files: [SeedFile]
  /// Where messages about it point.
  package let span: Span
  /// nil for the machine's first seed, and for one that it has already.
  package private(set) var earlier: Earlier?

  /// A seed as it is declared.
  package init(name: VolumeName, pool: String, path: String, files: [SeedFile], span: Span) {
    self.name = name
    self.pool = pool
    self.path = path
    self.files = files
    self.span = span
  }

  /// The seed that takes the place of another one.
  ///
  /// cloud-init does everything again, as at a first boot, for an instance id that it does not know.
  /// Where all that changed is applied at every boot, the id stays. Else it is one that the machine
  /// never had: going back to an earlier declaration is a change like any other.
  package func following(_ earlier: Earlier) -> DomainSeed {
    var seed = self
    seed.earlier = earlier
    guard case .read(let instance?, let changes) = earlier else { return seed }
    if changes.allSatisfy(\.isAppliedAtEveryBoot) {
      seed.files = CloudConfig.files(files, ofInstance: instance)
    } else if let fresh = SeedContent(files)?.instance {
      let digest = SHA256.hash(data: Array("\(instance)\0\(fresh)".utf8)).prefix(4)
      seed.files = CloudConfig.files(
        files, ofInstance: "\(fresh.dropLast(8))\(Hexadecimal.text(digest))")
    }
    return seed
  }
}
