extension BlockSchema {
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
