/// What a plan reads out of a `<volume>` document.
struct VolumeDescription {
  /// Where it is on the host.
  let path: String?
  /// The path of the volume that this one is an overlay on; nil for none.
  let backingPath: String?
  /// The size that a guest sees, in bytes.
  let capacity: Int64?
  /// libvirt's word, such as `qcow2`.
  let format: String?

  /// Reads a `<volume>` document.
  ///
  /// - Throws: `MalformedXML` if it is none.
  init(xml: String) throws(MalformedXML) {
    let root = try XMLElement.parse(xml, root: "volume")
    func text(_ path: String) -> String? {
      root.text(at: path).flatMap { $0.isEmpty ? nil : $0 }
    }
    path = text("target/path")
    backingPath = text("backingStore/path")
    // libvirt writes sizes in bytes.
    capacity = text("capacity").flatMap(Int64.init)
    format = text("target/format/@type")
  }
}
