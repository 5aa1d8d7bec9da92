import VMScriptSyntax

/// What kind of object a resource is. A clone is a domain that has a source.
public enum ResourceKind: String, Sendable, CaseIterable, Codable {
  case image, net, domain
}

/// A resource as values of the language carry it: by kind and name, resolved by the host that runs it.
public struct ResourceReference: Hashable, Sendable {
  public let kind: ResourceKind
  public let name: String
  /// Declared by this script; otherwise it is looked up on the host.
  public let isDeclared: Bool
  public init(kind: ResourceKind, name: String, isDeclared: Bool) {
    self.kind = kind
    self.name = name
    self.isDeclared = isDeclared
  }
}

/// A property with its value, checked against the schema and converted to the property's type.
public struct DeclaredProperty: Sendable {
  public let schema: PropertySchema
  public let value: Value
  public let span: Span
  public init(schema: PropertySchema, value: Value, span: Span) {
    self.schema = schema
    self.value = value
    self.span = span
  }
}

/// A body after evaluation: conditions, loops and spreads are gone, names checked, values typed.
/// A property stands at most once; blocks keep the order of the script.
public struct DeclaredBlock: Sendable {
  public let schema: BlockSchema
  public var label: String?
  public var properties: [DeclaredProperty]
  public var blocks: [DeclaredBlock]
  public let span: Span
  /// For a block that a clone inherited: which block of the source it is (index among the source's
  /// blocks of the same name); nil for a block of its own.
  public var inheritedFrom: Int?

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

  public func property(_ name: String) -> DeclaredProperty? {
    properties.first { $0.schema.name == name }
  }

  /// The nested blocks of one name, in order.
  public func blocks(_ name: String) -> [DeclaredBlock] {
    blocks.filter { $0.schema.name == name }
  }

  public func block(_ name: String) -> DeclaredBlock? { blocks.first { $0.schema.name == name } }
}

/// What a clone is made from.
public enum CloneSource: Sendable {
  /// A domain of this script; the clone's body is already the source's, refined.
  case declared(String)
  /// A domain on the host; the body holds the refinements alone, `removals` what to drop.
  case host(String)
}

/// `remove nic 2` or `remove disk data` in the body of a clone of a host's domain.
public struct Removal: Sendable {
  public enum Which: Sendable { case label(String), position(Int) }
  public let block: String
  public let which: Which
  public let span: Span
  public init(block: String, which: Which, span: Span) {
    self.block = block
    self.which = which
    self.span = span
  }
}

/// A resource statement after evaluation: what shall exist.
public struct Declaration: Sendable {
  public let kind: ResourceKind
  public let name: String
  public var body: DeclaredBlock
  public let source: CloneSource?
  /// Where the source of a clone was written.
  public let sourceSpan: Span?
  public let removals: [Removal]
  /// The statement's first line: keyword and name.
  public let span: Span
  /// The name alone.
  public let nameSpan: Span

  public init(
    kind: ResourceKind, name: String, body: DeclaredBlock, source: CloneSource? = nil,
    sourceSpan: Span? = nil, removals: [Removal] = [], span: Span, nameSpan: Span
  ) {
    self.kind = kind
    self.name = name
    self.body = body
    self.source = source
    self.sourceSpan = sourceSpan
    self.removals = removals
    self.span = span
    self.nameSpan = nameSpan
  }

  public var reference: ResourceReference {
    ResourceReference(kind: kind, name: name, isDeclared: true)
  }
}
