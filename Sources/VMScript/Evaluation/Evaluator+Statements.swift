import VMScriptSyntax

/// The way a statement ended.
enum Flow {
  case next
  case returned(Value)
}

extension Evaluator {
  mutating func execute(_ id: NodeID) throws -> Flow {
    try step(id)
    let node = code[id]
    switch node.kind {
    case .letStatement:
      store(try evaluate(code.child(0, of: node)), id)
    case .returnStatement:
      let value = code.child(0, of: node)
      return .returned(value.isAbsent ? .none : try evaluate(value))
    case .ifStatement:
      return try executeIf(node)
    case .forStatement:
      return try executeFor(node)
    case .block:
      return try executeBlock(id)
    case .expressionStatement:
      lastValue = try evaluate(code.child(0, of: node))
    case .funcStatement:
      defineFunction(id, node)
    case .printStatement:
      let parts = try code.children(of: node).map { part in
        let value = try shown(part)
        let isSecret = if case .secret = value { true } else { false }
        let text = isSecret ? value.description : try self.text(value, at: id).text
        try chargeOutput(text.utf8.count + 1, at: id)
        return text
      }
      host.print(parts.joined(separator: " "))
    case .outputStatement:
      try executeOutput(id, node)
    case .paramStatement:
      store(try parameter(id, node), id)
    case .checkStatement:
      try executeCheck(node)
    case .stackStatement:
      try executeStack(id, node)
    case .movedStatement:
      try executeMove(id, node)
    case .verbStatement:
      try executeVerb(id, node)
    case .importStatement, .error:
      break
    default:
      _ = try evaluate(id)
    }
    return .next
  }

  mutating func executeBlock(_ id: NodeID) throws -> Flow {
    let node = code[id]
    if case .hoists = code.target(of: id) { try declareFunctions(of: node) }
    if depth == 0 {
      for statement in code.children(of: node) { _ = try executeSafely(statement) }
      return .next
    }
    for position in 0..<Int(node.childCount) {
      let flow = try execute(code.child(position, of: node))
      if case .returned = flow { return flow }
    }
    return .next
  }

  /// Stores a value in the target of a binding.
  mutating func store(_ value: Value, _ id: NodeID) {
    switch code.target(of: id) {
    case .local(let slot): stack[base + Int(slot)] = value
    case .global(let slot): globals[Int(slot)] = value
    default: break
    }
  }

  private mutating func executeIf(_ node: Node) throws -> Flow {
    let isTrue = try condition(code.child(0, of: node))
    let branch = code.child(isTrue ? 1 : 2, of: node)
    return branch.isAbsent ? .next : try execute(branch)
  }

  private mutating func executeFor(_ node: Node) throws -> Flow {
    let body = code.child(3, of: node)
    return try iterate(
      code.child(2, of: node), code.child(0, of: node), code.child(1, of: node)
    ) { try $0.executeBlock(body) }
  }

  private mutating func executeOutput(_ id: NodeID, _ node: Node) throws {
    let name = try resourceName(code.child(0, of: node))
    if outputs[name] != nil { throw Diagnostic.duplicateOutput(name, at: code.span(id)) }
    let value = try shown(code.child(1, of: node))
    // In its written form it has this size, even if others share a part of it.
    try charge(try measure(value, at: id), at: id)
    outputs[name] = value
    outputStatements[name] = id
  }

  /// Returns a value that leaves the script; throws silently if it follows from an earlier error.
  private mutating func shown(_ id: NodeID) throws -> Value {
    let value = try evaluate(id)
    if case .unknown(let origin) = value, origin.isReported { throw AlreadyReported() }
    return value
  }

  private mutating func executeStack(_ id: NodeID, _ node: Node) throws {
    let value = try evaluate(code.child(0, of: node))
    let span = code.span(code.child(0, of: node))
    if case .unknown(let origin) = value { throw refusal(of: origin, at: span) }
    guard case .string(let name) = value, Program.isStackName(name) else {
      throw Diagnostic.invalidStackName(value.excerpt, at: span)
    }
    if let earlier = stackSpan { throw Diagnostic.secondStack(at: span, earlier: earlier) }
    if let first = registry.set.declarations.first {
      throw Diagnostic.lateStack(at: span, earlier: first.span)
    }
    stackSpan = span
    if options.stack == nil { registry.set.stack = name }
  }

  /// Returns the error of a decision that depends on an unknown value; silent if that follows from
  /// another error.
  func refusal(of origin: UnknownOrigin, at span: Span) -> any Error {
    mayDecideLater(by: origin)
      ? AlreadyReported() : Diagnostic.branchOnUnknown(origin, at: span)
  }

  /// Returns whether a decision that depends on an unknown value needs no error: its cause was
  /// reported, or the script is only checked and a run will know the value.
  func mayDecideLater(by origin: UnknownOrigin) -> Bool {
    origin.isReported || options.leavesParametersOpen
  }

