extension Schema {
  /// The edits of libvirt's XML, in the order in which a block makes them.
  static let xmlPatch = patch(
    "/domain/devices/disk[target/@dev='vda']/driver", attribute: "/domain/memory/@unit",
    impact: .nextStart)

  /// The same of a network.
  static let networkPatch = patch(
    "/network/forward/nat/port", attribute: "/network/bridge/@delay", impact: .restart)

  /// - Parameters:
  ///   - element: the path of an element, as an example.
  ///   - attribute: the path of an attribute, as an example.
  private static func patch(_ element: String, attribute: String, impact: Impact) -> BlockSchema {
    BlockSchema(
      "xml",
      "An edit of libvirt's XML without a property of its own. The label is a path in XPath from the "
        + "root, such as `\(element)`; the block edits every element at the path.",
      label: .anyText, repeats: true,
      properties: [
        PropertySchema(
          "set", .map(.either([.string, .int(.min ... .max)])),
          "The attributes to set, by name: `set = { cache: \"none\" }`.", impact: impact),
        PropertySchema(
          "text", .string, "The text of the element, instead of the present one.", impact: impact),
        fragment("append", "at the end of the element", impact),
        fragment("before", "before the element", impact),
        fragment("after", "after the element", impact),
        PropertySchema(
          "remove", .bool,
          "Whether the element is removed, or the attribute, for a path such as "
            + "`\(attribute)`. With `before` or `after`, the block replaces the element.",
          impact: impact),
      ])
  }

  private static func fragment(
    _ name: String, _ place: String, _ impact: Impact
  ) -> PropertySchema {
    PropertySchema(
      name, .either([.string, .list(.string)]),
      "An element, or a list of elements, to add \(place).", impact: impact)
  }
}
