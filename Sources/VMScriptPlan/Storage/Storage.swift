/// The storage of images, volumes and seeds. Start reading here.
///
/// The parts, which are independent of each other:
///
/// - ``VolumeName`` composes and parses the self-certifying names of volumes.
/// - ``ImageProbe`` reads a header, ``FileDigest`` digests a file, `ImageConversion` converts one.
/// - ``ImageKey`` identifies uploads of the same image. ``VolumeInventory`` finds a complete base
///   for a key, the remains of a killed run, and the volumes that may be removed.
/// - ``VolumeStore`` performs it on a host: pools, publishing, overlays, copies, growing,
///   removing.
/// - ``VolumeXML`` writes the XML that libvirt creates a volume from.
/// - `ImageResolver` resolves the images of a script, and `DriveResolver` the storage of each
///   drive. `StoragePlan` combines them and compares the result with the host. `Provisioner`
///   applies it.
/// - ``CloudConfig`` renders a guest's NoCloud files, `ISOImage` packs them.
///
/// An image is published in steps: probe, digest, look for a complete base with the same key. If
/// there is none, create `base-<key>-<nonce>`, upload and verify it, and only then create
/// `pin-<key>-<nonce>`. A base without a pin is never used, so an interrupted upload never counts
/// as complete.
///
/// Every failure is a ``StorageFailure``; ``StorageMessages/diagnostic(_:at:takesFormat:)`` makes the
/// diagnostic.
public enum Storage {
  /// Returns a random text that distinguishes two uploads of the same content: 8 hexadecimal
  /// digits.
  public static func nonce() -> String {
    Hexadecimal.text((0..<4).map { _ in UInt8.random(in: .min ... .max) })
  }
}

/// Bytes as lower-case hexadecimal digits.
package enum Hexadecimal {
  private static let digits = Array("0123456789abcdef")

  package static func text(_ bytes: some Sequence<UInt8>) -> String {
    String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
  }
}

/// A failure of images, volumes or seeds; ``StorageMessages`` writes its message.
public enum StorageFailure: Error, Hashable, Sendable {
  case unfitStackName(String)
  /// Reading a file failed; the second text is the system's own.
  case unreadable(path: String, reason: String)
  /// Nothing exists at a path, neither here nor in the host's pools. The volumes have the same
  /// file name, written as sources name them.
  case nowhere(path: String, volumes: [String])
  case emptyImage
  /// The file ends before a part that its header points to; sizes in bytes.
  case truncatedImage(ImageFormat, needs: Int64, has: Int64)
  case corruptImage(ImageFormat)
  /// The content is in other files, which an upload would omit. The text is the first of them, if
  /// the image names one.
  case splitImage(String?)
  /// The file is something else, such as `a web page`.
  case notAnImage(String)
  case formatMismatch(declared: ImageFormat, found: ImageFormat)
  /// The image is backed by this file, which not every format names.
  case hasBackingFile(String?)
  /// The content is encrypted.
  case encrypted(ImageFormat)
  /// An image of an unsupported format; the text is its kind, such as `a Parallels image`.
  case foreignImage(String)
  /// The file name suggests a format that the content does not have.
  case misnamed(format: String)
  /// `qemu-img info` rejected the image; the text is its standard error.
  case unfitImage(ImageFormat, output: String)
  case digestMismatch(algorithm: String, declared: String, found: String)
  case changedWhileRead
  case toolMissing(String)
  /// A child process exceeded its time limit.
  case toolTimedOut(String, seconds: Int)
  /// The folder for temporary files has not enough space for a conversion; sizes in bytes.
  case scratchFull(String, needed: Int64, available: Int64)
  /// A child process failed; the text is its standard error.
  case conversionFailed(status: Int32, output: String)
  case missingPool(String, existing: [String])
  case inactivePool(String)
  /// The pool's document, or the list of its volumes, could not be read.
  case unreadablePool(String, reason: String)
  /// Sizes in bytes.
  case poolFull(String, needed: Int64, available: Int64)
  /// There is no volume of this name or path.
  case missingVolume(String)
  /// The host could not read the volume at this path; the second text is the reason.
  case unreadableVolume(String, reason: String)
  /// The backing file of the volume at the second path is missing.
  case lostBase(String, of: String)
  /// A volume must not be removed or resized.
  case volumeKept(String, VolumeInventory.Refusal)
  /// A new, empty object was declared without a size; the text is its kind, such as `disk`.
  case missingSize(String)
  /// A network address or a name of the catalogue, in a place that takes files and volumes only.
  case remoteSource(String)
  /// The size is smaller than that of the backing image; sizes in bytes.
  case tooSmall(declared: Int64, needed: Int64)
  /// Shrinking would cut off content; sizes in bytes.
  case cannotShrink(declared: Int64, present: Int64)
  /// The size exceeds the limit of the format; sizes in bytes.
  case tooLarge(ImageFormat, declared: Int64, limit: Int64)
  /// The host cannot store an image of this format, or not an empty one.
  case unfitFormat(ImageFormat)
  /// A digest was declared for a volume of the host, whose content is not read.
  case digestOfVolume
  /// A guest would write to content that backs other disks.
  case sharedContent(image: String)
  /// The host copies volumes only, and the file at this path is not a volume.
  case copyOutsidePool(String)
  /// The drive of this target is neither a file nor a device of the host.
  case diskElsewhere(String)
  /// The host has no complete copy of this image.
  case missingBase(image: String)
  /// A file used in place looks like an image of this format, but a guest may have written the
  /// header.
  case unknownFormat(String, content: String)
  /// The object at a path cannot be a disk; the text is its kind, such as `a folder`.
  case unfitSource(String, String)
  /// The object at a path is not a file; the text is its kind, such as `a folder`.
  case notAFile(String, String)
  /// The seed could not be created; the text is the reason.
  case seedFailed(String)

  /// Two images of the host have this name.
  case ambiguousImage(String, paths: [String])
  /// A relative path names no file in the script's folder.
  case missingBesideScript(String)
}

extension StorageFailure {
  /// Whether the file is compressed, or an archive, in a form that can be unpacked.
  var isOfCompressedContent: Bool {
    guard case .notAnImage(let what) = self else { return false }
    return ["gzip", "xz", "zstd", "bzip2", "tar"].contains { what.contains(" \($0) archive") }
  }

  /// Whether `format = raw` accepts the file: nothing in it was recognised as an image.
  package var isOfOpaqueContent: Bool {
    switch self {
    case .notAnImage, .foreignImage, .misnamed, .encrypted(.raw): true
    default: false
    }
  }
}
