import VMScript

/// What a plan reads out of a `<volume>` document.
package struct VolumeDescription {
  /// Where it is on the host.
  package let path: String
  /// The path of what this one is an overlay on.
  package let backing: Fact<String>
  /// The size that a guest sees, in bytes.
  package let capacity: Int64?
  /// libvirt's word, such as `qcow2`.
  package let format: String?
  /// The length of the file or device itself, in bytes.
  package let length: Int64?
  /// The time of its last modification, in nanoseconds since 1970.
  package let modified: Int64?

  /// Of a qcow2, in bytes.
  package let clusterSize: Int64?
  /// Whether a qcow2 defers its reference counts; nil for another format.
  package let lazyRefcounts: Bool?

  /// Reads a `<volume>` document.
  ///
  /// - Parameter place: where the volume is if the document does not say.
  /// - Throws: `MalformedXML` if it is none.
  package init(xml: String, at place: String) throws(MalformedXML) {
    let root = try XMLElement.parse(xml, root: "volume")
    func text(_ path: String) -> String? {
      root.text(at: path).flatMap { $0.isEmpty ? nil : $0 }
    }
    let path = text("target/path") ?? place
    self.path = path
    backing = text("backingStore/path").map { BackingName.path($0, of: path) } ?? .absent
    // libvirt writes sizes in bytes.
    capacity = text("capacity").flatMap(Int64.init)
    format = text("target/format/@type")
    clusterSize = text("target/clusterSize").flatMap(Int64.init)
    lazyRefcounts =
      format == "qcow2"
      ? root.first("target")?.first("features")?.first("lazy_refcounts") != nil : nil
    length = text("physical").flatMap(Int64.init)
    modified = text("target/timestamps/mtime").flatMap(Self.nanoseconds)
  }

  /// libvirt writes seconds, with nine digits behind a point unless they are all zero.
  private static func nanoseconds(_ text: String) -> Int64? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard let seconds = parts.first.flatMap({ Int64($0) }), parts.count <= 2 else { return nil }
    let fraction = parts.count == 2 ? Int64(parts[1]) : 0
    guard let fraction, parts.count == 1 || parts[1].utf8.count == 9 else { return nil }
    let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
    return overflow ? nil : scaled &+ fraction
  }
}
