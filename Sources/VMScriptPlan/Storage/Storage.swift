/// How images, volumes and seeds are kept; start reading here.
///
/// The parts, each usable without the others:
///
/// - ``VolumeName`` composes and parses the self-certifying names that say who owns a volume.
/// - ``ImageProbe`` reads a header, ``FileDigest`` digests a file, `ImageConversion` converts one.
/// - ``ImageKey`` says which uploads are one image; ``VolumeInventory`` finds a complete base for a
///   key, what a killed run left behind, and what may be removed.
/// - ``VolumeStore`` does it on a host: pools, publishing, overlays, copies, growing, removing.
/// - ``VolumeXML`` writes what libvirt creates a volume from.
/// - `ImageResolver` finds out what the images of a script are made of, `DriveResolver` what each
///   drive stands on; `StoragePlan` has it all, and says in what the host differs. `Provisioner`
///   brings it there.
/// - ``CloudConfig`` renders a guest's NoCloud files, ``SeedImage`` packs them.
///
/// How an image is published: probe, digest, look for a complete base with the same key; if there is
/// none, create `base-<key>-<nonce>`, upload, verify, and only then create `pin-<key>-<nonce>`. A base
/// without a pin is never used, so an upload that was cut short is never taken for a finished one.
///
/// Every failure is a ``StorageFailure``; ``StorageMessages/diagnostic(_:at:takesFormat:)`` makes the
/// diagnostic.
public enum Storage {
  /// A random text that tells two uploads of one content apart: 8 hexadecimal digits.
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

/// What can be wrong with images, volumes and seeds; ``StorageMessages`` words it.
public enum StorageFailure: Error, Hashable, Sendable {
  case unfitStackName(String)
  /// Reading a file failed; the second text is the system's own.
  case unreadable(path: String, reason: String)
  /// Nothing is at a path, neither here nor in the host's pools; the volumes of that file name, as
  /// sources name them.
  case nowhere(path: String, volumes: [String])
  case emptyImage
  /// The file ends before a part that its header points to; sizes in bytes.
  case truncatedImage(ImageFormat, needs: Int64, has: Int64)
  case corruptImage(ImageFormat)
  /// The content lies in other files, which an upload would leave behind; the first of them, where the
  /// image names one.
  case splitImage(String?)
  /// What it is instead, such as `a web page`.
  case notAnImage(String)
  case formatMismatch(declared: ImageFormat, found: ImageFormat)
  /// The image is a difference to this file, which it does not name in every format.
  case hasBackingFile(String?)
  /// The content is encrypted.
  case encrypted(ImageFormat)
  /// An image that is neither used nor converted; what it is, such as `a Parallels image`.
  case foreignImage(String)
  /// The name promises a format, and the content has none.
  case misnamed(format: String)
  /// `qemu-img info` refused the image; the text is what it wrote to standard error.
  case unfitImage(ImageFormat, output: String)
  case digestMismatch(algorithm: String, declared: String, found: String)
  case changedWhileRead
  case toolMissing(String)
  /// A child process was ended at its limit.
  case toolTimedOut(String, seconds: Int)
  /// The folder for temporary files has no room for a conversion; sizes in bytes.
  case scratchFull(String, needed: Int64, available: Int64)
  /// A child process failed; the text is what it wrote to standard error.
  case conversionFailed(status: Int32, output: String)
  case missingPool(String, existing: [String])
  case inactivePool(String)
  /// The pool's document, or the list of its volumes, could not be read.
  case unreadablePool(String, reason: String)
  /// Sizes in bytes.
  case poolFull(String, needed: Int64, available: Int64)
  /// There is no volume of this name or path.
  case missingVolume(String)
  /// The host could not look into the volume at this path; the second text is its reason.
  case unreadableVolume(String, reason: String)
  /// The file that the volume at the second path backs onto is not there.
  case lostBase(String, of: String)
  /// A volume must not be removed or resized.
  case volumeKept(String, VolumeInventory.Refusal)
  /// Something new and empty was declared without a size; the text is what, such as `disk`.
  case missingSize(String)
  /// An address on the network, which is not fetched.
  case remoteSource(String)
  /// Less than what it stands on; sizes in bytes.
  case tooSmall(declared: Int64, needed: Int64)
  /// Shrinking would cut off content; sizes in bytes.
  case cannotShrink(declared: Int64, present: Int64)
  /// More than the format holds; sizes in bytes.
  case tooLarge(ImageFormat, declared: Int64, limit: Int64)
  /// The host cannot hold an image of this format, or not an empty one.
  case unfitFormat(ImageFormat)
  /// A digest was declared of what lies on the host and is not read.
  case digestOfVolume
  /// A guest would write to the content that others stand on.
  case sharedContent(image: String)
  /// The host copies volumes, and what is at this path is none.
  case copyOutsidePool(String)
  /// The drive of this target is neither a file nor a device of the host.
  case diskElsewhere(String)
  /// The host keeps no copy of this image that is complete.
  case missingBase(image: String)
  /// What is used in place looks like an image of this format, which a guest may have written.
  case unknownFormat(String, content: String)
  /// What is at a path can be no disk; the text says what it is, such as `a folder`.
  case unfitSource(String, String)
  /// What is at a path is no file; the text says what it is, such as `a folder`.
  case notAFile(String, String)
  /// Building a seed failed; the text is libarchive's own.
  case seedFailed(String)

  /// Two images of the host have this name.
  case ambiguousImage(String, paths: [String])
  /// A path that is relative to the script names no file beside it.
  case missingBesideScript(String)
}

extension StorageFailure {
  /// Whether `format = raw` takes the file all the same: nothing in it was recognised as an image.
  var isOfOpaqueContent: Bool {
    switch self {
    case .notAnImage, .foreignImage, .misnamed, .encrypted(.raw): true
    default: false
    }
  }
}
