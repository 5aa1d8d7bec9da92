import VMScriptSyntax

/// The codes of images, volumes and seeds.
package struct StorageCodes: DiagnosticTable {
  package init() {}

  package let unreadableFile = DiagnosticCode.ofHost(
    601, "unreadable file",
    "An image's source must be a regular file that you may read, and a kernel or an initial RAM disk a file of the host. The note contains the system's reason."
  )
  let emptyImage = DiagnosticCode.ofHost(
    602, "empty image",
    "The file has no content, as after a failed download. Nothing was uploaded.")
  let imageCutShort = DiagnosticCode.ofHost(
    603, "image cut short",
    "The header points to parts beyond the end of the file, so the download or copy did not finish. Such a file is never used as a base."
  )
  let damagedImage = DiagnosticCode.ofHost(
    604, "damaged image",
    "The header contains impossible values, or marks the image as corrupt.")
  let wrongFormat = DiagnosticCode.ofHost(
    605, "not the declared kind of file",
    "The first bytes show a format other than the declared one, or no disk image at all, such as a compressed archive or the error page of a web server."
  )
  let imageOfSeveralFiles = DiagnosticCode.ofHost(
    606, "image of several files",
    "The image needs other files, which an upload would omit. Convert it into one file first."
  )
  let wrongDigest = DiagnosticCode.ofHost(
    607, "wrong digest",
    "The file's content does not have the digest that the script declares: it is another version, damaged or tampered with. Nothing was uploaded."
  )
  let fileChangedWhileRead = DiagnosticCode.ofHost(
    608, "file changed while read",
    "The file was written to while it was digested or uploaded. The upload is not used.")
  let missingTool = DiagnosticCode.ofHost(
    609, "missing tool", "`qemu-img` converts images to another format.")
  package let conversionFailed = DiagnosticCode.ofHost(
    610, "conversion failed", "`qemu-img convert` rejected the image. The note contains its output."
  )
  let noSuchStoragePool = DiagnosticCode.ofHost(
    611, "no such storage pool",
    "Images and disks are stored in a storage pool, `default` unless `pool` names another.")
  let inactiveStoragePool = DiagnosticCode.ofHost(
    612, "inactive storage pool",
    "The pool is defined but not started, so it cannot store anything.")
  let storagePoolFull = DiagnosticCode.ofHost(
    613, "storage pool full",
    "The pool has less space than the upload needs. This is checked before anything is written.")
  let seedNotMade = DiagnosticCode.ofHost(
    615, "seed creation failed",
    "The ISO image with the guest's cloud-init files could not be created.")
  let noSuchVolume = DiagnosticCode.ofHost(
    616, "no such volume",
    "The host has no volume with this name or path. libvirt lists a file that was added by hand after `virsh pool-refresh`."
  )
  package let volumeKept = DiagnosticCode.ofHost(
    617, "volume kept",
    "A volume that no stack made, that backs overlays or that a domain uses is never removed or resized, because that would destroy data."
  )
  let noSize = DiagnosticCode.ofHost(
    618, "missing size",
    "A new, empty disk or image has no content to take the size from. Declare a `size`.")
  let remoteSource = DiagnosticCode.ofHost(
    619, "remote source of a drive",
    "A drive uses a file or a volume of the host in place. Addresses and names of the catalogue are sources of an `image`, which is downloaded once; disks and CD-ROM drives refer to the image."
  )
  let smallerThanBase = DiagnosticCode.ofHost(
    620, "smaller than its backing image",
    "An overlay that is smaller than its backing image would cut off the image's end.")
  let diskCannotShrink = DiagnosticCode.ofHost(
    621, "a disk cannot shrink",
    "The guest's file systems reach to the end of the disk. Shrinking the disk would destroy them.")
  let unfitFormat = DiagnosticCode.ofHost(
    622, "unsupported format on the host",
    "Empty images are raw or qcow2; sources of other formats are converted to these.")
  let digestOfVolume = DiagnosticCode.ofHost(
    623, "digest of a volume",
    "A digest is compared with the content of a local file before it is uploaded. A volume that is already on the host is used without a check."
  )
  let diskWithoutFile = DiagnosticCode.ofHost(
    625, "disk without a file",
    "An overlay needs a file or a device of the host. The disk has other storage, such as a network disk."
  )
  let missingContent = DiagnosticCode.ofHost(
    626, "missing content",
    "An image was complete when the plan was made and is no longer. The next run uploads it again."
  )
  let sharedContent = DiagnosticCode.ofHost(
    627, "shared content",
    "The uploaded content of a file can back many overlays, also of other stacks. A guest that writes to it would corrupt them all. `image = …` creates a private overlay for the disk."
  )
  package let copyOutsidePool = DiagnosticCode.ofHost(
    628, "copy of a file outside all pools",
    "The host makes a full copy from volume to volume. A file outside all storage pools is not a volume, but it can back overlays."
  )
  let foreignImage = DiagnosticCode.ofHost(
    630, "foreign image",
    "The file is a disk image of an unsupported format. A raw disk has no header, so the file could be mistaken for one. `format = raw` uses it unchanged."
  )
  let encryptedImage = DiagnosticCode.ofHost(
    631, "encrypted image",
    "A guest cannot read an encrypted image, as the host has no key for it. If the guest itself unlocks the disk, declare `format = raw`."
  )
  let misleadingFileName = DiagnosticCode.ofHost(
    632, "misleading file name",
    "The extension of the file names a format, but the content shows none of its headers: a damaged download, or a raw disk. `format = raw` uses it unchanged."
  )
  let unopenableImage = DiagnosticCode.ofHost(
    633, "image that cannot be opened",
    "`qemu-img` opens images of other programs before anything is changed, and it rejected this one. The note contains its output."
  )
  let toolTimedOut = DiagnosticCode.ofHost(
    634, "tool timed out",
    "Tools that read images have limits on time, memory and output, because a malicious image could exhaust a host."
  )
  let noRoomForConversion = DiagnosticCode.ofHost(
    635, "no space for a conversion",
    "An image is converted in the folder for temporary files, from a private copy that no one else can change."
  )
  let ambiguousImage = DiagnosticCode.ofHost(
    636, "several images with one name",
    "Two stacks of the host have an image with this name. An image of the script's own stack takes precedence."
  )
  let missingBesideScript = DiagnosticCode.ofHost(
    637, "no such file in the script's folder",
    "Relative paths are relative to the script's folder, not to the working folder."
  )
  let publishedContentChanged = DiagnosticCode.ofHost(
    638, "published content changed",
    "The copy of an image on the host has another size or modification time than after its upload. It backs no new disks: the image is uploaded again. Disks that are backed by the old copy may have lost data."
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
    "With `cache = none` or `directsync`, QEMU bypasses the cache of the host and writes whole blocks of the file system: 512 bytes on most disks, 4096 bytes on others, on tmpfs and on many network file systems. A guest with a writable raw disk that ends within a block does not start. The block size on another machine is unknown, so the plan warns."
  )
  let leftOverlay = DiagnosticCode.ofHost(
    642, "snapshot that stays",
    "An external snapshot puts an overlay on a disk, in a file that libvirt or another tool made. The stack deletes only its own files. Without its backing disk, the overlay is useless: remove the file by hand."
  )
  let growthOutOfReach = DiagnosticCode.ofHost(
    643, "disk that cannot be grown",
    "An external snapshot puts an overlay on a disk, and the guest writes to the overlay. libvirt's storage calls cannot grow a file outside all storage pools. Merge the overlay into the disk, or make its folder a storage pool, and run again."
  )
  let unreadableVolume = DiagnosticCode.ofHost(
    645, "volume that could not be read",
    "libvirt lists the volume but could not read it, so its size, format and backing file are unknown. Unknown is never treated as none: nothing that depends on them is replaced, grown, started or deleted. Run again. If the error remains, check the file and its permissions."
  )
  let possibleOverlay = DiagnosticCode.ofHost(
    646, "possible overlay",
    "A volume or file that could not be read may be an overlay on the disk. Writing to the disk, or deleting it, would corrupt that overlay, so both are refused until the file can be read. A file outside all storage pools can only be read on this machine. On a remote host, make its folder a pool, or start its domain."
  )
  package let keptContent = DiagnosticCode.ofHost(
    647, "kept content",
    "The stack no longer uses the image, but its content stays on the host: a domain, an overlay or another stack still uses it. A later run or `destroy` of the stack removes it once nothing uses it."
  )
  let sharedDisk = DiagnosticCode.ofHost(
    648, "disk that another domain uses",
    "A domain of the host refers to a disk that the stack made for another domain. Deleting the other domain would delete the disk too, so it is refused."
  )
  package let unreadablePool = DiagnosticCode.ofHost(
    649, "pool that could not be read",
    "libvirt returned no readable document of the pool, or no list of its volumes, so its content is unknown. A file in it may be an overlay on any disk of the host: nothing is deleted, replaced, grown or started until the pool can be read."
  )
  let unknownFormat = DiagnosticCode.ofHost(
    660, "unknown format",
    """
    A file, volume or device that is used in place begins like an image, and no definition on the \
    host records its format. A guest with a raw disk can write the header of an image to it, with any \
    file of the host as the backing file. Declare the format: `format = raw` for a disk that a guest \
    used as raw, `format = qcow2` for an image that you made. Once a domain is defined, its definition \
    records the format, which then never follows the content.
    """)
  let notADisk = DiagnosticCode.ofHost(
    661, "not a disk",
    "A disk must be a regular file or a block device. Paths below `/dev` are checked too."
  )
  let keptVolume = DiagnosticCode.ofHost(
    662, "volume that stays",
    """
    A volume is removed with the disk that it was made for, unless another domain uses it or is \
    declared to. From then on it belongs to that domain, and is removed with it. `moved_from` in a \
    `disk` moves a volume without its path, and also grows it if a larger `size` is declared.
    """)
  let keptDisk = DiagnosticCode.ofHost(
    667, "disk that its domain keeps",
    """
    `moved_from` takes a disk from a domain that releases it in the same run: one that is declared \
    without the disk, or that is deleted. Two domains that write to one disk would corrupt it.
    """)
  let discAsDisk = DiagnosticCode.ofHost(
    668, "disc as a disk",
    "The image contains the file system of an optical disc, ISO 9660 or UDF. Most installation media expect a CD-ROM drive: `cdrom { source = … }`. A hybrid image for USB sticks also works as a disk: declare `format = raw` or `readonly = true` to confirm it."
  )
  let diskAsDisc = DiagnosticCode.ofHost(
    669, "disk image in a CD-ROM drive",
    "The medium of a CD-ROM drive is the image of a disc, such as an ISO file. A qcow2 image most likely contains a disk, which belongs in a `disk` block."
  )
  let fixedLayout = DiagnosticCode.ofHost(
    670, "layout of an image",
    "The base, the cluster size and the reference counts of an empty image are fixed when it is created. A change would need another image, which would corrupt the disks that are backed by this one."
  )
  let fetchedAgain = DiagnosticCode.ofHost(
    672, "image that is downloaded again",
    "The host has a copy of the image, but this machine does not have the downloaded file. Only its content shows whether the image has changed, so a run downloads it. A declared `sha256` identifies the copy on the host without a download."
  )
  let lostBase = DiagnosticCode.ofHost(
    671, "lost base",
    "A disk is an overlay on a missing file, so the guest can read neither. The file is not created again, because the overlay still contains the guest's data, and other disks may be backed by it. Restore the file from a backup, or delete the domain and run again."
  )
}

extension DiagnosticCode {
  /// The codes of images, volumes and seeds.
  package static let storage = StorageCodes()
}
