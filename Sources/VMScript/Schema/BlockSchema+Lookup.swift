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
