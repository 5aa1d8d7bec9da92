import VMScript
import VMScriptSyntax

/// The messages about images, volumes and seeds.
public enum StorageMessages {
  /// Returns the diagnostic of a failure.
  ///
  /// - Parameters:
  ///   - failure: the failure.
  ///   - span: the property or statement that causes it; nil if there is none.
  ///   - takesFormat: whether `format` can be declared beside the cause.
  public static func diagnostic(
    _ failure: StorageFailure, at span: Span?, takesFormat: Bool = true
  ) -> Diagnostic {
    let (code, message) = headline(failure)
    var result = Diagnostic(code: code, message, at: span.map { Diagnostic.Label($0) })
    result.notes = notes(failure)
    result.helps = helps(failure, takesFormat: takesFormat).map { Diagnostic.Help($0) }
    return result
  }

  /// Reports an operation that would ruin possible overlays.
  static func possiblyOverlaid(
    _ refused: String, by unreadable: [VolumeInventory.Volume], at span: Span?
  ) -> Diagnostic {
    var seen: Set<String> = []
    let notes = unreadable.sorted { $0.path < $1.path }.filter { seen.insert($0.path).inserted }
      .map { "`\($0.path)` could not be read: \($0.backing.reason ?? "")" }
    return Diagnostic(
      code: .storage.possibleOverlay,
      "\(refused): a file that could not be read may be an overlay on its disks",
      at: span.map { .init($0) }, notes: notes, helps: [.init(unreadableHelp)])
  }

  /// Reports a domain whose disk another one uses.
  ///
  /// - Parameter uses: a note on each use.
  static func sharedDisk(of domain: String, _ uses: [String], at span: Span?) -> Diagnostic {
    Diagnostic(
      code: .storage.sharedDisk,
      "the domain `\(domain)` cannot be deleted: another domain uses its disk",
      at: span.map { .init($0) }, notes: uses,
      helps: [.init("take the disk off the other domain first")])
  }

  /// Reports a disk that unreadable domains may use.
  static func possiblyUsed(
    _ action: String, by domains: [UnreadableObject], at span: Span
  ) -> Diagnostic {
    Diagnostic(
      code: .storage.sharedDisk, "the disk cannot be \(action): another domain may use it",
      at: .init(span),
      notes: domains.map(\.note),
      helps: [.init("repair the definition of that domain first: `virsh edit`")])
  }

  static func discAsDisk(_ path: String, at span: Span) -> Diagnostic {
    Diagnostic(
      .warning, code: .storage.discAsDisk, "this is the image of an optical disc, used as a disk",
      at: .init(span, "ISO 9660 or UDF"), notes: ["\(path) contains the file system of a disc"],
      helps: [
        .init("to put it into a CD-ROM drive, write `cdrom { source = … }`"),
        .init("to use it as a disk anyway, write `format = raw`"),
      ])
  }

  static func diskAsDisc(_ path: String, at span: Span) -> Diagnostic {
    Diagnostic(
      .warning, code: .storage.diskAsDisc,
      "this is a qcow2 disk image, used as the medium of a CD-ROM drive",
      at: .init(span, "not an ISO image"), notes: ["\(path) is a disk image"],
      helps: [.init("to use it as a disk, write `disk { image = … }`")])
  }

  /// Reports a raw disk that QEMU cannot write to without the cache of the host.
  ///
  /// - Parameters:
  ///   - size: the size of the file in bytes.
  ///   - cache: the property that disables the cache.
  ///   - block: the block size of the file system in bytes; nil if it was not measured.
  ///   - canBePadded: whether the file exists.
  static func misaligned(
    _ path: String, size: Int64, _ cache: DeclaredProperty, to block: Int64?, canBePadded: Bool
  ) -> Diagnostic {
    let verb = block == nil ? "may not be able to" : "cannot"
    let unit = block ?? DirectIO.largestAlignment
    let padding =
      canBePadded ? ["pad it: `truncate --size=%\(unit) \(QuotedText.shellWord(path))`"] : []
    return Diagnostic(
      block == nil ? .warning : .error, code: .storage.misalignedDisk,
      "`cache = \(cache.value)` \(verb) write to `\(path)`: it ends within a block",
      at: .init(cache.span, "writes blocks of \(unit) bytes"),
      notes: [
        "its size is \(size) bytes",
        "QEMU: Image size is not a multiple of request alignment",
      ],
      helps: (padding + ["or leave `cache` out"]).map { .init($0) })
  }

