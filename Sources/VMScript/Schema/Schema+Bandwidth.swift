extension Schema {
  /// Limits of what goes to and from guests, of a network or of one interface.
  ///
  /// - Parameters:
  ///   - impact: when a change takes effect, unless `live` names a way to make it at once.
  static func bandwidth(
    _ doc: String, impact: Impact = .nextStart, live: LiveChange? = nil
  ) -> BlockSchema {
    func direction(_ name: String, _ doc: String) -> BlockSchema {
      func row(_ name: String, _ doc: String, isRequired: Bool = false) -> PropertySchema {
        PropertySchema(
          name, .int(1...4_294_967_295), doc, impact: impact, live: live,
          xml: XMLPlace("@\(name)"), isRequired: isRequired)
      }
      return BlockSchema(
        name, doc, shorthand: "average", xml: XMLPlace(name),
        properties: [
          row("average", "KiB a second on average.", isRequired: true),
          row("peak", "KiB a second at most, in a burst."),
          row("burst", "KiB that may go at the peak rate."),
        ])
    }
    return BlockSchema(
      "bandwidth", doc, xml: XMLPlace("bandwidth"),
      blocks: [
        direction("inbound", "To the guests: a number of KiB a second, or a block."),
        direction("outbound", "From the guests: a number of KiB a second, or a block."),
      ])
  }
}
