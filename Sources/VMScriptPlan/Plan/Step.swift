import VMScript
import VMScriptSyntax

/// One thing that is done to the host for a change.
///
/// The planner decides, a run carries out. A step is idempotent: one that a killed run left half done
/// is brought to its end by the next run's plan.
package enum Step: Sendable {
  // MARK: Images and volumes

  /// The content of a file becomes an image of the stack.
  case publish(ImageUpload)
  /// Contents of an image that nothing needs any more go; those that others use stay.
  case release(ImageRelease)
  /// Uploads of an image that were changed after they were complete go.
  case releaseChanged(image: String, pool: String)
  /// A volume is made: empty, as an overlay or as a copy.
  case make(NewVolume)
  /// A volume grows.
  case grow(VolumeGrowth)
  /// A volume goes, unless somebody uses it by now.
  case remove(VolumeReference)
  /// A volume goes whose users are about to lose it.
  case delete(VolumeReference)
  /// The cloud-init seed of the domain is written.
  case write(DomainSeed)

  // MARK: Domains

  /// The domain takes back the name that the stack made it under.
  case rename(from: String, uuid: String, shutsDown: Bool)
  /// The saved state of the guest goes.
  case dropSavedState
  /// The guest comes back as it was saved.
  case bringBack
  /// The guest goes off at once, for a disk cannot be taken from under it.
  case turnOff
  /// The machine changes while it runs.
  case change(MachineChange)
  /// The definition is written: the record of what is done.
  case define(DomainDefinition)
  case start
  /// The guest is asked to shut down, and waited for.
  case shutDown
  /// The domain goes, with these volumes.
  case deleteDomain([VolumeReference])

  // MARK: Networks

  /// Entries of the running network come and go.
  case changeEntries([NetworkEntryChange])
  case defineNetwork(NetworkDefinition)
  case stopNetwork
  /// The network starts if it does not run.
  case startNetwork(NetworkDefinition, autostart: Bool?)
  /// Guests that have lost their port in a restart get one.
  case plugGuests(hasNewSubnet: Bool)
  case deleteNetwork(uuid: String)
}

/// A volume of a pool.
package struct VolumeReference: Sendable, Hashable {
  package let name: String
  package let pool: String
  /// The path on the host.
  package let path: String

  package init(name: String, pool: String, path: String) {
    self.name = name
    self.pool = pool
    self.path = path
  }

  package init(_ place: LiveStorage.Place) {
    self.init(name: place.volume.name, pool: place.pool, path: place.volume.path)
  }
}

/// A local file that becomes an image.
package struct ImageUpload: Sendable {
  package let image: ResolvedImage
  package let file: ImageFile
  /// Of the file.
  package let sha256: String
  package let key: ImageKey
  /// Tells this upload from others of the same content.
  package let nonce: String
  /// Whether the file is rewritten on the way.
  package let converts: Bool
}

/// Contents of an image that go.
package struct ImageRelease: Sendable {
  package let image: String
  /// The keys of the contents that stay.
  package let keeping: Set<String>
  package let pools: [String]
  /// Whether the plan has said already that content stays.
  package let isKept: Bool
}

/// A volume that is made.
package struct NewVolume: Sendable {
  package let xml: VolumeXML
  package let pool: String
  package let path: String
  package let origin: OwnVolume.Origin
  /// In bytes, the size that it grows to; nil leaves it as large as what it is made from.
  package let size: Int64?
  /// Where messages about it point.
  package let span: Span
}

/// A volume that grows.
package struct VolumeGrowth: Sendable {
  package let volume: VolumeReference
  /// In bytes.
  package let size: Int64
  package let format: ImageFormat
  /// The domains that may run on it: one that does is told.
  package let users: [String]
  /// Where messages about it point; nil for the place of the change.
  package let span: Span?
}

/// The change of a machine that runs.
package struct MachineChange: Sendable {
  package let steps: [LiveStep]
  /// Volumes that go once the guest has let go of them.
  package let volumes: [(device: DeviceName, volume: VolumeReference)]
}

/// A domain's definition as it is wanted.
package struct DomainDefinition: Sendable {
  /// The document that it is written onto.
  package enum Base: Sendable {
    case nothing
    case present(Document)
    /// The definition of a domain of the host that it is cloned from.
    ///
    /// - Parameter storage: of the clone's own volumes, by target.
    case source(Document, storage: [String: XMLContext.Storage])
  }

  package let declaration: Declaration
  package let context: XMLContext
  package let base: Base
  /// By the key of a drive, the image in it: where that is, only its upload shows.
  package let images: [String: String]
  /// Whether the domain is started by the same call that defines it.
  package var starts = false

  /// Whether the domain does not exist yet.
  var isNew: Bool { if case .present = base { false } else { true } }

  /// The root of the document.
  ///
  /// - Parameter published: where the images of the run are, by name.
  /// - Throws: a diagnostic for text that XML cannot hold, for an `xml` block that does not fit, and for
  ///   a clone that drops what its source does not have.
  package func element(published: [String: String] = [:]) throws(Diagnostic) -> XMLElement {
    var context = context
    for (key, image) in images {
      if let path = published[image] { context.disks[key]?.path = path }
    }
    let root: XMLElement
    var isNew = false
    switch base {
    case .nothing:
      root = declaration.root(onto: nil)
      isNew = true
    case .present(let document): root = document.element()
    case .source(let document, let storage):
      let (stack, name) = (context.stack, declaration.name)
      root = try HostCloneXML.base(document, for: declaration, storage: storage) { position in
        Identity.mac(stack: stack, domain: name, nic: DeclaredBlock.key("nic", at: position))
      }
    }
    try DomainXML.write(declaration, context: context, to: root, isNew: isNew)
    return root
  }
}

/// A network's definition as it is wanted.
package struct NetworkDefinition: Sendable {
  package let declaration: Declaration
  package let stack: String
  package let xml: String
}
