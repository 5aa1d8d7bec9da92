import VMScript

/// What a new resource is declared to be, for those who read a plan.
public struct Creation: Sendable {
  /// Every declared property, as a difference from nothing.
  public let properties: [PropertyDifference]
  /// The same in few words, such as `memory 256MiB` and `2 disks`.
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

  /// Values first, then what it has of which block; what takes more than a few words is left out.
  fileprivate var outline: [String] {
    var shorthands: [String] = []
    var names: [String] = []
    var counts: [String: Int] = [:]
    for block in blocks {
      let name = block.schema.name
      if let shorthand = block.schema.shorthand, let value = block[shorthand] {
        shorthands.append("\(name) \(value)")
      } else {
        if counts[name] == nil { names.append(name) }
        counts[name, default: 0] += 1
      }
    }
    let own = properties.filter(\.value.isShort).map { "\($0.schema.name) \($0.value)" }
    return shorthands + own
      + names.map { name in
        let count = counts[name] ?? 0
        return count > 1 ? "\(count) \(name)s" : name
      }
  }
}

extension Value {
  fileprivate var isShort: Bool {
    switch self {
    case .list, .map, .function, .unknown: false
    default: description.count <= 40
    }
  }
}
