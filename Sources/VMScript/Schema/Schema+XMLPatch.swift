extension Schema {
  /// The edits of libvirt's XML, in the order in which a block makes them.
  static let xmlPatch = BlockSchema(
    "xml",
    "An edit of libvirt's XML without a property of its own. The label is a path in XPath from the "
      + "root, such as `/domain/devices/disk[target/@dev='vda']/driver`; the block edits every "
      + "element at the path.",
    label: .anyText, repeats: true,
    properties: [
      PropertySchema(
        "set", .map(.either([.string, .int(.min ... .max)])),
        "The attributes to set, by name: `set = { cache: \"none\" }`."),
      PropertySchema(
        "text", .string, "The text of the element, instead of the present one."),
      fragment("append", "at the end of the element"),
      fragment("before", "before the element"),
      fragment("after", "after the element"),
      PropertySchema(
        "remove", .bool,
        "Whether the element is removed, or the attribute, for a path such as "
          + "`/domain/memory/@unit`. With `before` or `after`, the block replaces the element."),
    ])

  private static func fragment(_ name: String, _ place: String) -> PropertySchema {
    PropertySchema(
      name, .either([.string, .list(.string)]),
      "An element, or a list of elements, to add \(place).")
  }
}
