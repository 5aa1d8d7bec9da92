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
  /// First and last address.
  case ipRange
  /// One of a fixed set of words, written bare or as a string.
  case word([String])
  case list(PropertyType)
  /// Keys are free, values of one type.
  case map(PropertyType)
  /// A declared or existing resource of one of these kinds, or its name as a string.
  case resource([ResourceKind])
  /// The first alternative that fits.
  case either([PropertyType])
  /// A string that is masked in every output.
  case secret
}

/// When a change of a property takes effect.
public enum Impact: String, Sendable, Comparable, CaseIterable {
  case none
  /// At once, on the running guest.
  case live
  /// Written down now, seen when the guest starts next.
  case nextStart = "next-start"
  /// Only by restarting the object (a network, say).
  case restart
  /// Only by making it anew, which loses what is in it; needs a yes.
  case dataLoss = "data-loss"

  /// When a change takes effect, as a sentence of its own.
  public var sentence: String? { words.map { "A change: \($0)." } }

  /// When a change is seen, as plans and the reference say it; nil where there is nothing to say.
  public var words: String? {
    switch self {
    case .none: nil
    case .live: "live"
    case .nextStart: "at next start"
    case .restart: "by restart"
    case .dataLoss: "loses data"
    }
  }

  /// In the order of the cases: what disturbs less comes first.
  public static func < (a: Impact, b: Impact) -> Bool {
    let order = Impact.allCases
    return (order.firstIndex(of: a) ?? 0) < (order.firstIndex(of: b) ?? 0)
  }
}

/// One property: a row of the schema table, from which validation, help, XML and diff come.
///
/// A class, for every declared property carries its row: a reference, not a copy.
public final class PropertySchema: Sendable {
  /// As scripts write it.
  public let name: String
  /// What its value must be.
  public let type: PropertyType
  /// What holds where nothing is declared, as the reference page shows it; nil leaves it to libvirt.
  public let standard: Value?
  /// One line for help and the reference page.
  public let doc: String
  /// When a change of it takes effect.
  public let impact: Impact
  /// The way a change of it reaches a running object; nil where it does not, and for a kind of
  /// resource that is the embedder's.
  public let live: LiveChange?
  /// Where it stands in libvirt's XML; nil for what the runtime itself acts on.
  public let xml: XMLPlace?
  /// Whether its block must have it.
  public let isRequired: Bool
  /// Whether a clone takes it over from its source; false for what identifies one machine.
  public let isInherited: Bool
  /// The format of every text in its value, for what another program reads; nil admits any text.
  public let format: TextFormat?
  /// The format of the keys of a map; nil admits any key.
  public let keyFormat: TextFormat?

  /// A row of the table. A change takes effect as `impact` says, or at once where `live` names a way.
  public init(
    _ name: String, _ type: PropertyType, _ doc: String, format: TextFormat? = nil,
    keyFormat: TextFormat? = nil, standard: Value? = nil, impact: Impact = .nextStart,
    live: LiveChange? = nil, xml: XMLPlace? = nil, isRequired: Bool = false,
    isInherited: Bool = true
  ) {
    self.name = name
    self.type = type
    self.format = format
    self.keyFormat = keyFormat
    self.standard = standard
    self.doc = doc
    self.impact = live == nil ? impact : .live
    self.live = live
    self.xml = xml
    self.isRequired = isRequired
    self.isInherited = isInherited
  }
}

/// How a block may be labelled.
public enum BlockLabel: Sendable {
  case none, optional, required
  /// Must follow, and may hold what a name may not.
  case anyText
}

/// The parts of a repeated block's element that tell it from others of its kind.
public enum BlockIdentity: Sendable, Equatable {
  /// Its place among them.
  case position
  /// The values of these properties; plans name the block by the first of them.
  case properties([String])
  /// The target of a drive, which is chosen where none is declared.
  case target
  /// The MAC of an interface, which is derived where none is declared.
  case mac
}

/// The part of a running machine that a device is plugged into.
public enum HotPlug: Sendable {
  /// A PCI slot or port.
  case port
  /// The bus of its target, where that takes devices while the machine runs.
  case bus
}

/// A block: a resource's body or a nested one.
///
/// A class like ``PropertySchema``; its rows are found by name in constant time.
public final class BlockSchema: Sendable {
  /// As scripts write it.
  public let name: String
  /// One line for help and the reference page.
  public let doc: String
  /// Whether a label may or must follow the name.
  public let label: BlockLabel
  /// The format of the label, where another program reads it; nil admits any safe name.
  public let labelFormat: TextFormat?
  /// May stand more than once; a list of maps is then allowed too.
  public let repeats: Bool
  /// The identity of a block that repeats among others of its kind in libvirt's XML.
  public let identity: BlockIdentity
  /// Its rows, in the order of the reference page.
  public let properties: [PropertySchema]
  /// The blocks that may stand in it.
  public let blocks: [BlockSchema]
  /// The property that a plain value stands for: `cpus = 2` is `cpus { max = 2 }` if this is `max`.
  public let shorthand: String?
  /// The element that the block becomes, below its parent's; nil if the runtime makes it.
  public let xml: XMLPlace?
  /// The part of a running machine that the device is plugged into; nil where it waits for a start.
  public let hotPlug: HotPlug?
  private let propertiesByName: [String: PropertySchema]
  private let blocksByName: [String: BlockSchema]

  /// A block of the table.
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

  /// The property of this name, if the block has it.
  public func property(_ name: String) -> PropertySchema? { propertiesByName[name] }

  /// The nested block of this name, if the block has it.
  public func block(_ name: String) -> BlockSchema? { blocksByName[name] }
}

extension BlockSchema {
  /// Everything that may stand in the block, for "did you mean" and completion.
  public var entryNames: [String] { properties.map(\.name) + blocks.map(\.name) }

  /// Whether it is a device of a machine.
  package var isDevice: Bool { xml?.path.hasPrefix("devices/") ?? false }

  /// The blocks in it and those in them.
  package var allBlocks: [BlockSchema] { blocks.flatMap { [$0] + $0.allBlocks } }

  /// Its rows and those of the blocks in it.
  package var allProperties: [PropertySchema] {
    properties + blocks.flatMap(\.allProperties)
  }
}

extension PropertyType {
  /// The words that may be written bare; empty where there are none.
  public var words: [String] {
    switch self {
    case .word(let words): words
    case .list(let element): element.words
    case .either(let alternatives): alternatives.flatMap(\.words)
    default: []
    }
  }
}

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

/// The way a change of a property reaches a running object without a restart.
///
/// A row of the schema that takes effect live names one; the runtime performs each.
public enum LiveChange: Sendable, CaseIterable {
  /// The title of a domain.
  case title
  /// The free text about a domain.
  case description
  /// The mark of the stack, which holds the labels.
  case metadata
  /// The memory in use, up to the maximum.
  case memory
  /// The processors in use, up to the maximum.
  case processors
  /// An update of the device that has the property.
  case device
  /// Another medium in the drive.
  case medium
  /// The limits of what a guest reads and writes on a disk.
  case throttle
  /// A larger volume, in agreement with the guest.
  case growth
  /// The mark to start with the host, which libvirt keeps beside the definition.
  case autostart
  /// A start or a shutdown.
  case power
  /// A fixed lease of a network.
  case lease
  /// The range of a network's DHCP server.
  case dhcpRange
  /// A name that a network's DNS server answers.
  case dnsHost
  /// A TXT record of a network's DNS server.
  case dnsText
  /// An SRV record of a network's DNS server.
  case dnsService
}