  /// Warns about files of external snapshots that the deletion of a domain leaves behind.
  package static func leftOverlays(of domain: String, _ paths: [String], at span: Span? = nil)
    -> Diagnostic
  {
    Diagnostic(
      .warning, code: .storage.leftOverlay,
      "the deletion of `\(domain)` leaves the files of its external snapshots",
      at: span.map { .init($0) }, notes: paths,
      helps: [
        .init(
          "they are useless without the disk: remove them afterwards with `rm "
            + "\(paths.map(QuotedText.shellWord).joined(separator: " "))`")
      ])
  }

  /// Reports a disk that cannot grow, because its guest writes to a snapshot in no storage pool.
  static func growthOutOfReach(
    _ path: String, present: Int64, at span: Span
  ) -> Diagnostic {
    let folder = path.split(separator: "/").dropLast().map { "/\($0)" }.joined()
    return Diagnostic(
      code: .storage.growthOutOfReach,
      "the disk cannot be grown: it has a snapshot outside all storage pools",
      at: .init(span, "it is \(ByteSize(bytes: present))"),
      notes: ["the guest writes to \(path)"],
      helps: [
        .init("merge the snapshot into the disk: `virsh blockcommit`"),
        .init(
          "or make its folder a storage pool: `virsh pool-create-as NAME dir --target "
            + "\(QuotedText.shellWord(folder.isEmpty ? "/" : folder))`"),
      ])
  }

  /// Reports a property of an empty image that is fixed at its creation.
  static func fixedLayout(
    of image: Declaration, _ property: DeclaredProperty, present: String
  ) -> Diagnostic {
    Diagnostic(
      code: .storage.fixedLayout,
      "`\(property.schema.name)` of the image `\(image.name)` cannot change once the image is made",
      at: .init(property.span, "it is \(present)"),
      helps: [.init("declare another image, and remove this one once no disk needs it")])
  }

  /// Warns about a released image whose content stays.
  package static func keptContent(of image: String, because reason: String) -> Diagnostic {
    Diagnostic(
      .warning, code: .storage.keptContent, "the content of the image `\(image)` stays on the host",
      notes: [reason, "a run or `destroy` of the stack removes it once nothing uses it"])
  }

  /// Warns about disks that are backed by content that changed after its upload.
  static func changedContent(of image: String, disks: [String], at span: Span) -> Diagnostic {
    Diagnostic(
      .warning, code: .storage.publishedContentChanged,
      "the copy of `\(image)` on the host changed after its upload",
      at: .init(span, "new disks are backed by a new copy"),
      notes: disks.map { "\($0) is backed by the changed copy" },
      helps: [
        .init("restore the copy from a backup, or `delete` the domains and run again")
      ])
  }

  /// Reports content of an image on the host that differs from the upload.
  package static func wrongContent(of image: String, path: String) -> Diagnostic {
    Diagnostic(
      code: .storage.damagedContent, "the copy of `\(image)` on the host is damaged", at: nil,
      notes: ["`\(path)` does not have the digest that it was uploaded with"],
      helps: [.init("restore it from a backup, or `delete` the domains that use it and run again")])
  }

  /// Warns about an image that is on the host and not in the cache, so that a run fetches it.
  static func fetchedAgain(_ image: String, at span: Span) -> Diagnostic {
    Diagnostic(
      .warning, code: .storage.fetchedAgain,
      "a run downloads the image `\(image)` again: it is not in the cache of this machine",
      at: .init(span, "its content may have changed"),
      helps: [.init("declare its `sha256`: the copy on the host is used then")])
  }

  /// Reports a disk that is moved from a domain that keeps it.
  static func stillAttached(_ disk: String, to domain: String, at span: Span) -> Diagnostic {
    Diagnostic(
      code: .storage.keptDisk, "the domain `\(domain)` keeps the volume of `\(disk)`",
      at: .init(span, "cannot be moved here"),
      notes: ["the script does not declare `\(domain)`, and this plan does not delete it"],
      helps: [
        .init("delete `\(domain)`, for example with `--prune`, or declare it without the disk")
      ])
  }

  /// Warns about a volume that stays because another domain uses it by path.
  static func staysByPath(
    _ disk: String, of domain: String, from other: String, at span: Span
  ) -> Diagnostic {
    Diagnostic(
      .warning, code: .storage.keptVolume,
      "the volume that `\(other)` no longer declares stays: `\(disk)` of `\(domain)` uses it",
      at: .init(span, "uses it by its path"),
      helps: [
        .init("to move the disk, write `moved_from = \(other)` instead of `source`")
      ])
  }

