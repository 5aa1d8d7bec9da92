import VMScriptSyntax

extension StorageMessages {
  /// What `vmscript explain` says about the codes VM0601 to VM0617.
  public static let explanations: [DiagnosticExplanation] = [
    .init(
      601, "unreadable file",
      "An image's source must be a regular file that you may read. The note holds the system's reason."
    ),
    .init(
      602, "empty image",
      "The file has no content, as a failed download leaves it. Nothing was uploaded."),
    .init(
      603, "image cut short",
      "The header points to parts beyond the end of the file, so the download or copy did not finish. Such a file is never used as a base."
    ),
    .init(
      604, "damaged image",
      "The header holds values that cannot be true, or marks the image as corrupt."),
    .init(
      605, "not the declared kind of file",
      "The first bytes show another format than `format` says, or no disk image at all, such as a compressed archive or the error page of a web server."
    ),
    .init(
      606, "image of several files",
      "The image needs other files, which would stay behind when it is uploaded. Convert it into one file first."
    ),
    .init(
      607, "wrong digest",
      "The file's content does not have the digest that the script declares: it is another version, damaged or tampered with. Nothing was uploaded."
    ),
    .init(
      608, "file changed while read",
      "The file was written to while it was digested or uploaded. What was uploaded is not used."),
    .init(
      609, "missing tool", "Images whose format must change are converted by `qemu-img`."),
    .init(
      610, "conversion failed", "`qemu-img convert` refused the image; the note holds its words."),
    .init(
      611, "no such storage pool",
      "Images and disks live in a storage pool, `default` unless `pool` names another."),
    .init(
      612, "inactive storage pool", "The pool is defined but not started, so it can hold nothing."),
    .init(
      613, "storage pool full",
      "The pool has less room than the upload needs. This is checked before anything is written."),
    .init(
      614, "unfit stack name",
      "The stack's name begins the file names of its volumes, so it holds only letters, digits, `_` and `-`."
    ),
    .init(
      615, "seed not made",
      "The small ISO with the guest's cloud-init files could not be put together."),
    .init(
      616, "no such volume",
      "The host has no volume of this name or path. One that was made by hand is seen after `virsh pool-refresh`."
    ),
    .init(
      617, "volume kept",
      "A volume that no stack made, that overlays stand on or that a domain uses is never removed or resized: that would destroy data."
    ),
  ]
}
