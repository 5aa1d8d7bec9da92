import VMScriptSyntax

/// The kind of a resource. A clone is a domain that has a source.
public enum ResourceKind: Hashable, Sendable {
  case image, net, domain
  /// A kind that the host of the script defined, by the word that declares it; see
  /// ``Engine/resource(_:)``.
  case custom(String)

  /// The kind of libvirt object that this word declares; nil for any other word.
  public init?(rawValue word: String) {
    guard let kind = Self.allCases.first(where: { $0.rawValue == word }) else { return nil }
    self = kind
  }

  /// The word that declares a resource of this kind.
  public var rawValue: String {
    switch self {
    case .image: "image"
    case .net: "net"
    case .domain: "domain"
    case .custom(let word): word
    }
  }

  /// Whether a host of the script defined it, so that libvirt does not know it.
  public var isCustom: Bool {
    if case .custom = self { true } else { false }
  }
}

extension ResourceKind: CaseIterable {
  /// The kinds that every script knows.
  public static let allCases: [ResourceKind] = [.image, .net, .domain]
}

/// The identity of a resource in its stack: kind and name. Names are compared by code points.
public struct ResourceKey: Hashable, Sendable {
  /// The kind of the resource.
  public let kind: ResourceKind
  private let exactName: ExactText
  /// The name, unique among the resources of its kind.
  public var name: String { exactName.text }
  /// Creates the key of a resource.
  public init(kind: ResourceKind, name: String) {
    self.kind = kind
    exactName = ExactText(name)
  }
}

extension Declaration {
  /// The key of the resource, unique among the declarations of a set.
  public var key: ResourceKey { ResourceKey(kind: kind, name: name) }
}

/// A resource as a value of the language: kind and name, resolved by the host of the run.
public struct ResourceReference: Hashable, Sendable {
  /// Image, net or domain.
  public let kind: ResourceKind
  /// The name on the host.
  public let name: String
  /// Whether this script declares it; otherwise it is looked up on the host.
  public let isDeclared: Bool
  /// Creates a reference by kind and name.
  public init(kind: ResourceKind, name: String, isDeclared: Bool) {
    self.kind = kind
    self.name = name
    self.isDeclared = isDeclared
  }

  /// The key, which all references to the resource share.
  public var key: ResourceKey { ResourceKey(kind: kind, name: name) }
}

/// A property with its value, checked against the schema and converted to the property's type.
public struct DeclaredProperty: Sendable {
  /// The row of the schema.
  public let schema: PropertySchema
  /// The value, of the type of the row.
  public let value: Value
  /// The whole entry, `key = value`.
  public let span: Span
  /// Creates a property with the value from a script.
  public init(schema: PropertySchema, value: Value, span: Span) {
    self.schema = schema
    self.value = value
    self.span = span
  }
}

/// A body after evaluation: conditions, loops and spreads are resolved, names checked, values
/// typed. A property occurs at most once; blocks keep the order of the script.
public struct DeclaredBlock: Sendable {
  /// The row of the schema.
  public let schema: BlockSchema
  /// The block's name among others of its kind, such as `data` in `disk data { … }`.
  public var label: String?
  /// The properties in the order of the script.
  public var properties: [DeclaredProperty]
  /// The nested blocks of all kinds, in the order of the script.
  public var blocks: [DeclaredBlock]
  /// The block's first line: keyword and label.
  public let span: Span
  /// The index of the source's block that a clone inherited, among the blocks of the same name; nil
  /// for a block of its own.
  public var inheritedFrom: Int?
  /// Whether it declares that there is no such block, as `tpm = false` does.
  public var isAbsent = false
  /// The label in the script; nil unless the script contains its text unchanged, without escapes.
  var labelText: Span?

  /// Creates a block with its entries.
  public init(
    schema: BlockSchema, label: String? = nil, properties: [DeclaredProperty] = [],
    blocks: [DeclaredBlock] = [], span: Span, inheritedFrom: Int? = nil
  ) {
    self.schema = schema
    self.label = label
    self.properties = properties
    self.blocks = blocks
    self.span = span
    self.inheritedFrom = inheritedFrom
  }

  /// The value of a property as declared, or nil.
  public subscript(name: String) -> Value? { property(name)?.value }

  /// Returns the property of this name; nil if it is not declared.
  public func property(_ name: String) -> DeclaredProperty? {
    properties.first { $0.schema.name == name }
  }

  /// Returns the nested blocks of one name, in order.
  public func blocks(_ name: String) -> [DeclaredBlock] {
    blocks.filter { $0.schema.name == name }
  }

