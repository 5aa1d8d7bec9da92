/// Where a value stands in libvirt's XML, below the element of its block, readable and writable
/// through the same description.
public struct XMLPlace: Sendable {
  /// How the value is written.
  public enum Codec: Sendable {
    /// As the language prints it.
    case text
    /// A size in KiB with `unit='KiB'`.
    case kibibytes
    case bytes
    case yesNo
    case onOff
    /// The element is there or not.
    case presence
  }

  /// Elements and a last attribute: `os/type/@machine`, `title`, `features/acpi`.
  public let path: String
  public let codec: Codec
  /// What must stand beside it for the place to be this one, and is written with it:
  /// `["@type": "network"]` with the path `source/@network`.
  public let with: [String: String]

  public init(_ path: String, _ codec: Codec = .text, with: [String: String] = [:]) {
    self.path = path
    self.codec = codec
    self.with = with
  }
}