  /// Returns the value of a condition, which must be a known bool.
  mutating func condition(_ id: NodeID) throws -> Bool {
    switch try evaluate(id) {
    case .bool(let value): return value
    case .unknown(let origin): throw refusal(of: origin, at: code.span(id))
    case let other: throw Diagnostic.notABool(other, at: code.span(id))
    }
  }
}

extension Evaluator {
  /// Runs `body` for each member of a sequence, with its bindings set.
  ///
  /// One binding takes a list's element or a map's key; two take index and element, or key and
  /// value.
  mutating func iterate(
    _ sequence: NodeID, _ first: NodeID, _ second: NodeID, _ body: (inout Evaluator) throws -> Flow
  ) throws -> Flow {
    let value = try evaluate(sequence)
    switch value {
    case .range(let range):
      for index in 0..<range.count {
        try step(sequence)
        if second.isAbsent {
          store(range.member(at: index), first)
        } else {
          store(.int(index), first)
          store(range.member(at: index), second)
        }
        if case .returned(let value) = try body(&self) { return .returned(value) }
      }
    case .list(let items):
      for (index, item) in items.enumerated() {
        try step(sequence)
        if second.isAbsent {
          store(item, first)
        } else {
          store(.int(Int64(index)), first)
          store(item, second)
        }
        if case .returned(let value) = try body(&self) { return .returned(value) }
      }
    case .map(let entries):
      for (key, item) in entries {
        try step(sequence)
        store(.string(key), first)
        if !second.isAbsent { store(item, second) }
        if case .returned(let value) = try body(&self) { return .returned(value) }
      }
    case .unknown(let origin):
      if mayDecideLater(by: origin) { throw AlreadyReported() }
      throw Diagnostic.loopOverUnknown(origin, at: code.span(sequence))
    default:
      throw Diagnostic.notASequence(value, at: code.span(sequence))
    }
    return .next
  }

  mutating func evaluateComprehension(_ id: NodeID, _ node: Node) throws -> Value {
    var result: [Value] = []
    let parts = code.children(of: node)
    try collect(parts[parts.startIndex], parts.dropFirst(), into: &result, id)
    _ = try measure(.list(result), at: id)
    return .list(result)
  }

  private mutating func collect(
    _ element: NodeID, _ clauses: ArraySlice<NodeID>, into result: inout [Value], _ id: NodeID
  ) throws {
    guard let first = clauses.first else {
      try charge(MemoryLayout<Value>.stride, at: id)
      result.append(try evaluate(element))
      return
    }
    let node = code[first]
    if node.kind == .ifClause {
      if try condition(code.child(0, of: node)) {
        try collect(element, clauses.dropFirst(), into: &result, id)
      }
      return
    }
    _ = try iterate(code.child(2, of: node), code.child(0, of: node), code.child(1, of: node)) {
      try $0.collect(element, clauses.dropFirst(), into: &result, id)
      return .next
    }
  }
}

extension Evaluator {
  /// Performs a verb.
  ///
  /// - Returns: its value: of one machine, or by name for a list or a pattern; unknown where it is
  ///   only planned, none for a verb without a value.
  @discardableResult
  mutating func executeVerb(_ id: NodeID, _ node: Node) throws -> Value {
    guard let verb = node.verb, let position = node.targetPosition else { throw AlreadyReported() }
    let targetNode = code.child(position, of: node)
    let target = try evaluate(targetNode)
    let targets = try self.targets(
      target, isDeletion: verb.row.outcome == .gone, at: code.span(targetNode))
    var request = VerbRequest(
      verb, targets: targets, span: code.span(id), targetSpan: code.span(targetNode))
    request.isForSeveral = target.isForSeveralMachines
    request.isForced = node.flags.contains(.force)
    for (argument, child) in node.arguments(code.children(of: node)) {
      switch argument {
      case .name: request.name = try snapshotName(child)
      case .condition: request.condition = try condition(of: child)
      case .limit: request.limit = try limit(child)
      case .text: request.texts.append(try text(child))
      case .force, .target: break
      }
    }
    try charge(512, at: id)
    try prepareEffect()
    let asked = request
    let values = try offTheClock { try $0.host.perform(asked, declarations: $0.registry.set) }
    if verb.row.outcome == .gone { registry.withdraw(targets) }
    guard verb.row.hasValue else { return .none }
    return try value(values, of: asked, at: id)
  }

  /// Returns the value of a verb.
  private mutating func value(
    _ values: [String: Value], of request: VerbRequest, at id: NodeID
  ) throws -> Value {
    for case .string(let text) in values.values { try charge(text.utf8.count, at: id) }
    if let name = request.onlyTarget {
      return values[name] ?? .unknown(UnknownOrigin(resource: name, attribute: request.verb.word))
    }
    guard !values.isEmpty else {
      let name = request.targets.first?.text ?? ""
      return .unknown(UnknownOrigin(resource: name, attribute: request.verb.word))
    }
    return .map(ValueMap(values.sorted { $0.key < $1.key }))
  }

