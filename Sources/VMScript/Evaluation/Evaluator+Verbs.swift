import VMScriptSyntax

extension WaitCondition {
  /// Conditions that are a bare word.
  package static let words: [String: WaitCondition] = [
    "ip": .ip, "agent": .agent, "ssh": .ssh, "cloud_init": .cloudInit, "stopped": .stopped,
  ]
}

extension Evaluator {
  mutating func executeVerb(_ id: NodeID, _ node: Node) throws {
    guard let verb = node.verb else { throw AlreadyReported() }
    let targetNode = code.child(0, of: node)
    let targets = try self.targets(
      try evaluate(targetNode), isDeletion: verb.row.outcome == .gone, at: code.span(targetNode))
    var request = VerbRequest(
      verb, targets: targets, span: code.span(id), targetSpan: code.span(targetNode))
    request.isForced = node.flags.contains(.force)
    for (argument, child) in node.arguments(code.children(of: node)) {
      switch argument {
      case .name: request.name = try snapshotName(child)
      case .condition: request.condition = try condition(of: child)
      case .limit: request.limit = try limit(child)
      case .force: break
      }
    }
    try charge(512, at: id)
    try prepareEffect()
    let asked = request
    try offTheClock { try $0.host.perform(asked, declarations: $0.registry.set) }
    if verb.row.outcome == .gone { registry.withdraw(targets) }
  }

  /// A snapshot's name becomes a part of a path on the host.
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
    if case .word = code.target(of: id), let word = WaitCondition.words[code.name(code[id])] {
      return word
    }
    if options.leavesParametersOpen { try judge(id) }
    let waiting = WaitingCondition(evaluator: self, node: id)
    return .expression { () throws(Diagnostic) in try waiting.isMet() }
  }

  /// Refuses what is no condition, as far as that is known without a host, which will not ask for it.
  private mutating func judge(_ condition: NodeID) throws {
    try goingOn {
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

  /// Before anything takes effect: what is declared so far must be whole.
  mutating func prepareEffect() throws {
    validate()
    if hasErrors { throw AlreadyReported() }
  }
}

/// The expression of a `wait`, evaluated whenever the host asks.
///
/// Sendable though functions among the values are not quite: their thread is blocked in the host
/// while the host asks, and the host asks from one thread at a time.
private struct WaitingCondition: @unchecked Sendable {
  let evaluator: Evaluator
  let node: NodeID

  func isMet() throws(Diagnostic) -> Bool {
    // Nothing of an attempt is kept.
    var evaluator = evaluator
    evaluator.startTime()
    do { return try evaluator.condition(node) } catch let error as Diagnostic {
      throw error
    } catch let limit as LimitReached { throw limit.diagnostic } catch { return false }
  }
}
