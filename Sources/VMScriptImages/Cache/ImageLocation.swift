import VMScriptPlan

/// The place of an image on the web, with the means to verify it.
struct ImageLocation: Sendable {
  /// The place of a checksum file's signature.
  enum Signature: Sendable {
    /// The text of the checksum file contains it.
    case inside
    case at(WebAddress)
  }

  /// The `source`, without credentials.
  let shown: String
  let address: WebAddress
  /// The publisher's checksum file.
  var checksums: WebAddress?
  var signature: Signature?
  var keyrings: [String] = []
  /// The digests that the script declares.
  var declared: [ExpectedDigest] = []

  /// Whether it is a compressed file of this machine.
  private(set) var isLocal = false

  /// Creates the place of a compressed file of this machine.
  init(
    file request: RemoteImageRequest
  ) throws(DownloadFailure) {
    (shown, address, isLocal) = (request.source, WebAddress(file: request.source), true)
    declared = try Self.digests(request)
  }

  /// Resolves a `source`, with a catalogue for names.
  ///
  /// - Parameter catalogue: read only for a name.
  init(
    _ request: RemoteImageRequest, catalogue: () throws(DownloadFailure) -> Catalogue
  ) throws(DownloadFailure) {
    if ImageName.isName(request.source) {
      let (entry, published) = try catalogue().entry(request.source)
      func filled(_ text: String) -> String {
        text.replacingOccurrences(of: "{arch}", with: published)
      }
      shown = request.source
      let address = try WebAddress(filled(entry.url))
      self.address = address
      checksums = try entry.checksums.map { text throws(DownloadFailure) in
        try address.beside(filled(text))
      }
      signature = try entry.signature.map { text throws(DownloadFailure) in
        text == "inside" ? .inside : .at(try address.beside(filled(text)))
      }
      keyrings = entry.keyrings
    } else {
      address = try WebAddress(request.source)
      shown = address.shown
    }
    declared = try Self.digests(request)
  }

  private static func digests(
    _ request: RemoteImageRequest
  ) throws(DownloadFailure) -> [ExpectedDigest] {
    var declared: [ExpectedDigest] = []
    for (algorithm, text) in [("sha256", request.sha256), ("sha512", request.sha512)] {
      guard let text else { continue }
      guard let digest = ExpectedDigest(text), digest.algorithm == algorithm else {
        throw .unfitDigest(text, algorithm: algorithm)
      }
      declared.append(digest)
    }
    return declared
  }
}
