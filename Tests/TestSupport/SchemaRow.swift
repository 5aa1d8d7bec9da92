import VMScript

/// A row of the schema with the blocks that lead to it.
public struct SchemaRow: Sendable, CustomStringConvertible {
  /// The kind of the resource.
  public let kind: ResourceKind
  /// The blocks around the row, the resource's own body left out.
  public let blocks: [BlockSchema]
  /// The row.
  public let property: PropertySchema

  /// Creates a row with the blocks that lead to it.
  public init(kind: ResourceKind, blocks: [BlockSchema], property: PropertySchema) {
    self.kind = kind
    self.blocks = blocks
    self.property = property
  }

  /// The block that has the row.
  public var block: BlockSchema { blocks.last ?? Schema.resource(kind) }
  /// The path of the block, such as `domain.nic.bandwidth`.
  public var blockPath: String { ([kind.rawValue] + blocks.map(\.name)).joined(separator: ".") }
  /// The row with its block, such as `domain.disk cache`.
  public var description: String { "\(blockPath) \(property.name)" }

  /// Every row of these kinds of resources, in the order of the schema.
  public static func all(_ kinds: [ResourceKind]) -> [SchemaRow] {
    kinds.flatMap { rows(of: Schema.resource($0), [], $0) }
  }

  private static func rows(
    of block: BlockSchema, _ blocks: [BlockSchema], _ kind: ResourceKind
  ) -> [SchemaRow] {
    block.properties.map { SchemaRow(kind: kind, blocks: blocks, property: $0) }
      + block.blocks.flatMap { rows(of: $0, blocks + [$0], kind) }
  }
}
