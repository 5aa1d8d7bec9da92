import VMScriptPlan

/// The reason why an image was not fetched; ``ImageMessages`` writes its message.
package enum DownloadFailure: Error, Hashable, Sendable {
  // The addresses are masked, the reasons are libcurl's or the system's own words.

  /// The address is not one of HTTP or HTTPS.
  case unfitAddress(String)
  /// The server does not have the file; the number is the status.
  case missing(String, status: Int)
  /// The server wants other credentials.
  case forbidden(String, status: Int)
  /// The server failed, or answers in a way that is no download; the pause that it asks for, in seconds.
  case refused(String, status: Int, pause: Double? = nil)
  case unknownHost(String, reason: String)
  case noConnection(String, reason: String)
  /// The certificate or the encryption of the server is not acceptable.
  case insecure(String, reason: String)
  case redirects(String, reason: String)
  /// The transfer ended before its announced end; sizes in bytes.
  case cutShort(String, received: Int64, reason: String)
  case stalled(String, seconds: Int, received: Int64)
  /// The content exceeds a limit in bytes.
  case tooLarge(String, limit: Int64)
  /// The file system of the cache is full; sizes in bytes.
  case full(String, needed: Int64?, available: Int64)
  /// The content is something else, such as `a web page`.
  case notAnImage(String, what: String)
  /// The digest differs from the expected one. The text names the origin of the expected one.
  case wrongDigest(String, algorithm: String, expected: String, found: String, origin: String)
  /// The declared digest is none of the algorithm.
  case unfitDigest(String, algorithm: String)
  /// The download was cancelled; the number of bytes that the next one continues from.
  case cancelled(String, kept: Int64)
  case failed(String, reason: String)
  /// The folder of the cache cannot be used.
  case unusableCache(String, reason: String)
  /// The checksum file does not list the image.
  case unlisted(String, in: String)
  /// The signature of the checksum file is not valid.
  case badSignature(String, reason: String)
  /// The archive is damaged.
  case damagedArchive(String, reason: String)
  /// The archive holds no image, or these.
  case noSingleImage(String, [String])
  /// The catalogue has no image of this name.
  case unknownName(String, closest: String?)
  /// The catalogue has the image for these architectures only.
  case otherArchitecture(String, architecture: String, offered: [String])
  /// The user's catalogue cannot be read.
  case malformedCatalogue(String, reason: String)
  /// The file is not an image that can be used.
  case unfitImage(StorageFailure)

  /// Whether another attempt may succeed: the failure is the network's or the server's.
  var isOfTheMoment: Bool {
    switch self {
    case .refused(_, let status, _): [408, 425, 429, 500, 502, 503, 504].contains(status)
    case .cutShort, .stalled: true
    default: false
    }
  }

  /// The pause that the server asks for before another attempt, in seconds; 0 for none.
  var requestedPause: Double { if case .refused(_, _, let pause?) = self { pause } else { 0 } }

  /// Whether a cached copy may stand in: the server was not reached, or has no answer.
  var leavesCopyUsable: Bool {
    switch self {
    case .missing, .forbidden, .refused, .unknownHost, .noConnection, .insecure, .redirects,
      .cutShort, .stalled, .failed, .unlisted:
      true
    default: false
    }
  }
}