  /// Returns the first nested block of this name; nil if there is none.
  public func block(_ name: String) -> DeclaredBlock? { blocks.first { $0.schema.name == name } }
}

/// The source of a clone.
public enum CloneSource: Sendable {
  /// A domain of this script; the clone's body is already merged with the source's.
  case declared(String)
  /// A domain on the host; the clone's body contains only its own entries.
  case host(String)
}

/// `remove nic 2` or `remove disk data` in the body of a clone.
public struct Removal: Sendable {
  /// The selection of the block among others of its kind: by label, or by position from 1.
  public enum Which: Sendable {
    /// By its label.
    case label(String)
    /// By its position, counted from 1.
    case position(Int)
  }
  /// The kind of the block, such as `nic`.
  public let block: String
  /// The selected block.
  public let which: Which
  /// The whole entry.
  public let span: Span
  /// Creates the removal of one block.
  public init(block: String, which: Which, span: Span) {
    self.block = block
    self.which = which
    self.span = span
  }
}

/// A resource statement after evaluation: the desired state of a resource.
public struct Declaration: Sendable {
  /// Image, net or domain; a clone is a domain.
  public let kind: ResourceKind
  /// The name on the host.
  public let name: String
  /// The content of its braces, merged with the source's body for a clone of this script's domain.
  public internal(set) var body: DeclaredBlock
  /// The content of its braces alone.
  public internal(set) var written: DeclaredBlock
  /// The source of a clone; nil for other resources.
  public let source: CloneSource?
  /// The place of the source in the statement of a clone.
  public let sourceSpan: Span?
  /// The blocks that a clone removes from its source's.
  public let removals: [Removal]
  /// The statement's first line: keyword and name.
  public let span: Span
  /// The name alone.
  public let nameSpan: Span
  /// A number that no other declaration of a run or a session has, not even one of the same
  /// resource by the same statement. A clone gets a new one when its source is declared again.
  public internal(set) var revision = 0

  /// Creates a declaration, for a clone before it inherits.
  public init(
    kind: ResourceKind, name: String, body: DeclaredBlock, source: CloneSource? = nil,
    sourceSpan: Span? = nil, removals: [Removal] = [], span: Span, nameSpan: Span
  ) {
    self.kind = kind
    self.name = name
    self.body = body
    written = body
    self.source = source
    self.sourceSpan = sourceSpan
    self.removals = removals
    self.span = span
    self.nameSpan = nameSpan
  }

  /// The resource as a value of the language.
  public var reference: ResourceReference {
    ResourceReference(kind: kind, name: name, isDeclared: true)
  }

  /// Returns the declaration with other values of properties, in nested blocks too.
  public func replacingValues(_ value: (DeclaredProperty) -> Value) -> Declaration {
    var result = self
    result.body = body.replacingValues(value)
    result.written = written.replacingValues(value)
    return result
  }
}

extension Declaration {
  /// Returns the declaration without the nested blocks of one name.
  package func withoutBlocks(_ name: String) -> Declaration {
    keepingBlocks { $0.schema.name != name }
  }

  /// Returns the declaration with those of the nested blocks that satisfy a condition.
  package func keepingBlocks(where isKept: (DeclaredBlock) -> Bool) -> Declaration {
    var result = self
    result.body.blocks = body.blocks.filter(isKept)
    return result
  }

  /// Returns the declaration with the nested blocks of one name changed; each change receives the
  /// position.
  package func changingBlocks(
    _ name: String, _ change: (_ position: Int, inout DeclaredBlock) -> Void
  ) -> Declaration {
    var result = self
    var position = 0
    for index in body.blocks.indices where body.blocks[index].schema.name == name {
      change(position, &result.body.blocks[index])
      position += 1
    }
    return result
  }
}

extension DeclaredBlock {
  fileprivate func replacingValues(_ value: (DeclaredProperty) -> Value) -> DeclaredBlock {
    var result = self
    result.properties = properties.map {
      DeclaredProperty(schema: $0.schema, value: value($0), span: $0.span)
    }
    result.blocks = blocks.map { $0.replacingValues(value) }
    return result
  }
}

extension Declaration {
  /// The resources that must precede it: those it refers to, and the source of a clone.
  fileprivate var needs: [ResourceKey] {
    let source = source.map { [ResourceKey(kind: .domain, name: $0.name)] }
    return (source ?? []) + body.references
  }
}