  /// Returns the text of an argument; secrets are revealed, because the guest needs them.
  private mutating func text(_ id: NodeID) throws -> String {
    switch try evaluate(id) {
    case .string(let text): return text
    case .secret(let secret): return secret.revealed
    case .unknown(let origin): throw refusal(of: origin, at: code.span(id))
    case let other: throw Diagnostic.notAText(other, at: code.span(id))
    }
  }

  /// Returns the name of a snapshot, which becomes a part of a path on the host.
  private mutating func snapshotName(_ id: NodeID) throws -> String {
    let name = try resourceName(id)
    guard ResourceName.isSafe(name) else {
      throw Diagnostic.invalidName(name, of: "a snapshot", at: code.span(id))
    }
    return name
  }

  private mutating func limit(_ id: NodeID) throws -> Duration? {
    guard !id.isAbsent else { return nil }
    let value = try evaluate(id)
    guard case .duration(let duration) = value else {
      throw Diagnostic.argumentType(
        "within", expected: "a duration such as 5m", value, at: code.span(id))
    }
    return duration
  }

  private mutating func condition(of id: NodeID) throws -> WaitCondition {
    if case .word = code.target(of: id), let word = WaitWord(rawValue: code.name(code[id])) {
      return try condition(word, nil, at: id)
    }
    if code[id].kind == .waitCondition {
      let argument = code.child(0, of: code[id])
      return try condition(WaitWord.allCases[Int(code[id].data)], argument, at: id)
    }
    if options.leavesParametersOpen { try judge(id) }
    let waiting = WaitingCondition(evaluator: self, node: id)
    return .expression { () throws(Diagnostic) in try waiting.isMet() }
  }

  /// Returns the condition that begins with a word.
  private mutating func condition(
    _ word: WaitWord, _ argument: NodeID?, at id: NodeID
  ) throws -> WaitCondition {
    guard let argument else {
      switch word {
      case .ip: return .ip
      case .agent: return .agent
      case .ssh: return .ssh
      case .cloudInit: return .cloudInit
      case .stopped: return .stopped
      case .ready, .port, .text: throw Diagnostic.noConditionArgument(word, at: code.span(id))
      }
    }
    guard word == .port else {
      let text = try text(argument)
      return word == .ready ? .ready(command: text) : .text(text)
    }
    let value = try evaluate(argument)
    if case .unknown(let origin) = value { throw refusal(of: origin, at: code.span(argument)) }
    guard case .int(let number) = value, (1...65535).contains(number) else {
      throw Diagnostic.argumentType(
        "port", expected: "a number from 1 to 65535", value, at: code.span(argument))
    }
    return .port(UInt16(number))
  }

  /// Reports an expression that is not a condition, as far as that is known without a host, which
  /// will not evaluate it.
  private mutating func judge(_ condition: NodeID) throws {
    try recovering {
      switch try $0.evaluate(condition) {
      case .bool, .unknown: return
      case let other: throw Diagnostic.notABool(other, at: $0.code.span(condition))
      }
    }
  }

  private mutating func targets(
    _ value: Value, isDeletion: Bool, at span: Span
  ) throws -> [VerbRequest.Target] {
    var result: [VerbRequest.Target] = []
    var seen: Set<String> = []
    func add(_ value: Value) throws {
      switch value {
      case .resource(let reference) where reference.kind == .domain:
        if seen.insert(reference.name).inserted { result.append(.resource(reference)) }
      case .string(let name):
        if seen.insert(name).inserted { result.append(.pattern(name)) }
      case .list(let items): for item in items { try add(item) }
      case .unknown(let origin): throw refusal(of: origin, at: span)
      default: throw Diagnostic.verbTarget(value, isDeletion: isDeletion, at: span)
      }
    }
    try add(value)
    return result
  }

  /// Validates the declarations so far before anything takes effect.
  mutating func prepareEffect() throws {
    validate()
    if hasErrors { throw AlreadyReported() }
    hasTakenEffect = true
  }
}

extension Value {
  /// Whether it is a list or a pattern of machines, rather than one machine.
  fileprivate var isForSeveralMachines: Bool {
    switch self {
    case .list: true
    case .string(let name): Glob.isPattern(name)
    default: false
    }
  }
}

/// The expression of a `wait`, evaluated whenever the host asks.
///
/// @unchecked: functions among the values are not quite sendable. But their thread is blocked in
/// the host while the host evaluates, and the host evaluates on one thread at a time.
private struct WaitingCondition: @unchecked Sendable {
  let evaluator: Evaluator
  let node: NodeID

  func isMet() throws(Diagnostic) -> Bool {
    // Each attempt works on a copy and keeps nothing.
    var evaluator = evaluator
    evaluator.startTime()
    do { return try evaluator.condition(node) } catch let error as Diagnostic {
      throw error
    } catch let limit as LimitReached { throw limit.diagnostic } catch { return false }
  }
}
