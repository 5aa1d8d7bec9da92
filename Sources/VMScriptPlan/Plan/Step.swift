import VMScript
import VMScriptSyntax

/// One operation on the host for a change.
///
/// The planner decides the steps, and a run performs them. A step is idempotent: the next run's
/// plan completes one that a killed run left unfinished.
package enum Step: Sendable {
  // MARK: Images and volumes

  /// Uploads a file as an image of the stack.
  case publish(ImageUpload)
  /// Removes the contents of an image that nothing needs any more, and keeps those in use.
  case release(ImageRelease)
  /// Removes the uploads of an image that changed after they were complete.
  case releaseChanged(image: String, pool: String)
  /// Creates a volume: empty, as an overlay or as a copy.
  case make(NewVolume)
  /// Grows a volume.
  case grow(VolumeGrowth)
  /// Removes a volume, unless it is in use by now.
  case remove(VolumeReference)
  /// Removes a volume whose users are about to release it.
  case delete(VolumeReference)
  /// Writes the cloud-init seed of the domain.
  case write(DomainSeed)
  /// Edits a new disk of the domain before its first boot.
  case customize(DiskCustomization)

  // MARK: Domains

  /// Restores the name that the stack made the domain under.
  case rename(from: String, uuid: String, shutsDown: Bool)
  /// Removes the saved state of the guest.
  case dropSavedState
  /// Restores the guest from its saved state.
  case bringBack
  /// Destroys the guest at once, because a disk cannot be replaced while it runs.
  case turnOff
  /// Changes the running machine.
  case change(MachineChange)
  /// Writes the definition, the record of the completed steps.
  case define(DomainDefinition)
  case start
  /// Asks the guest to shut down, and waits for it.
  case shutDown
  /// Deletes the domain with these volumes.
  case deleteDomain([VolumeReference])

  // MARK: Networks

  /// Adds and removes entries of the running network.
  case changeEntries([NetworkEntryChange])
  case defineNetwork(NetworkDefinition)
  case stopNetwork
  /// Starts the network if it does not run.
  case startNetwork(NetworkDefinition, autostart: Bool?)
  /// Plugs in guests that lost their port in a restart.
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
  /// The digest of the file.
  package let sha256: String
  package let key: ImageKey
  /// Distinguishes this upload from others of the same content.
  package let nonce: String
  /// Whether the file is converted.
  package let converts: Bool
}

/// The removal of contents of an image.
package struct ImageRelease: Sendable {
  package let image: String
  /// The keys of the contents to keep.
  package let keeping: Set<String>
  package let pools: [String]
  /// Whether the plan already reported that content stays.
  package let isKept: Bool
}

/// The creation of a volume.
package struct NewVolume: Sendable {
  package let xml: VolumeXML
  package let pool: String
  package let path: String
  package let origin: OwnVolume.Origin
  /// The final size in bytes; nil keeps the size of the initial content.
  package let size: Int64?
  /// The span that diagnostics point at.
  package let span: Span
}

/// The edits of a new disk.
package struct DiskCustomization: Sendable {
  package let edits: Customization
  package let disk: VolumeReference
  package let format: ImageFormat
  /// The record that the disk is not complete, which precedes the disk and is removed after the
  /// edits.
  package let record: VolumeReference
  /// Whether the edits run on an emulated processor.
  package let isEmulated: Bool
}

/// The growth of a volume.
package struct VolumeGrowth: Sendable {
  package let volume: VolumeReference
  /// The size in bytes.
  package let size: Int64
  package let format: ImageFormat
  /// The domains that may run on it. A running one is notified.
  package let users: [String]
  /// The span that diagnostics point at; nil for the span of the change.
  package let span: Span?
}

/// The change of a running machine.
package struct MachineChange: Sendable {
  package let steps: [LiveStep]
  /// Volumes to remove after the guest has released them.
  package let volumes: [(device: DeviceName, volume: VolumeReference)]
}

/// The wanted definition of a domain.
package struct DomainDefinition: Sendable {
  /// The document that it modifies.
  package enum Base: Sendable {
    case nothing
    case present(Document)
    /// The definition of a domain of the host that is the source of a clone.
    ///
    /// - Parameter storage: the storage of the clone's own volumes, by target.
    case source(Document, storage: [String: XMLContext.Storage])
  }

  package private(set) var declaration: Declaration
  package let context: XMLContext
  package let base: Base
  /// By the key of a drive, its image. The path is known only after the upload.
  package let images: [String: String]
  /// Whether the call that defines the domain also starts it.
  package var starts = false

  /// Returns the definition for another declaration of the domain.
  func with(_ declaration: Declaration) -> DomainDefinition {
    var result = self
    result.declaration = declaration
    return result
  }

  /// Whether the domain does not exist yet.
  var isNew: Bool { if case .present = base { false } else { true } }

  /// Returns the root of the document.
  ///
  /// - Parameter published: the paths of the run's images, by name.
  /// - Throws: a diagnostic for text that XML cannot hold, for an `xml` block that does not match,
  ///   and for a clone that removes a device that its source does not have.
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

/// The wanted definition of a network.
package struct NetworkDefinition: Sendable {
  package let declaration: Declaration
  package let stack: String
  package let xml: String
}
