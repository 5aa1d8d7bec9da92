import VMScriptSyntax

// The cost of values. The limits on steps, time and memory apply to built-ins and operators too,
// and no value is deeper, or larger in its written form, than its readers can handle.
extension Evaluator {
  /// The deepest nesting of lists and maps; other readers of JSON accept little more.
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
    try checkInterruption(id)
  }

  /// Counts the memory of a new value. Parts that it shares with others count only if `isWhole` is
  /// true.
  mutating func made(_ value: Value, isWhole: Bool = false, at id: NodeID) throws -> Value {
    guard value.hasParts else { return value }
    let size = try measure(value, at: id)
    try charge(isWhole ? size : value.ownSize, at: id)
    return value
  }

  /// Throws if creating so many bytes would exceed the limit.
  mutating func requireRoom(_ bytes: Int, at id: NodeID) throws {
    guard allocated &+ Int64(bytes) <= limits.memory.bytes else {
      throw LimitReached(.tooMuchMemory(limits.memory, at: code.span(id)))
    }
  }

  /// The bytes that may still be created.
  var room: Int { Int(min(max(0, limits.memory.bytes - allocated), Int64.max / 4)) }

  /// The bounds of one read or conversion.
  var bounds: ReadBounds {
    let (end, cancellation, host) = (end, options.cancellation, host)
    return ReadBounds(maximumBytes: room) {
      cancellation?.isCancelled ?? false || host.isOver || end.map { $0 < .now } ?? false
    }
  }

  /// Reads or creates something within the remaining bounds; throws if they end it.
  mutating func bounded<T>(at id: NodeID, _ work: (ReadBounds) throws -> T) throws -> T {
    do { return try work(bounds) } catch is OutOfBounds {
      try checkInterruption(id)
      throw LimitReached(.tooMuchMemory(limits.memory, at: code.span(id)))
    }
  }

  /// Returns the text of a value in an interpolation, and whether it is secret. Throws if there is
  /// no room for it.
  mutating func text(_ value: Value, at id: NodeID) throws -> (text: String, isSecret: Bool) {
    if case .string(let text) = value { return (text, false) }
    if case .secret(let secret) = value { return (secret.revealed, true) }
    let text = value.literal(limit: room + 1)
    try requireRoom(text.utf8.count, at: id)
    return (text, false)
  }

  /// Returns whether a value is or contains an unknown value.
  mutating func holdsUnknown(_ value: Value, at id: NodeID) throws -> Bool {
    try holds(value, at: id) { if case .unknown = $0 { true } else { false } }
  }

  /// Returns whether a value is or contains a secret.
  mutating func holdsSecret(_ value: Value, at id: NodeID) throws -> Bool {
    try holds(value, at: id) { if case .secret = $0 { true } else { false } }
  }

  /// Searches a value, which counts as work: a shared part is searched each time.
  private mutating func holds(
    _ value: Value, at id: NodeID, _ isMeant: (Value) -> Bool
  ) throws -> Bool {
    switch value {
    case .list(let items):
      try work(items.count, at: id)
      for item in items where try holds(item, at: id, isMeant) { return true }
      return false
    case .map(let entries):
      try work(entries.count, at: id)
      for item in entries.values where try holds(item, at: id, isMeant) { return true }
      return false
    default: return isMeant(value)
    }
  }

  /// Returns the bytes needed for writing a value as YAML, where each occurrence of a node takes a
  /// node of the tree.
  mutating func writingRoom(_ value: Value, at id: NodeID) throws -> Int {
    switch value {
    case .list(let items):
      try work(items.count, at: id)
      var sum = 512
      for item in items { sum += try writingRoom(item, at: id) }
      return sum
    case .map(let entries):
      try work(entries.count, at: id)
      var sum = 512
      for (key, item) in entries {
        sum += 512 + 2 * key.utf8.count + (try writingRoom(item, at: id))
      }
      return sum
    default: return 512 + 2 * value.extent
    }
  }

  /// Finds the occurrences of a text in another one, and passes each to `found`.
  mutating func search(
    _ part: String, in text: String, at id: NodeID, _ found: (Int) throws -> Void = { _ in }
  ) throws -> Int {
    guard part.utf8.count <= text.utf8.count else { return 0 }
    try requireRoom(part.utf8.count * (1 + MemoryLayout<Int>.stride), at: id)
    var search = TextSearch(part, in: text)
    while try search.advance(1 << 20, found) { try checkInterruption(id) }
    return search.count
  }

  /// Returns the bytes of a value, with shared parts counted each time. Throws if it is too deep or
  /// too large on its own: it could be neither written nor released.
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

  /// Returns whether two values are equal; nil if a part of one is unknown.
  mutating func areEqual(_ a: Value, _ b: Value, at id: NodeID) throws -> Bool? {
    if try holdsUnknown(a, at: id) || holdsUnknown(b, at: id) { return nil }
    guard a.hasParts || b.hasParts else { return a == b }
    var count = 0
    let result = Value.areEqual(a, b, counting: &count)
    try work(count, at: id)
    return result
  }

  /// Evaluates `value in container`; unknown if it depends on an unknown value, nil if it has no
  /// meaning.
  mutating func contained(_ value: Value, in container: Value, at id: NodeID) throws -> Value? {
    guard case .list(let items) = container else {
      try work(container.extent, at: id)
      if case .string(let part) = value, case .string(let text) = container {
        return .bool(try part.isEmpty || search(part, in: text, at: id) > 0)
      }
      return value.isContained(in: container).map(Value.bool)
    }
    for item in items {
      var count = 1
      // An unknown value equals nothing.
      let isEqual = Value.areEqual(item, value, counting: &count)
      try work(count, at: id)
      if isEqual { return .bool(true) }
    }
    let isOpen = try holdsUnknown(value, at: id) || holdsUnknown(container, at: id)
    return isOpen ? .unknown(.part) : .bool(false)
  }
}

extension Value {
  /// Whether its size varies: texts, lists and maps.
  fileprivate var hasParts: Bool {
    switch self {
    case .string, .secret, .list, .map: true
    default: false
    }
  }

  /// The approximate bytes of the value, without those of its members.
  fileprivate var ownSize: Int {
    switch self {
    case .string(let text): text.utf8.count
    case .secret(let secret): secret.revealed.utf8.count
    case .list(let items): 32 + items.count * MemoryLayout<Value>.stride
    case .map(let entries): 64 + entries.count * 3 * MemoryLayout<Value>.stride
    default: 0
    }
  }

  /// The members of a list or map, or the bytes of a text: the measure of work on it.
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