  private static func headline(_ failure: StorageFailure) -> (DiagnosticCode, String) {
    switch failure {
    case .unreadable(let path, _): (.storage.unreadableFile, "cannot read `\(path)`")
    case .nowhere(let path, _): (.storage.unreadableFile, "cannot read `\(path)`")
    case .emptyImage: (.storage.emptyImage, "the image file is empty")
    case .truncatedImage(let format, _, _):
      (.storage.imageCutShort, "the \(format.name) image is cut short")
    case .corruptImage(let format): (.storage.damagedImage, "the \(format.name) image is damaged")
    case .notAnImage(let found): (.storage.wrongFormat, "this is \(found), not a disk image")
    case .formatMismatch(let declared, let found):
      (.storage.wrongFormat, "the file is \(found.name), not \(declared.name) as declared")
    case .splitImage(let path?):
      (.storage.imageOfSeveralFiles, "the image keeps its data in another file, `\(path)`")
    case .splitImage(nil): (.storage.imageOfSeveralFiles, "the image keeps its data in other files")
    case .hasBackingFile(let path?):
      (.storage.imageOfSeveralFiles, "the image is only an overlay on `\(path)`")
    case .hasBackingFile(nil):
      (.storage.imageOfSeveralFiles, "the image is only an overlay on another one")
    case .foreignImage(let found):
      (.storage.foreignImage, "this is \(found), which is not supported")
    case .encrypted(let format):
      (
        .storage.encryptedImage,
        format == .raw
          ? "the image is encrypted with LUKS" : "the \(format.name) image is encrypted"
      )
    case .misnamed(let format):
      (
        .storage.misleadingFileName,
        "the file has the extension of \(format), but not its content"
      )
    case .unfitImage(let format, _):
      (.storage.unopenableImage, "`qemu-img` cannot open the \(format.name) image")
    case .toolTimedOut(let tool, let seconds):
      (.storage.toolTimedOut, "`\(tool)` did not finish within \(seconds) s")
    case .scratchFull(let folder, _, _):
      (.storage.noRoomForConversion, "`\(folder)` has no space for the conversion")
    case .ambiguousImage(let name, _):
      (.storage.ambiguousImage, "several images of the host are named `\(name)`")
    case .missingBesideScript(let path):
      (.storage.missingBesideScript, "there is no file `\(path)` in the script's folder")
    case .digestMismatch(let algorithm, _, _):
      (.storage.wrongDigest, "the file does not have the declared \(algorithm)")
    case .changedWhileRead: (.storage.fileChangedWhileRead, "the file changed while it was read")
    case .toolMissing(let tool): (.storage.missingTool, "`\(tool)` is not installed")
    case .conversionFailed(let status, _):
      (.storage.conversionFailed, "converting the image failed with status \(status)")
    case .missingPool(let name, _):
      (.storage.noSuchStoragePool, "there is no storage pool `\(name)`")
    case .inactivePool(let name):
      (.storage.inactiveStoragePool, "the storage pool `\(name)` is not active")
    case .unreadablePool(let name, _):
      (.storage.unreadablePool, "the storage pool `\(name)` cannot be read")
    case .poolFull(let name, _, _):
      (.storage.storagePoolFull, "the storage pool `\(name)` does not have enough space")
    case .unfitStackName(let name):
      (.program.unfitStackName, "`\(name)` cannot be the name of a stack")
    case .missingVolume(let name):
      (.storage.noSuchVolume, "there is no volume `\(name)` on the host")
    case .unreadableVolume(let path, _):
      (.storage.unreadableVolume, "the host cannot read the volume `\(path)`")
    case .volumeKept(let name, _): (.storage.volumeKept, "the volume `\(name)` must not be changed")
    case .missingSize(let what): (.storage.noSize, "a new, empty \(what) needs a `size`")
    case .remoteSource(let address):
      (
        .storage.remoteSource,
        "`\(MaskedAddress.text(address))` cannot be used in place: it is not a file or a volume"
      )
    case .tooSmall(let declared, let needed):
      (
        .storage.smallerThanBase,
        "\(ByteSize(bytes: declared)) is less than the \(ByteSize(bytes: needed)) of its backing image"
      )
    case .cannotShrink(let declared, let present):
      (
        .storage.diskCannotShrink,
        "a disk of \(ByteSize(bytes: present)) cannot be shrunk to \(ByteSize(bytes: declared))"
      )
    case .tooLarge(let format, let declared, let limit):
      (
        .storage.sizeBeyondFormat,
        "\(ByteSize(bytes: declared)) is more than the limit of a \(format.name) image, \(ByteSize(bytes: limit))"
      )
    case .unfitFormat(let format):
      (.storage.unfitFormat, "the host cannot store this image as \(format.name)")
    case .digestOfVolume:
      (.storage.digestOfVolume, "the digest of a volume on the host is not checked")
    case .sharedContent(let image):
      (.storage.sharedContent, "the content of `\(image)` is shared and never written to")
    case .copyOutsidePool(let path):
      (.storage.copyOutsidePool, "`\(path)` is in no storage pool and cannot be copied")
    case .diskElsewhere(let target):
      (.storage.diskWithoutFile, "the disk `\(target)` is not a file or device of the host")
    case .missingBase(let image):
      (.storage.missingContent, "the content of the image `\(image)` is not on the host")
    case .lostBase(let base, _):
      (.storage.lostBase, "the backing file `\(base)` of the disk is missing")
    case .unknownFormat(let path, _):
      (.storage.unknownFormat, "the format of `\(path)` is not known")
    case .unfitSource(let path, let what):
      (.storage.notADisk, "`\(path)` is \(what), not a file or a block device")
    case .notAFile(let path, let what):
      (.storage.unreadableFile, "`\(path)` is \(what), not a file")
    case .seedFailed: (.storage.seedNotMade, "the guest's seed could not be created")
    }
  }

