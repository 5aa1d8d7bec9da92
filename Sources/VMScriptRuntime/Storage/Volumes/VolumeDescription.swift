import VMScript

/// What a plan reads out of a `<volume>` document.
struct VolumeDescription {
  /// Where it is on the host.
  let path: String
  /// The path of what this one is an overlay on.
  let backing: Fact<String>
  /// The size that a guest sees, in bytes.
  let capacity: Int64?
  /// The size of the file or device itself, in bytes.
  let physical: Int64?
  /// libvirt's word, such as `qcow2`.
  let format: String?

  /// Reads a `<volume>` document.
  ///
  /// - Parameter place: where the volume is if the document does not say.
  /// - Throws: `MalformedXML` if it is none.
  init(xml: String, at place: String) throws(MalformedXML) {
    let root = try XMLElement.parse(xml, root: "volume")
    func text(_ path: String) -> String? {
      root.text(at: path).flatMap { $0.isEmpty ? nil : $0 }
    }
    let path = text("target/path") ?? place
    self.path = path
    backing = text("backingStore/path").map { BackingName.path($0, of: path) } ?? .absent
    // libvirt writes sizes in bytes.
    capacity = text("capacity").flatMap(Int64.init)
    physical = text("physical").flatMap(Int64.init)
    format = text("target/format/@type")
  }
}
