import Foundation
import VMScript
import VMScriptSyntax

/// An image of a script with the facts about its content.
package struct ResolvedImage: Sendable {
  /// The origin of an image.
  package enum Content: Sendable {
    /// A local file, which is published; `nonce` distinguishes a new upload.
    case file(ImageFile, sha256: String, key: ImageKey, nonce: String)
    /// An image that is not on this machine, and that only a run fetches. `key` is the key of the
    /// copy on the host; any other one stands for content that is not known yet.
    case unfetched(key: ImageKey, size: Int64?)
    /// A volume of the stack, created empty or as an overlay on another image.
    case blank(VolumeName, backing: StorageBase?)
    /// Storage that exists on the host, used in place and never owned.
    case existing
  }

  /// The name in the script, or the text used as a name.
  package let name: String
  package let content: Content
  /// The pool that holds it; empty for a file that is in none.
  package let pool: String
  /// The path on the host, whether the file exists or not.
  package let path: String
  /// The format on the host.
  package var format: ImageFormat
  /// The size that a guest sees, in bytes; nil if only a conversion determines it.
  package var capacity: Int64?
  /// The layout of a new file or volume.
  package var layout = ImageLayout()
  /// Whether it is a block device.
  var isDevice = false
  /// Whether its content is an optical disc's, even if it is used as raw bytes.
  var isDisc = false
  /// Whether its source is an address or a name of the catalogue.
  var isRemote = false
  /// The warnings about its source.
  var warnings: [Diagnostic] = []

  /// The key of uploads with this content; nil if it is not published.
  package var key: ImageKey? {
    switch content {
    case .file(_, _, let key, _), .unfetched(let key, _): key
    case .blank, .existing: nil
    }
  }

  /// Whether a file must be converted to become this image.
  func needsConversion(from file: ImageFile) -> Bool {
    // A format that only QEMU reads is always converted.
    if file.probe.format.isForeign { return true }
    let isSameFormat = format == file.probe.format || (format == .raw && file.probe.format == .iso)
    if !isSameFormat || !layout.options(for: format).isEmpty { return true }
    guard let size = layout.size else { return false }
    return size != file.probe.virtualSize
  }

  /// The image as the backing of an overlay.
  package var base: StorageBase {
    StorageBase(
      path: path, format: format, capacity: capacity, image: key.map { (name: name, key: $0) },
      isDevice: isDevice, isDisc: isDisc || format == .iso)
  }
}

/// The backing of an overlay.
package struct StorageBase: Sendable {
  /// The path on the host.
  package let path: String
  package let format: ImageFormat
  /// The capacity in bytes; nil if it is known only after creation.
  package let capacity: Int64?
  /// The image of the script whose content this is; nil for any other volume or file.
  package let image: (name: String, key: ImageKey)?
  /// Whether it is a block device.
  var isDevice = false
  /// Whether its content is an optical disc's.
  var isDisc = false
}

/// The layout of an image, as far as the script declares it.
package struct ImageLayout: Hashable, Sendable {
  /// The size that a guest sees, in bytes; nil keeps the source's.
  package var size: Int64?
  /// The cluster size of a qcow2, in bytes.
  package var clusterSize: Int64?
  /// The preallocation: `off`, `metadata`, `falloc` or `full`.
  package var preallocation: String?
  /// Whether a qcow2 defers its reference counts.
  package var lazyRefcounts = false

  package init() {}

  /// Reads an `image` block.
  package init(_ body: DeclaredBlock) {
    size = body["size"]?.diskSize
    if case .size(let size)? = body["cluster_size"] { clusterSize = size.bytes }
    if case .string(let word)? = body["preallocation"] { preallocation = word }
    if case .bool(let isLazy)? = body["lazy_refcounts"] { lazyRefcounts = isLazy }
  }

  /// The creation options of `qemu-img`, as `name=value`.
  package func options(for format: ImageFormat) -> [String] {
    var options: [String] = []
    if let preallocation, preallocation != "off", [.raw, .qcow2].contains(format) {
      options.append("preallocation=\(preallocation)")
    }
    guard format == .qcow2 else { return options }
    if let clusterSize { options.append("cluster_size=\(clusterSize)") }
    if lazyRefcounts { options.append("lazy_refcounts=on") }
    return options
  }
}

