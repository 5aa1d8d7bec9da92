/// The place of a value in libvirt's XML, below the element of its block, for reading and writing.
public struct XMLPlace: Sendable {
  /// The representation of the value in XML.
  public enum Codec: Sendable {
    /// The text that the language prints, with XML's line ends; an empty one is omitted.
    case text
    /// A path, which may be spelled with `//` and `/./`.
    case path
    /// A network address or a host name.
    case address
    /// A word, or an alias that libvirt replaces with a word that begins with the prefix given
    /// here, or with the alias and `-`.
    case alias([String: String])
    /// An IPv4 network: its address here, and its prefix in `prefix` beside it.
    case subnet
    /// A size in units of a number of bytes, with the name of the unit in `unit` beside it; nil for
    /// a place without one.
    case size(Int64, unit: String?)
    /// A size in KiB that libvirt rounds up to a power of two.
    case graphicsMemory
    /// A duration in seconds.
    case seconds
    /// A truth value, by its two texts.
    case flag(on: String, off: String)
    /// The presence of the element.
    case presence
    /// The number of elements.
    case count
    /// A word of the language, mapped to libvirt's; an empty one is omitted.
    case words([String: String])
    /// One element for each member of a list, with words mapped to libvirt's.
    case each([String: String])
    /// One element for each entry of a map, with the attribute or the text of its key and its value:
    /// `@name` and `@value`; an empty text stands for the element's own.
    case entries(key: String, value: String)
    /// A set of numbers, such as `0-3,^2,8`.
    case cpuset
    /// The kind of firmware, in the element `os` of a domain and in what secure boot needs besides.
    case firmware
    /// The address of a PCI device, as attributes of the element.
    case pciAddress
    /// The vendor and the product of a USB device, as elements in this one.
    case usbProduct

    /// A size in KiB with `unit='KiB'`.
    public static let kibibytes = Codec.size(1 << 10, unit: "KiB")
    /// A number of bytes.
    public static let bytes = Codec.size(1, unit: nil)
    /// `on` or `off`.
    public static let onOff = Codec.flag(on: "on", off: "off")
    /// `yes` or `no`.
    public static let yesNo = Codec.flag(on: "yes", off: "no")
  }

  /// The path of elements and a final attribute: `os/type/@machine`, `title`, `features/acpi`.
  public let path: String
  /// The representation of the value.
  public let codec: Codec
  /// The constants that identify the place, and that are written with it: `["@type": "network"]`
  /// with the path `source/@network`.
  public let with: [String: String]

  /// Creates a place below the block's element.
  public init(_ path: String, _ codec: Codec = .text, with: [String: String] = [:]) {
    self.path = path
    self.codec = codec
    self.with = with
  }
}
