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
