extension BlockSchema {
  /// The property of this name, if the block has it.
  public func property(_ name: String) -> PropertySchema? { properties.first { $0.name == name } }

  /// The nested block of this name, if the block has it.
  public func block(_ name: String) -> BlockSchema? { blocks.first { $0.name == name } }

  /// Everything that may stand in the block, for "did you mean" and completion.
  public var entryNames: [String] { properties.map(\.name) + blocks.map(\.name) }
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
