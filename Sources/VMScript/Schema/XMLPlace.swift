/// Where a value stands in libvirt's XML, below the element of its block, readable and writable
/// through the same description.
public struct XMLPlace: Sendable {
  /// How the value is written.
  public enum Codec: Sendable {
    /// As the language prints it, with line breaks as XML has them; an empty one is not written.
    case text
    /// A path, which may be spelled with `//` and `/./`.
    case path
    /// A network address or a host name.
    case address
    /// A word, or an alias that libvirt replaces by the word that it stands for: one that begins with
    /// the prefix given here, or with the alias and `-`.
    case alias([String: String])
    /// An IPv4 network: its address, and its prefix in `prefix` beside that.
    case subnet
    /// A size in KiB with `unit='KiB'`.
    case kibibytes
    /// A number of bytes.
    case bytes
    /// The element is there or not.
    case presence
    /// A word of the language as libvirt's; an empty one is not written.
    case words([String: String])
    /// One element for each member of a list, words as libvirt's where the map has them.
    case each([String: String])
  }

  /// Elements and a last attribute: `os/type/@machine`, `title`, `features/acpi`.
  public let path: String
  /// How the value is written there.
  public let codec: Codec
  /// What must stand beside it for the place to be this one, and is written with it:
  /// `["@type": "network"]` with the path `source/@network`.
  public let with: [String: String]

  /// A place below the block's element.
  public init(_ path: String, _ codec: Codec = .text, with: [String: String] = [:]) {
    self.path = path
    self.codec = codec
    self.with = with
  }
}
