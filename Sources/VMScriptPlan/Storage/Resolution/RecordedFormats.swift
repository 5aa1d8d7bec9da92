import VMScript

/// The formats of disks as the definitions of domains record them.
///
/// A guest writes what it likes to its raw disk, the header of an image too, and libvirt reads that as
/// the format of the volume when it refreshes the pool. What a definition says is out of a guest's reach:
/// what was once given to a guest as raw stays raw.
package struct RecordedFormats: Sendable {
  private var byPath: [String: ImageFormat] = [:]
  private let names: PathNames

  /// The formats that the definitions of these domains hold, and their machines as they run. Where they
  /// disagree, raw counts.
  package init(domains: [LiveDomain], names: PathNames = PathNames()) {
    self.names = names
    for disk in domains.flatMap({ $0.facts.disks + $0.runningDisks }) {
      guard let path = disk.path.map({ names[$0] }),
        let format = disk.format.flatMap(ImageFormat.init), byPath[path] != .raw
      else { continue }
      byPath[path] = format
    }
  }

  /// The format of what is at a path; nil where no definition tells.
  package subscript(path: String) -> ImageFormat? { byPath[names[path]] }
}

extension VolumeName {
  /// The format that a volume was made with, whatever its content has come to say.
  var recordedFormat: ImageFormat? {
    switch (role, fileName.split(separator: ".").last) {
    case (.pin, _): nil
    case (_, "raw"), (_, "iso"): .raw
    case (_, "qcow2"): .qcow2
    default: nil
    }
  }
}

extension VolumeInventory.Volume {
  /// The same volume, read in a format that is known: a raw one has no header, so that it stands on
  /// nothing and is as large as its file.
  package func recorded(as format: ImageFormat?) -> Self {
    guard (owned?.recordedFormat ?? format) == .raw else { return self }
    return Self(
      name: name, path: path, backing: .absent, capacity: length.map(Fact.known) ?? capacity,
      format: .known("raw"), length: length, modified: modified)
  }
}

extension LiveStorage.Reading {
  /// The same pool, its volumes read in the formats that definitions record.
  package func recorded(by formats: RecordedFormats) -> Self {
    Self(
      name: name, path: path, holdsDevices: holdsDevices,
      volumes: volumes.map { $0.recorded(as: formats[$0.path]) })
  }
}
