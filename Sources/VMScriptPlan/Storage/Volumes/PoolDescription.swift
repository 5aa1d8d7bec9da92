import VMScript

/// What a plan reads out of a `<pool>` document.
package struct PoolDescription {
  /// What the paths of the pool's volumes begin with; empty for a pool without a place on the host.
  package let path: String
  /// Whether its volumes are block devices.
  package let holdsDevices: Bool

  /// Reads a `<pool>` document.
  ///
  /// - Throws: `MalformedXML` if it is none.
  package init(xml: String) throws(MalformedXML) {
    let root = try XMLElement.parse(xml, root: "pool")
    let text = root.text(at: "target/path") ?? ""
    holdsDevices = ["logical", "disk", "iscsi", "iscsi-direct", "scsi", "mpath", "zfs"]
      .contains(root["type"])
    path = text.count > 1 && text.hasSuffix("/") ? String(text.dropLast()) : text
  }
}
