import VMScript

/// What a new resource is declared to be, for those who read a plan.
public struct Creation: Sendable {
  /// Every declared property, as a difference from nothing.
  public let properties: [PropertyDifference]
  /// The same in few words, such as `memory 256MiB` and `disk data (image base, size 10GiB)`.
  public let outline: [String]

  /// Reads a declaration.
  public init(_ declaration: Declaration) {
    properties = declaration.body.differencesFromNothing(path: "")
    outline = declaration.body.outline
  }
}

extension DeclaredBlock {
  /// The properties of the block and of those in it; a block's path ends in its label or, where it
  /// may repeat, its position.
  fileprivate func differencesFromNothing(path: String) -> [PropertyDifference] {
    var result = properties.map { property in
      // `memory = 1GiB` is shown as it is written, not as the block that it stands for.
      let isShorthand = !path.isEmpty && property.schema.name == schema.shorthand
      return PropertyDifference(
        block: isShorthand ? "" : path, name: isShorthand ? path : property.schema.name,
        from: nil, to: property.value, impact: .none)
    }
    var counts: [String: Int] = [:]
    for block in blocks {
      let name = block.schema.name
      counts[name, default: 0] += 1
      let key = block.label ?? (block.schema.repeats ? counts[name].map(String.init) : nil)
      let parts = [path, name, key ?? ""].filter { !$0.isEmpty }
      result += block.differencesFromNothing(path: parts.joined(separator: " "))
    }
    return result
  }

  /// What a reader looks for first, then other values, then other blocks with their values; what
  /// takes more than a few words is left out.
  fileprivate var outline: [String] {
    let parts = blocks.map { block -> (name: String, text: String) in
      let name = [block.schema.name, block.label ?? ""].filter { !$0.isEmpty }
        .joined(separator: " ")
      if block.isShorthand, let value = block.properties.first?.value {
        return (block.schema.name, "\(name) \(value)")
      }
      let inner = block.outline.joined(separator: ", ")
      return (block.schema.name, inner.isEmpty ? name : "\(name) (\(inner))")
    }
    let leading = Self.leading.flatMap { name in parts.filter { $0.name == name } }
    let others = parts.filter { !Self.leading.contains($0.name) }
    let own = properties.filter(\.value.isShort).map { "\($0.schema.name) \($0.value.word)" }
    return leading.map(\.text) + own + others.map(\.text)
  }

  /// The blocks that say how large a machine is, what it runs on and where it is reached.
  private static let leading = ["memory", "cpus", "disk", "nic"]

  /// Whether it is written as one value, such as `memory = 1GiB`.
  private var isShorthand: Bool {
    properties.count == 1 && blocks.isEmpty && properties.first?.schema.name == schema.shorthand
  }
}

extension Value {
  fileprivate var isShort: Bool {
    switch self {
    case .list, .map, .function, .unknown: false
    default: description.count <= 40
    }
  }

  /// The value as an outline has it: a resource by its name alone.
  fileprivate var word: String {
    if case .resource(let reference) = self { reference.name } else { description }
  }
}
