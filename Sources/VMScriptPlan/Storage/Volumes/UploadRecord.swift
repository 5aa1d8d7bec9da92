/// The state of an uploaded file when it was complete: a file in another state was changed since.
///
/// Its allocation is no part of it, which file systems change by themselves: they allocate late, and
/// trim what they allocated ahead. Whoever punches a hole into the file changes its modification time.
public struct UploadRecord: Hashable, Sendable {
  /// The length of the file in bytes.
  public let size: Int64
  /// The time of its last modification, in nanoseconds since 1970.
  public let modified: Int64
  /// The first 32 hexadecimal digits of the content's SHA-256.
  public let digest: String

  /// The state of a file with this content.
  public init(size: Int64, modified: Int64, sha256: String) {
    self.size = size
    self.modified = modified
    digest = String(sha256.prefix(32))
  }

  /// Reads the fields of a name; nil if they are none.
  package init?(_ fields: ArraySlice<String>) {
    let fields = Array(fields)
    guard fields.count == 3, let size = Int64(fields[0], radix: 16),
      let modified = Int64(fields[1], radix: 16), fields[2].utf8.count == 32
    else { return nil }
    self.init(size: size, modified: modified, sha256: fields[2])
    // One record has one spelling, and so one name.
    guard self.fields == fields else { return nil }
  }

  /// The fields as a name holds them.
  var fields: [String] {
    [String(size, radix: 16), String(modified, radix: 16), digest]
  }

  /// Whether a volume is in another state; what was not read contradicts nothing.
  func isContradicted(by volume: VolumeInventory.Volume) -> Bool {
    if let length = volume.length, length != size { return true }
    if let time = volume.modified, time != modified { return true }
    return false
  }
}
