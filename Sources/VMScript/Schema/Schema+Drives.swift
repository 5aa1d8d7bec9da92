/// Disks and drives with media.
extension Schema {
  static let disk = BlockSchema(
    "disk", "A disk: an overlay on an image, an existing volume, or a new empty disk.",
    label: .optional, repeats: true, identity: .target,
    example: "disk data { size = 10GiB, cache = none, discard = unmap }",
    xml: XMLPlace("devices/disk", with: ["@device": "disk"]), hotPlug: .bus,
    properties: storage + [bus, dev, .boot] + driver + target, blocks: [iotune])

  static let cdrom = BlockSchema(
    "cdrom", "A CD-ROM drive.", label: .optional, repeats: true, identity: .target,
    example: "cdrom { }", xml: XMLPlace("devices/disk", with: ["@device": "cdrom"]), hotPlug: .bus,
    properties: [medium, bus, dev, .boot])

  static let floppy = BlockSchema(
    "floppy", "A floppy drive, read-only for the guest.", label: .optional, repeats: true,
    identity: .target, example: "floppy { }",
    xml: XMLPlace("devices/disk", with: ["@device": "floppy"]), hotPlug: .bus,
    properties: [medium, dev, .boot])

  private static let medium = PropertySchema(
    "source", .either([.path, .resource([.image])]), "The medium; none for an empty drive.",
    live: .medium)

  private static let storage: [PropertySchema] = [
    PropertySchema(
      "image", .resource([.image]), "The image that backs it as a private overlay.",
      impact: .dataLoss),
    PropertySchema(
      "source", .either([.path, .resource([.image])]),
      "The volume, file or block device to use directly.", impact: .dataLoss),
    PropertySchema(
      "size", .size, "The virtual size, rounded up to whole MiB; it can grow.", live: .growth),
    PropertySchema(
      "format", .word(["raw", "qcow2"]),
      "The format of a new disk, or of a `source` whose content looks like an image.",
      impact: .dataLoss),
    PropertySchema(
      "pool", .string, "The storage pool of a new disk.", format: .objectName, impact: .dataLoss),
    PropertySchema(
      "moved_from", .resource([.domain]),
      "The domain that no longer declares this disk; the volume moves with its content.",
      impact: .none, isInherited: false),
    PropertySchema(
      "moved_disk", .string,
      "The previous label, or `disk1` by position; defaults to the label here.", format: .line,
      impact: .none, isInherited: false),
  ]

  private static let driver: [PropertySchema] = [
    .words(
      "cache", "driver/@cache", ["none", "writeback", "writethrough", "directsync", "unsafe"],
      "The cache mode of the host."),
    .words("io", "driver/@io", ["threads", "native", "io_uring"], "The I/O mode of the host."),
    .words(
      "discard", "driver/@discard", ["ignore", "unmap"],
      "The treatment of blocks that the guest discards."),
    .words(
      "detect_zeroes", "driver/@detect_zeroes", ["off", "on", "unmap"],
      "The treatment of zeros that the guest writes."),
    .words(
      "error_policy", "driver/@error_policy", ["stop", "report", "ignore", "enospace"],
      "The action after a failed write."),
    .words(
      "rerror_policy", "driver/@rerror_policy", ["stop", "report", "ignore"],
      "The action after a failed read."),
    .onOff("copy_on_read", "driver/@copy_on_read", "Whether what is read from an image is copied."),
    .int("iothread", "driver/@iothread", 1...1024, "The I/O thread that serves it."),
    .int("queues", "driver/@queues", 1...1024, "The number of queues."),
    .int("queue_size", "driver/@queue_size", 2...1024, "The length of a queue, a power of two."),
    .onOff("ioeventfd", "driver/@ioeventfd", "Whether an own thread handles requests."),
    .onOff("event_idx", "driver/@event_idx", "Whether notifications are spared."),
  ]