  private static func notes(_ failure: StorageFailure) -> [String] {
    switch failure {
    case .unreadable(_, let reason), .unreadablePool(_, let reason): [reason]
    case .nowhere(_, let volumes):
      [
        volumes.isEmpty
          ? "there is no such file here, and no such volume in the host's pools"
          : "there is no such file here"
      ]
    case .unreadableVolume(_, let reason):
      [
        reason,
        "its size, format and backing file are unknown, so nothing that depends on them is done",
      ]
    case .truncatedImage(_, let needs, let has):
      ["its tables need \(needs) bytes, the file has \(has)"]
    case .digestMismatch(_, let declared, let found): ["declared: \(declared)", "found: \(found)"]
    case .unfitImage(_, let output), .conversionFailed(_, let output):
      output.isEmpty ? [] : ["qemu-img: \(output)"]
    case .missingPool(_, let existing):
      [
        existing.isEmpty
          ? "the host has no storage pool" : "the host has: \(existing.joined(separator: ", "))"
      ]
    case .ambiguousImage(_, let paths): paths
    case .lostBase(_, let overlay):
      [
        "`\(overlay)` contains only the data written since its creation; the rest was in the backing file"
      ]
    case .poolFull(_, let needed, let available), .scratchFull(_, let needed, let available):
      ["needed: \(needed) bytes, available: \(available) bytes"]
    case .volumeKept(_, let refusal): [reason(refusal)]
    case .seedFailed(let reason): [reason]
    case .unknownFormat(_, let content):
      [
        "its content begins like \(content == "split" ? "an image of several files" : "a \(content) image")",
        "a guest with a raw disk can write such a header, which names other files of the host",
      ]
    default: []
    }
  }

  /// Returns the reason to keep a volume as text.
  package static func reason(_ refusal: VolumeInventory.Refusal) -> String {
    switch refusal {
    case .notOwned: "no stack made it"
    case .hasOverlays(let names): "these are overlays on it: \(names.joined(separator: ", "))"
    case .mayHaveOverlays(let paths):
      "these could not be read and may be overlays on it: \(paths.joined(separator: ", "))"
    case .usedByDomain(let names): "domains use it: \(names.joined(separator: ", "))"
    case .pinned(let stacks): "stacks use it: \(stacks.joined(separator: ", "))"
    }
  }

  /// The instruction to make a volume or a file readable.
  static let unreadableHelp =
    "run again if the error was temporary; otherwise make the file readable for libvirt, and a folder "
    + "outside all pools a pool: `virsh pool-create-as NAME dir --target FOLDER`"

  private static func helps(_ failure: StorageFailure, takesFormat: Bool) -> [String] {
    if !takesFormat, case .unknownFormat(let path, _) = failure {
      return [
        "declare its format in an image: "
          + "`image NAME { source = \(QuotedText.literal(path)), format = raw }` if a guest used it as a "
          + "raw disk"
      ]
    }
    guard !takesFormat, failure.isOfOpaqueContent else { return helps(failure) }
    return helps(failure).filter { !$0.contains("`format = raw`") } + [
      "to use it as raw bytes anyway, declare an image: "
        + "`image NAME { source = …, format = raw }`"
    ]
  }

