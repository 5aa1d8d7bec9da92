/// The type of a property's value.
public indirect enum PropertyType: Sendable {
  case bool
  case int(ClosedRange<Int64>)
  case float
  case string
  /// A path on the machine that runs the script, relative to the script's folder.
  case path
  case size
  case duration
  case ip
  case ipv6
  case cidr
  case cidr6
  case mac
  case uuid
  /// A first and a last address.
  case ipRange
  /// One of a fixed set of words, written bare or as a string.
  case word([String])
  case list(PropertyType)
  /// A map with any keys, and values of one type.
  case map(PropertyType)
  /// A declared or existing resource of one of these kinds, or its name as a string.
  case resource([ResourceKind])
  /// The first alternative that fits.
  case either([PropertyType])
  /// A string that is masked in every output.
  case secret
  /// Any data: texts, numbers, truth values, and lists and maps of them.
  case any
}

/// The time at which a change of a property takes effect.
public enum Impact: String, Sendable, Comparable, CaseIterable {
  case none
  /// Immediately, on the running guest.
  case live
  /// Stored now, effective at the next start of the guest.
  case nextStart = "next-start"
  /// Only by restarting the object, such as a network.
  case restart
  /// Only by recreating the object, which loses its content; needs confirmation.
  case dataLoss = "data-loss"

  /// The time at which a change takes effect, as a sentence.
  public var sentence: String? { words.map { "Effect of a change: \($0)." } }

  /// The time at which a change takes effect, in the words of plans and the reference; nil if there
  /// is none.
  public var words: String? {
    switch self {
    case .none: nil
    case .live: "live"
    case .nextStart: "at next start"
    case .restart: "by restart"
    case .dataLoss: "loses data"
    }
  }

  /// In the order of the cases, least disruptive first.
  public static func < (a: Impact, b: Impact) -> Bool {
    let order = Impact.allCases
    return (order.firstIndex(of: a) ?? 0) < (order.firstIndex(of: b) ?? 0)
  }
}

/// One property: a row of the schema, the basis of validation, help, XML and comparison.
///
/// It is a class, so that every declared property refers to its row instead of copying it.
public final class PropertySchema: Sendable {
  /// The name in scripts.
  public let name: String
  /// The type of its value.
  public let type: PropertyType
  /// The default value, for the reference page; nil leaves it to libvirt.
  public let defaultValue: Value?
  /// One line for help and the reference page.
  public let doc: String
  /// The time at which a change takes effect.
  public let impact: Impact
  /// The way a change reaches a running object; nil if it does not, and for an embedder's own kind
  /// of resource.
  public let live: LiveChange?
  /// The place in libvirt's XML; nil if the runtime itself uses the property.
  public let xml: XMLPlace?
  /// Whether its block requires it.
  public let isRequired: Bool
  /// Whether a clone inherits it; false for a property that identifies one machine.
  public let isInherited: Bool
  /// The format of every text in its value, for other programs; nil allows any text.
  public let format: TextFormat?
  /// The format of the keys of a map; nil allows any key.
  public let keyFormat: TextFormat?

  /// Creates a row. A change takes effect according to `impact`, or immediately if `live` is not
  /// nil.
  public init(
    _ name: String, _ type: PropertyType, _ doc: String, format: TextFormat? = nil,
    keyFormat: TextFormat? = nil, defaultValue: Value? = nil, impact: Impact = .nextStart,
    live: LiveChange? = nil, xml: XMLPlace? = nil, isRequired: Bool = false,
    isInherited: Bool = true
  ) {
    self.name = name
    self.type = type
    self.format = format
    self.keyFormat = keyFormat
    self.defaultValue = defaultValue
    self.doc = doc
    self.impact = live == nil ? impact : .live
    self.live = live
    self.xml = xml
    self.isRequired = isRequired
    self.isInherited = isInherited
  }
}

/// The kind of label that a block has.
public enum BlockLabel: Sendable {
  case none, optional, required
  /// Required, and may contain characters that a name may not.
  case anyText
}

/// The parts of a repeated block's element that distinguish it from others of its kind.
public enum BlockIdentity: Sendable, Equatable {
  /// Its position among them.
  case position
  /// The values of these properties; plans name the block by the first of them.
  case properties([String])
  /// The target of a drive, which is chosen if none is declared.
  case target
  /// The MAC of an interface, which is derived if none is declared.
  case mac
}

/// The part of a running machine that a device is plugged into.
public enum HotPlug: Sendable {
  /// A PCI slot or port.
  case port
  /// The bus of its target, if the bus accepts devices while the machine runs.
  case bus
}

