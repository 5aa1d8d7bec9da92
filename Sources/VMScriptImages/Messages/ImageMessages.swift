import VMScript
import VMScriptPlan
import VMScriptSyntax

/// The messages about downloads, the cache of images and the catalogue: VM09xx.
package enum ImageMessages {
  /// Returns the diagnostic of a failure.
  package static func diagnostic(_ failure: DownloadFailure, at span: Span?) -> Diagnostic {
    if case .unfitImage(let failure) = failure {
      return StorageMessages.diagnostic(failure, at: span)
    }
    let (code, message) = headline(failure)
    var result = Diagnostic(code: code, message, at: span.map { .init($0) })
    result.notes = notes(failure)
    result.helps = helps(failure).map { .init($0) }
    return result
  }

  /// Warns about a cached copy that was not compared with the server's.
  static func staleCopy(
    of source: String, because failure: DownloadFailure, at span: Span?
  ) -> Diagnostic {
    let (_, reason) = headline(failure)
    return Diagnostic(
      .warning, code: .image.staleCopy, "the cached copy of `\(source)` is used as it is",
      at: span.map { .init($0) }, notes: [reason] + notes(failure))
  }

  /// Reports a source that is not in the cache.
  package static func notCached(_ source: String) -> Diagnostic {
    Diagnostic(
      code: .image.notCached, "`\(source)` is not in the image cache",
      helps: [.init("list the cached images: `vmscript image list`")])
  }

  private static func headline(_ failure: DownloadFailure) -> (DiagnosticCode, String) {
    switch failure {
    case .unfitAddress(let address): (.image.unfitAddress, "`\(address)` is not a web address")
    case .missing(let address, _): (.image.missing, "the server has no `\(address)`")
    case .forbidden(let address, _):
      (.image.forbidden, "the server does not permit the download of `\(address)`")
    case .refused(let address, _, _):
      (.image.refused, "the server failed to send `\(address)`")
    case .unknownHost(let address, _):
      (.image.unknownHost, "the server of `\(address)` is not known")
    case .noConnection(let address, _):
      (.image.noConnection, "cannot connect to the server of `\(address)`")
    case .insecure(let address, _):
      (.image.insecure, "the connection to the server of `\(address)` is not secure")
    case .redirects(let address, _):
      (.image.redirects, "`\(address)` redirects to an address that is not followed")
    case .cutShort(let address, _, _):
      (.image.cutShort, "the download of `\(address)` was cut short")
    case .stalled(let address, _, _): (.image.stalled, "the download of `\(address)` stalled")
    case .tooLarge(let address, let limit):
      (.image.tooLarge, "`\(address)` is larger than \(ByteSize(bytes: limit))")
    case .full: (.image.full, "the image cache has no space for the download")
    case .notAnImage(let address, let what):
      (.image.notAnImage, "`\(address)` is \(what), not an image")
    case .wrongDigest(let address, let algorithm, _, _, _):
      (.image.wrongDigest, "`\(address)` does not have the expected \(algorithm)")
    case .unfitDigest(let text, let algorithm):
      (.image.wrongDigest, "`\(text)` is not a \(algorithm)")
    case .cancelled(let address, _):
      (.image.cancelled, "the download of `\(address)` was cancelled")
    case .failed(let address, _): (.image.failed, "the download of `\(address)` failed")
    case .unusableCache(let path, _):
      (.image.unusableCache, "cannot write `\(path)` in the image cache")
    case .unlisted(let name, let file):
      (.image.unlisted, "the checksum file `\(file)` does not list `\(name)`")
    case .badSignature(let file, _):
      (.image.badSignature, "the signature of `\(file)` is not valid")
    case .damagedArchive(let address, _):
      (.image.damagedArchive, "the archive `\(address)` is damaged")
    case .noSingleImage(let address, let names):
      (
        .image.noSingleImage,
        names.isEmpty
          ? "the archive `\(address)` contains no image"
          : "the archive `\(address)` contains \(names.count) images"
      )
    case .unknownName(let name, _): (.image.unknownName, "the catalogue has no image `\(name)`")
    case .otherArchitecture(let name, let architecture, _):
      (.image.otherArchitecture, "there is no `\(name)` for \(architecture)")
    case .malformedCatalogue(let path, _):
      (.image.malformedCatalogue, "the catalogue `\(path)` cannot be read")
    case .unfitImage: (.image.notAnImage, "the file is not an image")
    }
  }

  private static func notes(_ failure: DownloadFailure) -> [String] {
    switch failure {
    case .missing(_, let status), .forbidden(_, let status), .refused(_, let status, _):
      ["the server answered with status \(status)"]
    case .unknownHost(_, let reason), .noConnection(_, let reason), .insecure(_, let reason),
      .redirects(_, let reason), .failed(_, let reason):
      ["curl: \(reason)"]
    case .cutShort(_, let received, let reason):
      ["\(received) bytes were received", reason]
    case .stalled(_, let seconds, let received):
      ["\(received) bytes were received, and almost nothing for \(seconds) s"]
    case .full(let path, let needed?, let available):
      ["`\(path)` needs \(needed) bytes, \(available) are available"]
    case .full(let path, nil, let available):
      ["`\(path)` was removed; \(available) bytes were available"]
    case .wrongDigest(_, _, let expected, let found, let origin):
      ["expected by \(origin): \(expected)", "found: \(found)", "the download was removed"]
    case .unfitDigest(_, let algorithm):
      ["a \(algorithm) has \(algorithm == "sha256" ? 64 : 128) hexadecimal digits"]
    case .cancelled(_, let kept):
      kept > 0 ? ["the next run continues after \(kept) bytes"] : []
    case .unusableCache(_, let reason), .malformedCatalogue(_, let reason): [reason]
    case .badSignature(_, let reason): reason.isEmpty ? [] : ["gpgv: \(reason)"]
    case .damagedArchive(_, let reason): ["libarchive: \(reason)"]
    case .noSingleImage(_, let names): names.prefix(5).map { "it contains `\($0)`" }
    case .otherArchitecture(_, _, let offered): ["offered: \(offered.joined(separator: ", "))"]
    case .unfitAddress, .tooLarge, .notAnImage, .unlisted, .unknownName, .unfitImage: []
    }
  }

  private static func helps(_ failure: DownloadFailure) -> [String] {
    switch failure {
    case .unfitAddress: ["write an address such as `https://example.org/image.qcow2`"]
    case .missing: ["look for the present address on the publisher's site"]
    case .forbidden: ["add the credentials to `~/.netrc`, readable for you only"]
    case .refused: ["run again later"]
    case .unknownHost: ["correct the name of the server, or check the network of this machine"]
    case .noConnection: ["check the network of this machine, and its proxy: `https_proxy`"]
    case .insecure:
      ["install the certificate authority of the server, or name it by `SSL_CERT_FILE`"]
    case .redirects: ["write the address that it finally leads to"]
    case .cutShort, .stalled: ["run again: the download continues after the received part"]
    case .tooLarge: ["raise the limit: `VMSCRIPT_DOWNLOAD=limit=1TiB`"]
    case .full: ["free space with `vmscript image gc`, or set `XDG_CACHE_HOME` to another folder"]
    case .notAnImage: ["write the address of the image itself, as a download link has it"]
    case .wrongDigest(_, _, _, _, let origin):
      origin == Self.declaration
        ? ["correct the declared digest, or the address"]
        : ["run again later: the publisher may be replacing the image"]
    case .unfitDigest: ["copy the whole digest"]
    case .failed: ["run again later"]
    case .unusableCache: ["make the folder writable, or set `XDG_CACHE_HOME` to another one"]
    case .unlisted: ["declare the address of the image and its `sha256` instead of the name"]
    case .badSignature: ["run again later; update the package with the publisher's keys"]
    case .damagedArchive(let address, _):
      [address.hasPrefix("/") ? "fetch the file again" : "run again: it is downloaded again"]
    case .noSingleImage: ["unpack it, and name the image: `source = \"disk.vmdk\"`"]
    case .unknownName(_, let closest):
      (closest.map { ["did you mean `\($0)`?"] } ?? [])
        + ["list the names: `vmscript image catalog`"]
    case .otherArchitecture(let name, _, let offered):
      offered.first.map { ["write `source = \"\(name):\($0)\"`"] } ?? []
    case .malformedCatalogue: ["correct it, or remove it"]
    case .cancelled, .unfitImage: []
    }
  }

  /// The origin of a digest that the script declares.
  static let declaration = "the declaration"
}
