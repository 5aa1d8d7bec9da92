/// What is known of the buses of drives.
package enum DriveBus {
  /// The bus of each kind of drive where none is declared.
  package static let standard = ["disk": "virtio", "cdrom": "sata", "floppy": "fdc"]

  /// How many drives there can be on a bus of which a machine has one.
  static let limits = ["ide": 4, "fdc": 2]

  /// How the targets on a bus begin.
  package static func prefix(of bus: String) -> String {
    ["virtio": "vd", "ide": "hd", "fdc": "fd"][bus] ?? "sd"
  }

  /// The target of the cloud-init seed: the last of its bus, so that disks never move for it.
  package static let seedTarget = "vdz"
}