/// A block: a resource's body or a nested one.
///
/// A class like ``PropertySchema``; its rows are found by name in constant time.
public final class BlockSchema: Sendable {
  /// The name in scripts.
  public let name: String
  /// One line for help and the reference page.
  public let doc: String
  /// Whether a label may or must follow the name.
  public let label: BlockLabel
  /// The format of the label, for other programs; nil allows any safe name.
  public let labelFormat: TextFormat?
  /// Whether it may occur more than once; then a list of maps is allowed too.
  public let repeats: Bool
  /// The identity of a repeated block among others of its kind, in libvirt's XML and for a clone.
  public let identity: BlockIdentity
  /// Its rows, in the order of the reference page.
  public let properties: [PropertySchema]
  /// The blocks that it may contain.
  public let blocks: [BlockSchema]
  /// The property that a plain value sets: `cpus = 2` is `cpus { max = 2 }` if this is `max`.
  public let shorthand: String?
  /// The element of the block, below its parent's; nil if the runtime creates it.
  public let xml: XMLPlace?
  /// The part of a running machine that the device is plugged into; nil if it takes effect at the
  /// next start.
  public let hotPlug: HotPlug?
  private let propertiesByName: [String: PropertySchema]
  private let blocksByName: [String: BlockSchema]

  /// Creates a block of the schema.
  public init(
    _ name: String, _ doc: String, label: BlockLabel = .none, labelFormat: TextFormat? = nil,
    repeats: Bool = false, identity: BlockIdentity = .position, shorthand: String? = nil,
    xml: XMLPlace? = nil, hotPlug: HotPlug? = nil,
    properties: [PropertySchema] = [],
    blocks: [BlockSchema] = []
  ) {
    self.name = name
    self.doc = doc
    self.label = label
    self.labelFormat = labelFormat
    self.repeats = repeats
    self.identity = identity
    self.shorthand = shorthand
    self.xml = xml
    self.hotPlug = hotPlug
    self.properties = properties
    self.blocks = blocks
    propertiesByName = Dictionary(properties.map { ($0.name, $0) }) { first, _ in first }
    blocksByName = Dictionary(blocks.map { ($0.name, $0) }) { first, _ in first }
  }

  /// Returns the property of this name, if the block has it.
  public func property(_ name: String) -> PropertySchema? { propertiesByName[name] }

  /// Returns the nested block of this name, if the block has it.
  public func block(_ name: String) -> BlockSchema? { blocksByName[name] }
}

extension BlockSchema {
  /// The names of all entries that the block may contain, for "did you mean" and completion.
  public var entryNames: [String] { properties.map(\.name) + blocks.map(\.name) }

  /// Whether it is a device of a machine.
  package var isDevice: Bool { xml?.path.hasPrefix("devices/") ?? false }

  /// The nested blocks, at any depth.
  package var allBlocks: [BlockSchema] { blocks.flatMap { [$0] + $0.allBlocks } }

  /// Its rows and those of its nested blocks.
  package var allProperties: [PropertySchema] {
    properties + blocks.flatMap(\.allProperties)
  }
}

extension PropertyType {
  /// The words that may be written without quotes; empty if there are none.
  public var words: [String] {
    switch self {
    case .word(let words): words
    case .list(let element): element.words
    case .either(let alternatives): alternatives.flatMap(\.words)
    default: []
    }
  }
}

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
    /// A size in KiB with `unit='KiB'`.
    case kibibytes
    /// A number of bytes.
    case bytes
    /// The presence of the element.
    case presence
    /// A word of the language, mapped to libvirt's; an empty one is omitted.
    case words([String: String])
    /// One element for each member of a list, with words mapped to libvirt's.
    case each([String: String])
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

/// The way a change of a property reaches a running object without a restart.
///
/// A row of the schema that takes effect live names one; the runtime performs it.
public enum LiveChange: Sendable, CaseIterable {
  /// The title of a domain.
  case title
  /// The free text about a domain.
  case description
  /// The mark of the stack, which contains the labels.
  case metadata
  /// The memory in use, up to the maximum.
  case memory
  /// The processors in use, up to the maximum.
  case processors
  /// An update of the device with the property.
  case device
  /// Another medium in the drive.
  case medium
  /// The limits on a guest's reads and writes of a disk.
  case throttle
  /// A larger volume, with the guest's cooperation.
  case growth
  /// The mark to start with the host, which libvirt stores beside the definition.
  case autostart
  /// A start or a shutdown.
  case power
  /// A fixed lease of a network.
  case lease
  /// The range of a network's DHCP server.
  case dhcpRange
  /// A name in a network's DNS server.
  case dnsHost
  /// A TXT record of a network's DNS server.
  case dnsText
  /// An SRV record of a network's DNS server.
  case dnsService
}
