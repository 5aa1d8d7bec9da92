extension Declaration {
  /// The declaration as `eval --resources` gives it: `kind`, `name`, for a clone its `source` and
  /// what it removes, and `properties`.
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
  /// As scripts write it after `remove`, such as `nic 2`.
  public var description: String {
    switch which {
    case .label(let label): "\(block) \(label)"
    case .position(let position): "\(block) \(position)"
    }
  }
}

extension DeclaredBlock {
  /// The property that a plain value in the block's place stands for, if the block says no more.
  var shorthandProperty: DeclaredProperty? {
    guard let only = properties.first, properties.count == 1, blocks.isEmpty, label == nil,
      only.schema.name == schema.shorthand
    else { return nil }
    return only
  }

  /// Properties and blocks as one map that would declare them again: a block that may repeat is a
  /// list of maps, a label their `name`; one that says no more than its shorthand is that value.
  public var document: Value {
    if let shorthandProperty { return shorthandProperty.value }
    var entries: ValueMap = [:]
    if let label { entries["name"] = .string(label) }
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
