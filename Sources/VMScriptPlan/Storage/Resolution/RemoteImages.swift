import VMScript
import VMScriptSyntax

/// The access to images that are not files of this machine: by address, or by a name of a catalogue.
package protocol RemoteImages: Sendable {
  /// Returns an image, which a run downloads if it is not on this machine.
  ///
  /// - Parameter span: the `source` that diagnostics point at.
  func image(_ request: RemoteImageRequest, at span: Span) async throws(Diagnostic) -> RemoteImage

  /// Returns the image in a compressed file or an archive of this machine, whose path is the source.
  func unpacked(
    _ request: RemoteImageRequest, at span: Span
  ) async throws(Diagnostic) -> RemoteImage

  /// Returns the path of an ISO image of files on this machine; nil if the access makes none.
  ///
  /// - Parameter label: its volume label.
  func medium(
    _ files: [SeedFile], label: String, at span: Span
  ) async throws(Diagnostic) -> String?

  /// Records the key of uploads that are made from a file, so that the users of the file are known.
  func record(_ key: ImageKey, of request: RemoteImageRequest) async
}

/// The declaration of an image that is not a file of this machine.
package struct RemoteImageRequest: Sendable, Hashable {
  /// The name of the image in the script, for progress.
  package let image: String
  /// The `source`: an address, or a name such as `debian:12`.
  package let source: String
  /// The declared digests.
  package var sha256: String?
  package var sha512: String?
  /// Whether content that is not recognised as an image is accepted as a raw disk.
  package var takesRaw = false

  package init(image: String, source: String) {
    self.image = image
    self.source = source
  }
}

/// An image that is not declared as a file of this machine.
package enum RemoteImage: Sendable {
  /// A verified file of this machine, and warnings about it.
  case file(path: String, digest: FileDigest, warnings: [Diagnostic])
  /// A run would download it; the size in bytes if the server announces it.
  ///
  /// - Parameter isChanged: whether the content differs from the last one that was downloaded.
  case pending(size: Int64?, isChanged: Bool)
  /// The command uses no network.
  case unknown
}

extension RemoteImages {
  /// Makes no medium, so that its content is unknown.
  package func medium(
    _ files: [SeedFile], label: String, at span: Span
  ) async throws(Diagnostic) -> String? { nil }
}

/// The access of commands that use no network: every image is unknown.
package struct OfflineImages: RemoteImages {
  package init() {}

  package func image(
    _ request: RemoteImageRequest, at span: Span
  ) async throws(Diagnostic) -> RemoteImage { .unknown }

  package func unpacked(
    _ request: RemoteImageRequest, at span: Span
  ) async throws(Diagnostic) -> RemoteImage { .unknown }

  package func record(_ key: ImageKey, of request: RemoteImageRequest) async {}
}

/// A name of the catalogue, such as `debian:12` or `debian:12:aarch64`.
package enum ImageName {
  /// Whether a `source` has the form of a name: two or three words with colons, without a path.
  package static func isName(_ text: String) -> Bool {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    guard (2...3).contains(parts.count), let first = parts.first,
      first != "file", first != "volume", first.first?.isLetter == true
    else { return false }
    return parts.allSatisfy { part in
      !part.isEmpty && part.first != "." && part.first != "-"
        && part.utf8.allSatisfy { byte in
          (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || "._-".utf8.contains(byte)
        }
    }
  }
}

/// An address as outputs show it.
package enum MaskedAddress {
  /// Returns an address without its password, and with the values of its query replaced.
  package static func text(_ address: String) -> String {
    guard let start = address.range(of: "://") else { return address }
    var rest = address[start.upperBound...]
    let authority = rest.prefix { !"/?#".contains($0) }
    var shown = String(address[..<start.upperBound])
    if let at = authority.lastIndex(of: "@") {
      let user = authority[..<at].prefix { $0 != ":" }
      shown += user.count < authority[..<at].count ? "\(user):…@" : "…@"
      rest = rest[rest.index(after: at)...]
    }
    guard let query = rest.firstIndex(of: "?") else { return shown + rest }
    return shown + rest[..<query] + "?…"
  }
}

extension DeclarationSet {
  /// The declarations with the addresses of images as outputs show them.
  var withoutCredentials: DeclarationSet {
    let shown = declarations.map { declaration in
      guard declaration.kind == .image else { return declaration }
      return declaration.replacingValues { property in
        guard property.schema.name == "source", case .string(let text) = property.value else {
          return property.value
        }
        return .string(MaskedAddress.text(text))
      }
    }
    return with(shown)
  }
}
