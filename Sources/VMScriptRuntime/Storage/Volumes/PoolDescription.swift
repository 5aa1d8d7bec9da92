import VMScript

/// What a plan reads out of a `<pool>` document.
struct PoolDescription {
  /// What the paths of the pool's volumes begin with; empty for a pool without a place on the host.
  let path: String

  /// Reads a `<pool>` document.
  ///
  /// - Throws: `MalformedXML` if it is none.
  init(xml: String) throws(MalformedXML) {
    let text = try XMLElement.parse(xml, root: "pool").text(at: "target/path") ?? ""
    path = text.count > 1 && text.hasSuffix("/") ? String(text.dropLast()) : text
  }
}
