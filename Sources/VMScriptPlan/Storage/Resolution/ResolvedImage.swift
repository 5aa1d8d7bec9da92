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
