import VMScript
import VMScriptSyntax

/// One thing that is done to the host for a change.
///
/// The planner decides, a run carries out. A step is idempotent: one that a killed run left half done
/// is brought to its end by the next run's plan.
enum Step: Sendable {
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
struct VolumeReference: Sendable, Hashable {
  let name: String
  let pool: String
  /// The path on the host.
  let path: String

  init(name: String, pool: String, path: String) {
    self.name = name
    self.pool = pool
    self.path = path
  }

  init(_ place: LiveStorage.Place) {
    self.init(name: place.volume.name, pool: place.pool, path: place.volume.path)
  }
}

/// A local file that becomes an image.
struct ImageUpload: Sendable {
  let image: ResolvedImage
  let file: ImageFile
  /// Of the file.
  let sha256: String
  let key: ImageKey
  /// Tells this upload from others of the same content.
  let nonce: String
  /// Whether the file is rewritten on the way.
  let converts: Bool
}

/// Contents of an image that go.
struct ImageRelease: Sendable {
  let image: String
  /// The keys of the contents that stay.
  let keeping: Set<String>
  let pools: [String]
  /// Whether the plan has said already that content stays.
  let isKept: Bool
}

/// A volume that is made.
struct NewVolume: Sendable {
  let xml: VolumeXML
  let pool: String
  let path: String
  let origin: OwnVolume.Origin
  /// In bytes, the size that it grows to; nil leaves it as large as what it is made from.
  let size: Int64?
  /// Where messages about it point.
  let span: Span
}

/// A volume that grows.
struct VolumeGrowth: Sendable {
  let volume: VolumeReference
  /// In bytes.
  let size: Int64
  let format: ImageFormat
  /// The domains that may run on it: one that does is told.
  let users: [String]
  /// Where messages about it point; nil for the place of the change.
  let span: Span?
}

/// The change of a machine that runs.
struct MachineChange: Sendable {
  let steps: [LiveStep]
  /// Volumes that go once the guest has let go of them.
  let volumes: [(device: DeviceName, volume: VolumeReference)]
}

/// A domain's definition as it is wanted.
struct DomainDefinition: Sendable {
  /// The document that it is written onto.
  enum Base: Sendable {
    case nothing
    case present(Document)
    /// The definition of a domain of the host that it is cloned from.
    ///
    /// - Parameter storage: of the clone's own volumes, by target.
    case source(Document, storage: [String: XMLContext.Storage])
  }

  let declaration: Declaration
  let context: XMLContext
  let base: Base
  /// By the key of a drive, the image in it: where that is, only its upload shows.
  let images: [String: String]
  /// Whether the domain is started by the same call that defines it.
  var starts = false

  /// Whether the domain does not exist yet.
  var isNew: Bool { if case .present = base { false } else { true } }

  /// The root of the document.
  ///
  /// - Parameter published: where the images of the run are, by name.
  /// - Throws: a diagnostic for text that XML cannot hold, for an `xml` block that does not fit, and for
  ///   a clone that drops what its source does not have.
  func element(published: [String: String] = [:]) throws(Diagnostic) -> XMLElement {
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
struct NetworkDefinition: Sendable {
  let declaration: Declaration
  let stack: String
  let xml: String
}
