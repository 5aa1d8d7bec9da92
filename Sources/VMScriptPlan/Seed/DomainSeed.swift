import Crypto
import VMScript
import VMScriptSyntax

/// The first configuration of a guest: its cloud-init seed, or its Ignition configuration.
package struct DomainSeed: Sendable {
  /// The present seed that this one replaces.
  package enum Earlier: Sendable {
    /// A seed: its instance id, and the keys that differ from the declaration.
    case read(instance: String?, [SeedChange])
    case unreadable
    /// A seed whose file is missing.
    case missing
  }

  /// The same seed without the network configuration that is made from the interfaces.
  struct Networkless: Sendable {
    let name: VolumeName
    let path: String
    let files: [SeedFile]
  }

  /// The form in which the guest reads a seed.
  package enum Format: Sendable {
    /// An image with the files of cloud-init's data source NoCloud.
    case noCloud
    /// A file with the configuration of Ignition.
    case ignition
  }

  package private(set) var name: VolumeName
  package var format = Format.noCloud
  package let pool: String
  package private(set) var path: String
  package private(set) var files: [SeedFile]
  /// The span that diagnostics point at.
  package let span: Span
  /// The replaced seed; nil for the machine's first seed, and for an unchanged one.
  package private(set) var earlier: Earlier?
  /// The seed of a machine whose present one leaves the network to the guest; nil if the script
  /// declares the network configuration.
  var networkless: Networkless?

  /// Creates a seed as declared.
  package init(name: VolumeName, pool: String, path: String, files: [SeedFile], span: Span) {
    self.name = name
    self.pool = pool
    self.path = path
    self.files = files
    self.span = span
  }

  /// Returns the seed for a machine with a present one.
  ///
  /// A machine whose seed has no network configuration gets none while it stays the same instance:
  /// its guest would not apply it.
  func asEarlier(_ present: SeedContent) -> DomainSeed {
    guard let networkless, !present.hasNetwork, let content = SeedContent(networkless.files),
      present.changes(to: content).allSatisfy(\.isAppliedAtEveryBoot)
    else { return self }
    var seed = self
    (seed.name, seed.path, seed.files) = (networkless.name, networkless.path, networkless.files)
    return seed
  }

  /// Returns the seed that replaces another one.
  ///
  /// cloud-init repeats everything of a first boot for an unknown instance id. If all changes
  /// apply at every boot, the id stays. Otherwise it is one that the machine never had, so that a
  /// return to an earlier declaration is a change too.
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
