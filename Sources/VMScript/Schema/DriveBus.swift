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
