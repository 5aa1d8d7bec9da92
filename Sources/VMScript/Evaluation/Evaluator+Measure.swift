import VMScriptSyntax

// What values cost: the limits on steps, time and memory hold for the work of built-ins and
// operators too, and no value is deeper or, written out, larger than its readers can take.
extension Evaluator {
  /// How deep lists and maps may nest; other readers of JSON take little more.
  static let maximumValueDepth = 500

  /// Counts work in proportion to the size of values: a step for each 64 members or bytes.
  mutating func work(_ amount: Int, at id: NodeID) throws {
    pendingWork &+= amount
    guard pendingWork >= 4096 else { return }
    steps &+= pendingWork >> 6
    pendingWork = 0
    if steps > limits.steps {
      throw LimitReached(.tooManySteps(limits.steps, at: code.span(id)))
    }
    try lookUp(id)
  }

  /// A value that was made here: its memory is counted, that of what it shares with others only
  /// where nothing is shared.
  mutating func made(_ value: Value, isWhole: Bool = false, at id: NodeID) throws -> Value {
    guard value.hasParts else { return value }
    let size = try measure(value, at: id)
    try charge(isWhole ? size : value.ownSize, at: id)
    return value
  }

  /// Throws where so many bytes, which are about to be made, would be too many.
  mutating func requireRoom(_ bytes: Int, at id: NodeID) throws {
    guard allocated &+ Int64(bytes) <= limits.memory.bytes else {
      throw LimitReached(.tooMuchMemory(limits.memory, at: code.span(id)))
    }
  }

  /// Bytes of a value, a part that it holds twice counted twice. Throws where it is nested too deeply
  /// or too large on its own: it could neither be written out nor let go of.
  mutating func measure(_ value: Value, at id: NodeID) throws -> Int {
    var size: Int64 = 0
    try measure(value, level: 1, into: &size, at: id)
    return Int(size)
  }

  private mutating func measure(
    _ value: Value, level: Int, into size: inout Int64, at id: NodeID
  ) throws {
    guard level <= Self.maximumValueDepth else {
      throw LimitReached(.tooDeepValue(Self.maximumValueDepth, at: code.span(id)))
    }
    size += Int64(value.ownSize)
    guard size <= limits.memory.bytes else {
      throw LimitReached(.tooMuchMemory(limits.memory, at: code.span(id)))
    }
    switch value {
    case .list(let items):
      try work(items.count, at: id)
      for item in items where item.hasParts {
        try measure(item, level: level + 1, into: &size, at: id)
      }
    case .map(let entries):
      try work(entries.count, at: id)
      for (key, item) in entries {
        size += Int64(key.utf8.count)
        if item.hasParts { try measure(item, level: level + 1, into: &size, at: id) }
      }
    default: break
    }
  }

  /// Whether two values are equal; nil where a part of one is unknown.
  mutating func areEqual(_ a: Value, _ b: Value, at id: NodeID) throws -> Bool? {
    if a.isUnknown || b.isUnknown { return nil }
    guard a.hasParts || b.hasParts else { return a == b }
    var count = 0
    let result = Value.areEqual(a, b, counting: &count)
    try work(count, at: id)
    return result
  }

  /// `value in container`, unknown where it depends on what is; nil where that means nothing.
  mutating func contained(_ value: Value, in container: Value, at id: NodeID) throws -> Value? {
    guard case .list(let items) = container else {
      try work(container.extent, at: id)
      return value.isContained(in: container).map(Value.bool)
    }
    for item in items {
      var count = 1
      // What is unknown equals nothing.
      let isEqual = Value.areEqual(item, value, counting: &count)
      try work(count, at: id)
      if isEqual { return .bool(true) }
    }
    return value.isUnknown || container.isUnknown ? .unknown(.part) : .bool(false)
  }
}

extension Value {
  /// Whether it has a size of its own: texts, lists and maps.
  fileprivate var hasParts: Bool {
    switch self {
    case .string, .secret, .list, .map: true
    default: false
    }
  }

  /// Bytes that it takes, about, without those of its members.
  fileprivate var ownSize: Int {
    switch self {
    case .string(let text): text.utf8.count
    case .secret(let secret): secret.revealed.utf8.count
    case .list(let items): 32 + items.count * MemoryLayout<Value>.stride
    case .map(let entries): 64 + entries.count * 3 * MemoryLayout<Value>.stride
    default: 0
    }
  }

  /// Members of a list or map, bytes of a text: what work on it is in proportion to.
  var extent: Int {
    switch self {
    case .string(let text): text.utf8.count
    case .secret(let secret): secret.revealed.utf8.count
    case .list(let items): items.count
    case .map(let entries): entries.count
    default: 1
    }
  }
}
