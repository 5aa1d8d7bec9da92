import VMScriptPlan

/// The record of an image in the cache.
package struct CacheEntry: Codable, Hashable, Sendable {
  /// The `source` that it was first downloaded for, without credentials.
  package let source: String
  /// The address, without credentials.
  package let address: String
  /// The properties that the server announced for the content.
  let validators: Downloader.Validators
  /// The digests of the downloaded file, before decompression.
  package let downloaded: FileDigest
  /// The digests of the image.
  package let digest: FileDigest
  /// The format of the image, in libvirt's terms.
  package let format: String
  /// The path of the image in the folder of the entry.
  let file: String
  /// The state of the file when it was added.
  let identity: FileIdentity
  /// The time of the download, in seconds since 1970.
  package let time: Double
  /// The origin of the digest that it was verified with: `declaration`, `checksums` or `signature`;
  /// nil if there was none.
  package let verified: String?

  /// The size of the image file in bytes.
  package var size: Int64 { identity.size }

  /// Whether the downloaded file or the image has every one of the digests.
  func matches(_ expected: [ExpectedDigest]) -> Bool {
    expected.allSatisfy { Self.matches($0, downloaded) || Self.matches($0, digest) }
  }

  static func matches(_ expected: ExpectedDigest, _ digest: FileDigest) -> Bool {
    expected.digits == (expected.algorithm == "sha256" ? digest.sha256 : digest.sha512)
  }
}