  private static func helps(_ failure: StorageFailure) -> [String] {
    switch failure {
    case .nowhere(_, let volumes):
      volumes.map { "to use the volume of the host, write `source = \(QuotedText.literal($0))`" }
    case .emptyImage, .truncatedImage, .corruptImage: ["fetch the file again"]
    case .notAnImage(let found):
      [
        found.contains("archive")
          ? "unpack it first" : "check the address that it was fetched from",
        "to use it as a raw disk anyway, write `format = raw`",
      ]
    case .foreignImage:
      [
        "convert it to qcow2 with a tool that supports it, such as `qemu-img convert -O qcow2 OLD NEW`",
        "to use it as a raw disk anyway, write `format = raw`",
      ]
    case .encrypted(.raw):
      ["if the guest itself unlocks it, write `format = raw`; otherwise decrypt it first"]
    case .encrypted: ["decrypt it first: `qemu-img convert` with `--object secret,…`"]
    case .misnamed: ["fetch the file again, or, if it is a raw disk, write `format = raw`"]
    case .unfitImage: ["check it: `qemu-img check FILE`"]
    case .toolTimedOut:
      ["check the image, or convert it first: `qemu-img convert -O qcow2 OLD NEW`"]
    case .scratchFull: ["free space, or set `TMPDIR` to another folder"]
    case .ambiguousImage: ["name one by its path: `source = \"/…\"`"]
    case .missingBesideScript: ["write a path relative to the script's folder, or an absolute one"]
    case .formatMismatch(_, .vhd), .formatMismatch(_, .qed): ["leave `format` out"]
    case .formatMismatch(_, let found): ["write `format = \(found.name)`, or leave it out"]
    case .splitImage, .hasBackingFile: ["make it one file: `qemu-img convert -O qcow2 OLD NEW`"]
    case .digestMismatch: ["fetch the file again, or correct the declared digest"]
    case .changedWhileRead: ["wait until it is completely written, then run again"]
    case .toolMissing: ["install the package `qemu-utils` (`qemu-img` elsewhere)"]
    case .missingPool(let name, _):
      [
        "create it: `virsh pool-define-as \(QuotedText.shellWord(name)) dir --target FOLDER`, "
          + "`virsh pool-start \(QuotedText.shellWord(name))`, or name another with `pool = …`"
      ]
    case .unreadablePool(let name, _):
      [
        "inspect it: `virsh pool-dumpxml \(QuotedText.shellWord(name))` and "
          + "`virsh vol-list \(QuotedText.shellWord(name))`"
      ]
    case .inactivePool(let name): ["start it: `virsh pool-start \(QuotedText.shellWord(name))`"]
    case .poolFull: ["free space, or name another pool with `pool = …`"]
    case .unfitStackName: ["use \(Program.stackNameRule)"]
    case .missingVolume:
      [
        "list the volumes with `virsh vol-list POOL`; a file that was added by hand is listed after "
          + "`virsh pool-refresh POOL`"
      ]
    case .missingSize: ["add a size: `size = 20GiB`"]
    case .remoteSource:
      ["declare an image: `image NAME { source = … }`, and use it: `image = NAME`"]
    case .tooSmall(_, let needed):
      ["write `size = \(ByteSize(bytes: needed))` or more, or leave `size` out"]
    case .cannotShrink(_, let present):
      [
        "write `size = \(ByteSize(bytes: present))`; to start over, `delete` the domain and run again"
      ]
    case .tooLarge(_, _, let limit): ["make it at most \(ByteSize(bytes: limit))"]
    case .unfitFormat: ["write `format = qcow2`, or `raw`"]
    case .digestOfVolume: ["leave the digest out, or name a local file, which is uploaded"]
    case .diskElsewhere(let target): ["remove it from the clone: `remove disk \"\(target)\"`"]
    case .sharedContent(let image):
      ["use a private overlay, `image = \(image)`, or declare `readonly = true`"]
    case .copyOutsidePool:
      [
        "leave `full` out, or make its folder a pool: `virsh pool-create-as NAME dir --target FOLDER`"
      ]
    case .missingBase: ["run the script again to upload it"]
    case .unknownFormat(_, let content):
      [
        "if a guest used it as a raw disk, add `format = raw`",
        content == ImageFormat.qcow2.rawValue
          ? "if you made it as a qcow2 image, add `format = qcow2`"
          : "if you made it as an image, convert it first: `qemu-img convert -O qcow2 OLD NEW`",
      ]
    case .notAFile: ["name a file"]
    case .unfitSource: ["name a disk image, a volume or a block device"]
    case .volumeKept(_, .usedByDomain), .volumeKept(_, .hasOverlays):
      ["remove what uses it first"]
    case .lostBase:
      ["restore the file, or `delete` the domain, whose disk is lost, and run again"]
    case .unreadableVolume, .volumeKept(_, .mayHaveOverlays): [unreadableHelp]
    case .unreadable, .conversionFailed, .seedFailed, .volumeKept: []
    }
  }
}
