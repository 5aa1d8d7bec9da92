extension Schema {
  static let xmlPatch = BlockSchema(
    "xml",
    "An edit of libvirt's XML without a property of its own; the label is a path from the root.",
    label: .anyText, repeats: true,
    properties: [
      PropertySchema(
        "append", .string, "An element to append to every element at the path.",
        isRequired: true)
    ])
}
