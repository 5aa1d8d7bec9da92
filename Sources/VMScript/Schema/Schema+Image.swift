extension Schema {
  static let image = BlockSchema(
    "image", "A disk image or installation medium on the host.",
    properties: [
      PropertySchema(
        "source", .path, "Where its content comes from: a path, or `volume:POOL/NAME` on the host.",
        impact: .dataLoss),
      PropertySchema(
        "sha256", .string, "SHA-256 that the source must have, as hexadecimal digits.",
        impact: .none),
      PropertySchema(
        "sha512", .string, "SHA-512 that the source must have, as hexadecimal digits.",
        impact: .none),
      PropertySchema(
        "format", .word(["raw", "qcow2", "iso", "vmdk", "vdi", "vhdx"]),
        "Format on the host; a source of another one is converted.", impact: .dataLoss),
      PropertySchema(
        "size", .size, "Virtual size, rounded up to whole MiB; needed where there is no source.",
        impact: .dataLoss),
      PropertySchema(
        "backing", .either([.path, .resource([.image])]),
        "The image that holds what this one does not.", impact: .dataLoss),
      PropertySchema(
        "cluster_size", .size, "Cluster size of a qcow2 image.", impact: .dataLoss),
      PropertySchema(
        "preallocation", .word(["off", "metadata", "falloc", "full"]),
        "What of a new image is allocated at once.", impact: .dataLoss),
      PropertySchema(
        "lazy_refcounts", .bool, "Whether a qcow2 image defers its reference counts.",
        impact: .dataLoss),
      PropertySchema("pool", .string, "The storage pool that holds it.", impact: .dataLoss),
    ])
}