/// The origin of content, as a `source` states it.
package enum ImageSource: Hashable {
  /// A file of this machine, as an absolute path.
  case local(String)
  /// A volume of the host.
  case volume(pool: String, name: String)
  /// A path without a file on this machine; the host may have one.
  case host(String)
  /// A network address, or a name of the catalogue such as `debian:12`.
  case remote(String)

  /// Reads a `source`.
  ///
  /// - Parameter folder: the script's folder, for relative paths; nil for a script that is not a
  ///   file, whose paths are relative to the working folder.
  package init(_ text: String, folder: String?) {
    if text.contains("://"), !text.hasPrefix("file:"), !text.hasPrefix("/") {
      self = .remote(text)
    } else if let volume = Self.volume(text) {
      self = volume
    } else {
      let path = Self.absolute(
        text.hasPrefix("file:") ? Self.path(ofURL: text) : text, folder: folder)
      if FileManager.default.fileExists(atPath: path) {
        self = .local(path)
      } else {
        self = ImageName.isName(text) ? .remote(text) : .host(path)
      }
    }
  }

  /// Returns a path with the script's or the user's folder prepended if it is relative to that.
  static func absolute(_ path: String, folder: String?) -> String {
    if path.hasPrefix("~/") { return NSString(string: path).expandingTildeInPath }
    if path.hasPrefix("/") { return path }
    let working = FileManager.default.currentDirectoryPath
    let base = folder.map { URL(fileURLWithPath: $0) } ?? URL(fileURLWithPath: working)
    return base.appendingPathComponent(path).path
  }

  private static func volume(_ text: String) -> ImageSource? {
    guard text.hasPrefix("volume:") else { return nil }
    let rest = text.dropFirst("volume:".count)
    guard let slash = rest.firstIndex(of: "/") else { return nil }
    return .volume(pool: String(rest[..<slash]), name: String(rest[rest.index(after: slash)...]))
  }

  /// `file:///a%20b` is a URL, `file:a b` is a path.
  private static func path(ofURL text: String) -> String {
    let rest = String(text.dropFirst("file:".count))
    guard rest.hasPrefix("//") else { return rest }
    return URL(string: text)?.path ?? String(rest.dropFirst(2))
  }
}

/// The kind of object at a path of this machine, after symbolic links.
enum PathKind: Hashable {
  case nothing
  case file
  case blockDevice
  /// An object that cannot be a disk; the text is its kind, such as `a folder`.
  case other(String)

  /// Determines the kind of a path without opening it.
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

  /// Whether a path of a remote host is that of a block device: any path below `/dev` except in
  /// the file systems mounted there.
  static func isDeviceByName(_ path: String) -> Bool {
    let parts = path.split(separator: "/")
    return path.hasPrefix("/") && parts.count > 1 && parts[0] == "dev"
      && !["shm", "hugepages", "mqueue", "pts"].contains(parts[1]) && !parts.contains("..")
  }
}

/// The formats of disks as recorded in the definitions of domains.
///
/// A guest can write anything to its raw disk, including the header of an image. libvirt then
/// reports that format for the volume when it refreshes the pool. A definition is out of a guest's
/// reach: a disk once given to a guest as raw stays raw.
package struct RecordedFormats: Sendable {
  private var byPath: [String: ImageFormat] = [:]
  private let names: PathNames

  /// Collects the formats in the definitions of these domains and in their running machines. If
  /// they disagree, raw wins.
  package init(domains: [LiveDomain], names: PathNames = PathNames()) {
    self.names = names
    for disk in domains.flatMap({ $0.facts.disks + $0.runningDisks }) {
      guard let path = disk.path.map({ names[$0] }),
        let format = disk.format.flatMap(ImageFormat.init), byPath[path] != .raw
      else { continue }
      byPath[path] = format
    }
  }

  /// Returns the format of the file at a path; nil if no definition records it.
  package subscript(path: String) -> ImageFormat? { byPath[names[path]] }
}

extension VolumeName {
  /// The format that a volume was created with, whatever its content shows now.
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
  /// Returns the volume read in a known format. A raw one has no header, so it has no backing file
  /// and the size of its file.
  package func recorded(as format: ImageFormat?) -> Self {
    guard (owned?.recordedFormat ?? format) == .raw else { return self }
    return Self(
      name: name, path: path, backing: .absent, capacity: length.map(Fact.known) ?? capacity,
      format: .known("raw"), length: length, modified: modified)
  }
}

extension LiveStorage.Reading {
  /// Returns the pool with its volumes read in the recorded formats.
  package func recorded(by formats: RecordedFormats) -> Self {
    Self(
      name: name, path: path, holdsDevices: holdsDevices,
      volumes: volumes.map { $0.recorded(as: formats[$0.path]) })
  }
}
