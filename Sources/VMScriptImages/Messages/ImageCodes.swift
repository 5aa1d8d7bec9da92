import VMScriptSyntax

/// The codes of downloads, the cache of images and the catalogue.
package struct ImageCodes: DiagnosticTable {
  package init() {}

  let unfitAddress = DiagnosticCode.ofHost(
    901, "unsupported address",
    "Images are downloaded from addresses that begin with `http://` or `https://` and contain the name of a host. Spaces and control characters must be escaped."
  )
  let missing = DiagnosticCode.ofHost(
    902, "no such file on the server",
    "The server answered with status 404 or 410: it has no file at this address. Publishers remove old images, so an address with a date or a version may expire."
  )
  let forbidden = DiagnosticCode.ofHost(
    903, "no permission to download",
    "The server or a proxy wants other credentials. They are read from `~/.netrc`, or from the address itself. Addresses with a signature expire."
  )
  let refused = DiagnosticCode.ofHost(
    904, "server error",
    "The server answered with a status that is no download. Errors that may pass, such as 503, are retried a few times with growing pauses."
  )
  let unknownHost = DiagnosticCode.ofHost(
    905, "unknown server",
    "The name of the server, or of the proxy, was not resolved. An image that is in the cache is used with a warning."
  )
  let noConnection = DiagnosticCode.ofHost(
    906, "no connection to the server",
    "The server refused the connection, or did not answer within 30 seconds. `VMSCRIPT_DOWNLOAD=connect=2m` allows more time. Proxies are read from the environment: `https_proxy`, `http_proxy`, `no_proxy`."
  )
  let insecure = DiagnosticCode.ofHost(
    907, "insecure connection",
    "The certificate of the server is not valid for its name, has expired, or is not issued by a known authority. The authority of an own server can be installed on this machine, or named by `SSL_CERT_FILE`. There is no option to ignore the error."
  )
  let redirects = DiagnosticCode.ofHost(
    908, "redirect that is not followed",
    "At most ten redirects are followed, to addresses of HTTP and HTTPS only. More of them are most likely a circle."
  )
  let cutShort = DiagnosticCode.ofHost(
    909, "download cut short",
    "The connection ended before the content was complete, also after a few more attempts. The received part stays in the cache, and the next run continues it. It is never used as an image."
  )
  let stalled = DiagnosticCode.ofHost(
    910, "download stalled",
    "The server sent next to nothing for a minute, also after a few more attempts. The received part stays in the cache, and the next run continues it. `VMSCRIPT_DOWNLOAD=stall=5m` allows more time."
  )
  let tooLarge = DiagnosticCode.ofHost(
    911, "download too large",
    "A download has a limit, because the answer of a server may have no end, and a small archive can unpack to any size. `VMSCRIPT_DOWNLOAD=limit=1TiB` sets another limit."
  )
  let full = DiagnosticCode.ofHost(
    912, "no space for a download",
    "The file system of the image cache is full. The part that was received is removed. `vmscript image gc` removes unused images; `XDG_CACHE_HOME` moves the cache."
  )
  let notAnImage = DiagnosticCode.ofHost(
    913, "not an image",
    "The server sent something else, such as the page of a login, of a mirror list or of an error. Nothing was added to the cache."
  )
  let wrongDigest = DiagnosticCode.ofHost(
    914, "wrong digest of a download",
    "The downloaded file is not the one that the script or the publisher's checksum file describes: it is another version, damaged or tampered with. It was removed. A digest may be that of the downloaded file or of the image in it."
  )
  let cancelled = DiagnosticCode.ofHost(
    915, "download cancelled",
    "The received part stays in the cache, and the next run continues it. It is never used as an image."
  )
  let failed = DiagnosticCode.ofHost(
    916, "download failed", "The note contains the message of libcurl.")
  let unusableCache = DiagnosticCode.ofHost(
    917, "unusable image cache",
    "Downloaded images are stored in `$XDG_CACHE_HOME/vmscript/images`, or in `~/.cache/vmscript/images`. The folder must be writable for you. The note contains the message of the system."
  )
  let unlisted = DiagnosticCode.ofHost(
    918, "image without a checksum",
    "The catalogue names the publisher's checksum file of the image, and this file does not list the image. An image that cannot be verified is not used."
  )
  let badSignature = DiagnosticCode.ofHost(
    919, "invalid signature",
    "The publisher's checksum file is signed, and `gpgv` rejects the signature: the file was changed, or signed with another key. The note contains its message. Nothing was downloaded."
  )
  let damagedArchive = DiagnosticCode.ofHost(
    920, "damaged archive",
    "The image is compressed, and the compressed file is damaged or incomplete. A download is removed."
  )
  let noSingleImage = DiagnosticCode.ofHost(
    921, "archive without a single image",
    "An archive must hold exactly one image: one file with the extension of an image, or one file at all. An OVA of several disks has to be unpacked first."
  )
  let unknownName = DiagnosticCode.ofHost(
    922, "unknown image name",
    "A source such as `debian:12` is a name of the catalogue. `vmscript image catalog` lists the names. Own names are entries of `$XDG_CONFIG_HOME/vmscript/catalog.yaml`, or of `~/.config/vmscript/catalog.yaml`."
  )
  let otherArchitecture = DiagnosticCode.ofHost(
    923, "architecture that is not offered",
    "The publisher has no image of this name for the architecture. A name may end in one, as in `debian:12:aarch64`; the default is the architecture of this machine."
  )
  let malformedCatalogue = DiagnosticCode.ofHost(
    924, "malformed catalogue",
    "An own catalogue is a YAML map from names such as `debian:12` to maps with `url`, and optionally `checksums`, `signature`, `keyrings`, `user` and `architectures`."
  )
  let staleCopy = DiagnosticCode.ofHost(
    925, "image from the cache",
    "The server was not reached, or had no answer, so the cached copy of the image is used. It was verified when it was downloaded, but may not be the latest. Declare `sha256` to use one version without asking the server."
  )
  let notCached = DiagnosticCode.ofHost(
    926, "image that is not in the cache",
    "`vmscript image list` lists the images in the cache, with the sources that they were downloaded from."
  )
}

extension DiagnosticCode {
  /// The codes of downloads and the cache of images.
  package static let image = ImageCodes()
}
