import VMScriptSyntax

/// The codes of images, volumes and seeds.
package struct StorageCodes: DiagnosticTable {
  package init() {}

  package let unreadableFile = DiagnosticCode.ofHost(
    601, "unreadable file",
    "An image's source must be a regular file that you may read, and a kernel or an initial RAM disk a file of the host. The note holds the system's reason."
  )
  let emptyImage = DiagnosticCode.ofHost(
    602, "empty image",
    "The file has no content, as a failed download leaves it. Nothing was uploaded.")
  let imageCutShort = DiagnosticCode.ofHost(
    603, "image cut short",
    "The header points to parts beyond the end of the file, so the download or copy did not finish. Such a file is never used as a base."
  )
  let damagedImage = DiagnosticCode.ofHost(
    604, "damaged image",
    "The header holds values that cannot be true, or marks the image as corrupt.")
  let wrongFormat = DiagnosticCode.ofHost(
    605, "not the declared kind of file",
    "The first bytes show another format than `format` says, or no disk image at all, such as a compressed archive or the error page of a web server."
  )
  let imageOfSeveralFiles = DiagnosticCode.ofHost(
    606, "image of several files",
    "The image needs other files, which would stay behind when it is uploaded. Convert it into one file first."
  )
  let wrongDigest = DiagnosticCode.ofHost(
    607, "wrong digest",
    "The file's content does not have the digest that the script declares: it is another version, damaged or tampered with. Nothing was uploaded."
  )
  let fileChangedWhileRead = DiagnosticCode.ofHost(
    608, "file changed while read",
    "The file was written to while it was digested or uploaded. What was uploaded is not used.")
  let missingTool = DiagnosticCode.ofHost(
    609, "missing tool", "Images whose format must change are converted by `qemu-img`.")
  package let conversionFailed = DiagnosticCode.ofHost(
    610, "conversion failed", "`qemu-img convert` refused the image; the note holds its words.")
  let noSuchStoragePool = DiagnosticCode.ofHost(
    611, "no such storage pool",
    "Images and disks live in a storage pool, `default` unless `pool` names another.")
  let inactiveStoragePool = DiagnosticCode.ofHost(
    612, "inactive storage pool", "The pool is defined but not started, so it can hold nothing.")
  let storagePoolFull = DiagnosticCode.ofHost(
    613, "storage pool full",
    "The pool has less room than the upload needs. This is checked before anything is written.")
  package let unfitStackName = DiagnosticCode.ofHost(
    614, "unfit stack name",
    "The stack's name begins the file names of its volumes, so it holds only letters, digits, `_` and `-`."
  )
  let seedNotMade = DiagnosticCode.ofHost(
    615, "seed not made",
    "The small ISO with the guest's cloud-init files could not be put together.")
  let noSuchVolume = DiagnosticCode.ofHost(
    616, "no such volume",
    "The host has no volume of this name or path. One that was made by hand is seen after `virsh pool-refresh`."
  )
  package let volumeKept = DiagnosticCode.ofHost(
    617, "volume kept",
    "A volume that no stack made, that overlays stand on or that a domain uses is never removed or resized: that would destroy data."
  )
  let noSize = DiagnosticCode.ofHost(
    618, "no size",
    "What is new and empty has no content that says how large it is. Write a `size`.")
  let remoteSource = DiagnosticCode.ofHost(
    619, "remote source",
    "Images are taken from local files and from volumes of the host; addresses are not fetched.")
  let smallerThanBase = DiagnosticCode.ofHost(
    620, "smaller than what it stands on",
    "An overlay that is smaller than its base would cut off the base's end.")
  let diskCannotShrink = DiagnosticCode.ofHost(
    621, "a disk cannot shrink",
    "The guest's file systems reach to the end of the disk. Cutting it off would destroy them.")
  let unfitFormat = DiagnosticCode.ofHost(
    622, "format that the host cannot hold",
    "Empty images are raw or qcow2; sources of other formats are converted to these.")
  let digestOfVolume = DiagnosticCode.ofHost(
    623, "digest of a volume",
    "A digest is compared with the content of a local file before it is uploaded. What lies on the host already is used as it is."
  )
  let diskWithoutFile = DiagnosticCode.ofHost(
    625, "disk without a file",
    "An overlay needs a file or a device of the host. The disk is on the network, say.")
  let missingContent = DiagnosticCode.ofHost(
    626, "missing content",
    "An image was complete when the plan was made and is no longer. The next run uploads it anew."
  )
  let sharedContent = DiagnosticCode.ofHost(
    627, "shared content",
    "What is uploaded from a file is the base of many overlays, perhaps of other stacks too. A guest that wrote to it would ruin them all. `image = …` gives the disk an overlay of its own."
  )
  package let copyOutsidePool = DiagnosticCode.ofHost(
    628, "copy of what is in no pool",
    "A full copy is made by the host from volume to volume. A file outside of all storage pools is no volume; overlays may stand on it nevertheless."
  )
  let foreignImage = DiagnosticCode.ofHost(
    630, "foreign image",
    "The file is a disk image of a kind that is neither used nor converted. A raw disk has no header, so the file would pass for one. `format = raw` uses it as it is."
  )
  let encryptedImage = DiagnosticCode.ofHost(
    631, "encrypted image",
    "A guest cannot read an encrypted image, as the host has no key for it. A disk that the guest itself unlocks is raw to the host: write `format = raw`."
  )
  let misleadingFileName = DiagnosticCode.ofHost(
    632, "misleading file name",
    "The extension of the file names a format, but the content shows none of its headers: a broken download, or a raw disk. `format = raw` uses it as it is."
  )
  let unopenableImage = DiagnosticCode.ofHost(
    633, "image that cannot be opened",
    "Images of other programs are opened by `qemu-img` before anything is changed, and it refused this one. The note holds its words."
  )
  let toolTimedOut = DiagnosticCode.ofHost(
    634, "tool timed out",
    "Tools that read images have limits on time, memory and output, as an image can be made to exhaust a host."
  )
  let noRoomForConversion = DiagnosticCode.ofHost(
    635, "no room for a conversion",
    "An image is converted in the folder for temporary files, from a private copy that nobody else can change."
  )
  let ambiguousImage = DiagnosticCode.ofHost(
    636, "several images of one name",
    "Two stacks of the host have an image of this name. An image of the script's own stack is found first."
  )
  let missingBesideScript = DiagnosticCode.ofHost(
    637, "no such file beside the script",
    "Relative paths are relative to the script's folder, whatever the working folder is."
  )
  let publishedContentChanged = DiagnosticCode.ofHost(
    638, "published content changed",
    "The copy of an image on the host has another size or modification time than after its upload. Nothing new is put on it: the image is uploaded again. Disks that are backed by the old copy may have lost data."
  )
  let damagedContent = DiagnosticCode.ofHost(
    639, "damaged content",
    "`vmscript status --verify` reads the copies of images on the host and compares their digests with those of the uploads."
  )
  let sizeBeyondFormat = DiagnosticCode.ofHost(
    640, "size beyond the format",
    "A qcow2 image with clusters of 64KiB holds at most 2PiB, with clusters of 2MiB at most 2EiB. The format was found on the host, or in the source."
  )
  let misalignedDisk = DiagnosticCode.ofHost(
    641, "disk that ends within a block",
    "With `cache = none` or `directsync`, QEMU writes to a file past the cache of the host, in whole blocks of the file system: of 512 bytes on most disks, of 4096 on others, on tmpfs and on many network file systems. A guest with a writable raw disk that ends within a block does not start. A file of another machine is not measured, so the plan warns."
  )
  let leftOverlay = DiagnosticCode.ofHost(
    642, "snapshot that stays",
    "An external snapshot puts an overlay on a disk, in a file that libvirt or a tool of others made. The stack deletes what it made itself. Without the disk below it, the overlay is of no use: remove the file by hand."
  )
  let growthOutOfReach = DiagnosticCode.ofHost(
    643, "disk that cannot be grown",
    "An external snapshot puts an overlay on a disk, and the guest writes to that. An overlay in no storage pool is grown by no call of libvirt's for storage. Merge it into the disk, or make its folder a storage pool, and run again."
  )
  let unreadableVolume = DiagnosticCode.ofHost(
    645, "volume that could not be read",
    "libvirt lists the volume and could not look into it just now, so its size, format and base are unknown. Unknown is never taken for none: nothing is replaced, grown, started or deleted on the strength of it. Run again; if it stays so, look at the file and its permissions."
  )
  let possibleOverlay = DiagnosticCode.ofHost(
    646, "possible overlay",
    "A volume or file that could not be read may be an overlay on the disk. Writing to the disk, or deleting it, would ruin that overlay, so it is refused until the file can be read. A file in no storage pool is read from this machine only; on a remote host, make its folder a pool, or start its domain."
  )
  package let keptContent = DiagnosticCode.ofHost(
    647, "kept content",
    "The stack lets go of the image, but its content stays on the host: a domain, an overlay or another stack still uses it. A later run or `destroy` of the stack removes it once nothing uses it."
  )
  let sharedDisk = DiagnosticCode.ofHost(
    648, "disk that another domain uses",
    "A domain of the host refers to a disk that the stack made for another one. Deleting that one would delete the disk under the former, so it is refused."
  )
  package let unreadablePool = DiagnosticCode.ofHost(
    649, "pool that could not be read",
    "libvirt gave no readable document of the pool, or no list of its volumes, so what it holds is unknown. A file in it may be an overlay on any disk of the host: nothing is deleted, replaced, grown or started until the pool can be read."
  )
  let unknownFormat = DiagnosticCode.ofHost(
    660, "unknown format",
    """
    A file, volume or device that a guest gets as it is begins like an image, and no definition on the \
    host says in which format it was used. A guest with a raw disk can write the header of an image \
    to it, whose backing file would be any file of the host. Say which it is: `format = raw` for a disk \
    that a guest had as raw, `format = qcow2` for an image that you made. Once a domain is defined, its \
    definition is the record, and the format never follows the content.
    """)
  let notADisk = DiagnosticCode.ofHost(
    661, "not a disk",
    "A disk is a regular file or a block device, wherever it is: what lies below `/dev` is looked at, too."
  )
  let keptVolume = DiagnosticCode.ofHost(
    662, "volume that stays",
    """
    A volume goes with the disk that it was made for, unless another domain has it or is declared to \
    have it. From then on it belongs to that domain, and is removed with it. `moved_from` in a `disk` \
    says the same without its path, and also grows the volume if a larger `size` is declared.
    """)
  let keptDisk = DiagnosticCode.ofHost(
    667, "disk that its domain keeps",
    """
    `moved_from` takes a disk from a domain that lets go of it in the same run: one that is declared \
    without the disk, or that is deleted. Two domains that write to one disk would ruin it.
    """)
  let discAsDisk = DiagnosticCode.ofHost(
    668, "disc as a disk",
    "The image holds the file system of an optical disc, ISO 9660 or UDF. Most installation media expect a CD-ROM drive: `cdrom { source = … }`. One that is made to be written to a stick also works as a disk; `format = raw` says that this is meant, and so does `readonly = true`."
  )
  let diskAsDisc = DiagnosticCode.ofHost(
    669, "disk image in a CD-ROM drive",
    "The medium of a CD-ROM drive is the image of a disc, such as an ISO file. A qcow2 image most likely holds a disk, which is a `disk` block's."
  )
  let fixedLayout = DiagnosticCode.ofHost(
    670, "layout of an image",
    "The base of an empty image, its cluster size and the way it keeps its reference counts are chosen when it is made. To change one would be to make another image, under which the disks that are backed by this one would be garbage."
  )
  let lostBase = DiagnosticCode.ofHost(
    671, "lost base",
    "A disk is an overlay on a file that is not there, so that the guest can read neither. Nothing is made anew in its place, for the overlay still holds what the guest wrote, and other disks may be backed by it. Bring the file back from a backup, or delete the domain and run again."
  )
}

extension DiagnosticCode {
  /// The codes of images, volumes and seeds.
  package static let storage = StorageCodes()
}