extension DeclaredBlock {
  fileprivate var references: [ResourceKey] {
    properties.flatMap(\.value.references) + blocks.flatMap(\.references)
  }
}

extension Value {
  fileprivate var references: [ResourceKey] {
    switch self {
    case .resource(let reference): [ResourceKey(kind: reference.kind, name: reference.name)]
    case .list(let items): items.flatMap(\.references)
    case .map(let entries): entries.values.flatMap(\.references)
    default: []
    }
  }
}

extension [Declaration] {
  /// Returns the declarations with dependencies first, otherwise in their original order.
  func inOrderOfDependence() -> [Declaration] {
    let positions = Dictionary(enumerated().map { ($1.key, $0) }) { first, _ in first }
    var ordered: [Declaration] = []
    var entered: Set<Int> = []
    var placed: Set<Int> = []
    for start in indices {
      var pending = [start]
      while let position = pending.popLast() {
        if entered.insert(position).inserted {
          // It is visited again after all of its dependencies.
          pending.append(position)
          let needs = self[position].needs.compactMap { positions[$0] }
          pending += needs.filter { !entered.contains($0) }.reversed()
        } else if placed.insert(position).inserted {
          ordered.append(self[position])
        }
      }
    }
    return ordered
  }
}

extension Declaration {
  /// The declaration as `eval --resources` prints it: `kind`, `name`, `properties`, and for a clone
  /// its `source` and removals.
  public var document: Value {
    var document: ValueMap = [
      "kind": .string(kind.rawValue), "name": .string(name),
    ]
    switch source {
    case .declared(let name), .host(let name): document["source"] = .string(name)
    case nil: break
    }
    if source?.isHost ?? false, !removals.isEmpty {
      document["removals"] = .list(removals.map { .string($0.description) })
    }
    document["properties"] = body.document
    return .map(document)
  }
}

extension Removal: CustomStringConvertible {
  /// The entry as scripts write it after `remove`, such as `nic 2`.
  public var description: String {
    switch which {
    case .label(let label): "\(block) \(label)"
    case .position(let position): "\(block) \(position)"
    }
  }
}

extension DeclaredBlock {
  /// The property that a plain value in place of the block would set, if the block contains nothing
  /// else.
  var shorthandProperty: DeclaredProperty? {
    guard let only = properties.first, properties.count == 1, blocks.isEmpty, label == nil,
      only.schema.name == schema.shorthand
    else { return nil }
    return only
  }

  /// Properties and blocks as one map that would declare them again. A block that may repeat is a
  /// list of maps, and a label is their `name`. A block with only its shorthand property is that
  /// value.
  public var document: Value {
    if isAbsent { return .bool(false) }
    if let shorthandProperty { return shorthandProperty.value }
    var entries: ValueMap = [:]
    if let label, schema.labelled == nil { entries["name"] = .string(label) }
    for property in properties { entries[property.schema.name] = property.value }
    for block in blocks {
      guard block.schema.repeats else {
        entries[block.schema.name] = block.document
        continue
      }
      var earlier: [Value] = []
      if case .list(let items) = entries[block.schema.name] { earlier = items }
      entries[block.schema.name] = .list(earlier + [block.document])
    }
    return .map(entries)
  }
}

/// Names that are safe for libvirt, in a path and on a terminal.
enum ResourceName {
  /// The longest name in bytes; with its additions it still fits a file name.
  static let maximumLength = 200

  /// Returns whether it is neither a path, nor a tag, nor a trick: see
  /// ``Diagnostic/invalidName(_:of:at:)``.
  static func isSafe(_ name: String) -> Bool {
    guard (1...maximumLength).contains(name.utf8.count), name != ".",
      let first = name.unicodeScalars.first, let last = name.unicodeScalars.last,
      !first.properties.isWhitespace, !last.properties.isWhitespace
    else { return false }
    var previous: Unicode.Scalar = " "
    for scalar in name.unicodeScalars {
      switch scalar {
      case "/", "\\", "<", ">", "\"", "'": return false
      case "." where previous == ".": return false
      case _ where !scalar.isVisible: return false
      default: previous = scalar
      }
    }
    return true
  }
}

extension Unicode.Scalar {
  /// Whether it is neither a control character, nor a line break, nor a bidirectional control, nor
  /// a character that XML does not allow.
  fileprivate var isVisible: Bool {
    switch value {
    case 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069, 0xFEFF: return false
    default: break
    }
    switch properties.generalCategory {
    case .control, .lineSeparator, .paragraphSeparator: return false
    default: return XMLCharacters.allows(self)
    }
  }
}