  private static let target: [PropertySchema] = [
    .text("serial", "serial", .serialNumber, "The serial number in the guest."),
    .text("wwn", "wwn", .wwn, "The World Wide Name in the guest.", isInherited: false),
    .text("vendor", "vendor", .diskVendor, "The vendor in the guest, of a disk on SCSI."),
    .text("product", "product", .diskProduct, "The product in the guest, of a disk on SCSI."),
    .onOff("removable", "target/@removable", "Whether the guest may eject it, of a disk on USB."),
    PropertySchema(
      "rotation_rate", .either([.int(1...1), .int(1025...65_534)]),
      "The rotations per minute in the guest; 1 for a solid-state disk.",
      xml: XMLPlace("target/@rotation_rate")),
    .int(
      "logical_block_size", "blockio/@logical_block_size", 512...32_768,
      "The block size that the guest must use, in bytes."),
    .int(
      "physical_block_size", "blockio/@physical_block_size", 512...32_768,
      "The block size that the guest should use, in bytes."),
    .presence("readonly", "readonly", "Whether it is read-only for the guest."),
    .presence("shareable", "shareable", "Whether several guests may use it."),
    .presence("transient", "transient", "Whether each start discards what the guest wrote."),
  ]

  private static let iotune = BlockSchema(
    "iotune", "Limits on the guest's reads and writes per second.",
    example: "disk { size = 1GiB, iotune { total_bytes_sec = 50MB } }", xml: XMLPlace("iotune"),
    properties: directions.flatMap {
      limits($0, "", "\($0.bytes) per second.", "\($0.requests) per second.")
    }
      + directions.flatMap {
        limits(
          $0, "_max", "\($0.bytes) per second in a burst.", "\($0.requests) per second in a burst.")
      }
      + directions.flatMap { direction in
        ["bytes", "iops"].map { unit in
          throttle(
            "\(direction.name)_\(unit)_sec_max_length", .int(1...1_000_000),
            "The length of a burst of `\(direction.name)_\(unit)_sec_max` in seconds.")
        }
      } + [
        throttle("size_iops_sec", .size, "The size of a request that counts as one.", .bytes)
      ])

  private static let directions = [
    (name: "total", bytes: "Bytes read and written", requests: "Requests"),
    (name: "read", bytes: "Bytes read", requests: "Read requests"),
    (name: "write", bytes: "Bytes written", requests: "Write requests"),
  ]

  private static func limits(
    _ direction: (name: String, bytes: String, requests: String), _ suffix: String,
    _ bytes: String, _ requests: String
  ) -> [PropertySchema] {
    [
      throttle("\(direction.name)_bytes_sec\(suffix)", .size, bytes, .bytes),
      throttle("\(direction.name)_iops_sec\(suffix)", .int(1...1_000_000_000), requests),
    ]
  }

  private static func throttle(
    _ name: String, _ type: PropertyType, _ doc: String, _ codec: XMLPlace.Codec = .text
  ) -> PropertySchema {
    PropertySchema(name, type, doc, live: .throttle, xml: XMLPlace(name, codec))
  }

  private static let bus = PropertySchema(
    "bus", .word(["virtio", "scsi", "sata", "ide", "usb"]), "The bus.",
    xml: XMLPlace("target/@bus"))

  private static let dev = PropertySchema(
    "dev", .string, "The target, such as `vda`.", format: .target, xml: XMLPlace("target/@dev"))
}

/// The properties of the buses of drives.
package enum DriveBus {
  /// The default bus of each kind of drive.
  package static let defaults = ["disk": "virtio", "cdrom": "sata", "floppy": "fdc"]

  /// The buses that accept drives while a machine runs, through a PCI port or a controller.
  package static let ports: Set<String> = ["virtio"]
  /// The types of the controllers that accept drives while a machine runs, each with the bus's
  /// name.
  package static let controllers: Set<String> = ["scsi", "usb"]

  /// The number of drives on a bus of which a machine has only one.
  static let limits = ["ide": 4, "fdc": 2]

  /// Returns the prefix of the targets on a bus.
  package static func prefix(of bus: String) -> String {
    ["virtio": "vd", "ide": "hd", "fdc": "fd"][bus] ?? "sd"
  }

  /// The target of the cloud-init seed: the last of its bus, so that it never displaces a disk.
  package static let seedTarget = "vdz"
}
