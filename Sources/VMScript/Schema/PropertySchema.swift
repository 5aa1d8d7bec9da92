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
  /// The first version of libvirt that has it; nil for a version older than 9.0.
  public let since: LibvirtVersion?

  /// Creates a row. A change takes effect according to `impact`, or immediately if `live` is not
  /// nil.
  public init(
    _ name: String, _ type: PropertyType, _ doc: String, format: TextFormat? = nil,
    keyFormat: TextFormat? = nil, defaultValue: Value? = nil, impact: Impact = .nextStart,
    live: LiveChange? = nil, xml: XMLPlace? = nil, isRequired: Bool = false,
    isInherited: Bool = true, since: LibvirtVersion? = nil
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
    self.since = since
  }
}

/// A version of libvirt.
public struct LibvirtVersion: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// Major version × 1,000,000 + minor version × 1,000 + release, as libvirt counts.
  public let number: Int

  /// Creates a version of its parts.
  public init(_ major: Int, _ minor: Int, _ release: Int = 0) {
    number = major * 1_000_000 + minor * 1000 + release
  }

  /// Creates a version of libvirt's own number.
  public init(number: Int) { self.number = number }

  /// The parts, such as `9.1.0`.
  public var description: String {
    "\(number / 1_000_000).\(number / 1000 % 1000).\(number % 1000)"
  }

  /// Returns whether `a` is older.
  public static func < (a: LibvirtVersion, b: LibvirtVersion) -> Bool { a.number < b.number }
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
  /// The property that the text after the name sets: `pci "0000:01:00.0"` is `pci { address =
  /// "0000:01:00.0" }` if this is `address`. Then the label follows `as`.
  public let subject: String?
  /// The property that the label sets, unless it is declared.
  public let labelled: String?
  /// The properties that `NAME = true` sets; nil if a truth value cannot stand for the block. `NAME =
  /// false` declares that there is none.
  public let preset: [(name: String, value: Value)]?
  /// Texts of libvirt's XML that a new element gets, by their places below it.
  public let defaults: [String: String]
  /// Texts that a new element gets with an inner element, if it does not have that otherwise.
  public let innerDefaults: [String: String]
  /// Whether properties that a declared block does not have stay as they are, because libvirt
  /// chooses them.
  public let keepsRest: Bool
  /// An entry of a resource, as an example for the reference.
  public let example: String?
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
    subject: String? = nil, labelled: String? = nil, preset: [(name: String, value: Value)]? = nil,
    defaults: [String: String] = [:], innerDefaults: [String: String] = [:],
    keepsRest: Bool = false, example: String? = nil,
    xml: XMLPlace? = nil,
    hotPlug: HotPlug? = nil, properties: [PropertySchema] = [], blocks: [BlockSchema] = []
  ) {
    self.name = name
    self.doc = doc
    self.label = label
    self.labelFormat = labelFormat
    self.repeats = repeats
    self.identity = identity
    self.shorthand = shorthand
    self.subject = subject
    self.labelled = labelled
    self.preset = preset
    self.defaults = defaults
    self.innerDefaults = innerDefaults
    self.keepsRest = keepsRest
    self.example = example
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
    case .list(let element), .map(let element): element.words
    case .either(let alternatives): alternatives.flatMap(\.words)
    default: []
    }
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
