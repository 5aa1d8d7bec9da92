import Foundation
import VMScript
import VMScriptSyntax

/// An image of a script, with what its content turned out to be.
package struct ResolvedImage: Sendable {
  /// What it is made of.
  package enum Content: Sendable {
    /// A local file, which is published; `nonce` is what a new upload is told apart by.
    case file(ImageFile, sha256: String, key: ImageKey, nonce: String)
    /// A volume of the stack's own, made empty or as an overlay on another image.
    case blank(VolumeName, backing: StorageBase?)
    /// What the host has already; used in place, never ours.
    case existing
  }

  /// The name in the script, or the text that stands for it.
  package let name: String
  package let content: Content
  /// The pool that holds it; empty for a file that is in none.
  package let pool: String
  /// The path on the host, whether it is there already or not.
  package let path: String
  /// What it is stored as.
  package var format: ImageFormat
  /// The size that a guest sees, in bytes; nil where only a conversion tells.
  package var capacity: Int64?
  /// How a new file or volume is laid out.
  package var layout = ImageLayout()
  /// Whether it is a block device.
  var isDevice = false
  /// Whether its content is an optical disc's, though it may be used as raw bytes.
  var isDisc = false

  /// Which uploads have this content; nil for what is not published.
  package var key: ImageKey? {
    if case .file(_, _, let key, _) = content { key } else { nil }
  }

  /// Whether a file must be rewritten before it is this image.
  func needsConversion(from file: ImageFile) -> Bool {
    // What QEMU alone can read is never handed on as it is.
    if file.probe.format.isForeign { return true }
    let isSameFormat = format == file.probe.format || (format == .raw && file.probe.format == .iso)
    if !isSameFormat || !layout.options(for: format).isEmpty { return true }
    guard let size = layout.size else { return false }
    return size != file.probe.virtualSize
  }

  /// The image as what an overlay stands on.
  package var base: StorageBase {
    StorageBase(
      path: path, format: format, capacity: capacity, image: key.map { (name: name, key: $0) },
      isDevice: isDevice, isDisc: isDisc || format == .iso)
  }
}

/// What an overlay stands on.
package struct StorageBase: Sendable {
  /// The path on the host.
  package let path: String
  package let format: ImageFormat
  /// In bytes; nil where it is known only once it is there.
  package let capacity: Int64?
  /// The image of the script that is published as it; nil for any other volume or file.
  package let image: (name: String, key: ImageKey)?
  /// Whether it is a block device.
  var isDevice = false
  /// Whether its content is an optical disc's.
  var isDisc = false
}

/// How an image is laid out, as far as the script says.
package struct ImageLayout: Hashable, Sendable {
  /// The size that a guest sees, in bytes; nil keeps the source's.
  package var size: Int64?
  /// Of a qcow2, in bytes.
  package var clusterSize: Int64?
  /// `off`, `metadata`, `falloc` or `full`.
  package var preallocation: String?
  /// Of a qcow2: write reference counts late.
  package var lazyRefcounts = false

  package init() {}

  /// What an `image` block declares.
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

/// Where content comes from, as a `source` says.
package enum ImageSource: Hashable {
  /// A file that this machine has, as an absolute path.
  case local(String)
  /// A volume of the host.
  case volume(pool: String, name: String)
  /// A path that is no file of this machine; it may be one of the host's.
  case host(String)
  /// An address on the network.
  case remote(String)

  /// Reads a `source`.
  ///
  /// - Parameter folder: the script's, which relative paths are relative to; nil for a script that is no
  ///   file, whose paths are relative to the working folder.
  package init(_ text: String, folder: String?) {
    if text.hasPrefix("http://") || text.hasPrefix("https://") {
      self = .remote(text)
    } else if let volume = Self.volume(text) {
      self = volume
    } else {
      let path = Self.absolute(
        text.hasPrefix("file:") ? Self.path(ofURL: text) : text, folder: folder)
      self = FileManager.default.fileExists(atPath: path) ? .local(path) : .host(path)
    }
  }

  /// A path with the script's folder, or the user's, before it where it is relative to that.
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

  /// `file:///a%20b` is a URL, `file:a b` just a path.
  private static func path(ofURL text: String) -> String {
    let rest = String(text.dropFirst("file:".count))
    guard rest.hasPrefix("//") else { return rest }
    return URL(string: text)?.path ?? String(rest.dropFirst(2))
  }
}

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
