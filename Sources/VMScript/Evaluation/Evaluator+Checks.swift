import VMScriptSyntax

/// The result of a `check` that a host collects.
public struct CheckResult: Sendable {
  /// The message of the check, else the text of its expression.
  public let name: String
  /// The location of the expression.
  public let span: Span
  /// The time at which the evaluation of the expression started.
  public let start: ContinuousClock.Instant
  /// The time that the evaluation took.
  public var duration: Duration
  /// The reason why the check failed; nil if it passed.
  public let failure: Diagnostic?

  /// Creates a result.
  package init(
    name: String, span: Span, start: ContinuousClock.Instant, duration: Duration,
    failure: Diagnostic?
  ) {
    self.name = name
    self.span = span
    self.start = start
    self.duration = duration
    self.failure = failure
  }
}

extension Evaluator {
  /// Executes a `check`: a failure is an error, or a result for a host that collects them.
  mutating func executeCheck(_ node: Node) throws {
    guard host.collectsChecks else {
      if case .failed(let failure, _) = try checkOutcome(node) { throw failure }
      return
    }
    let start = ContinuousClock.now
    var outcome: CheckOutcome
    do { outcome = try unwinding { try $0.checkOutcome(node) } } catch let error as Diagnostic {
      // An error of the host ends the run.
      guard !host.isOver else { throw error }
      outcome = .failed(error, message: nil)
    }
    let duration = ContinuousClock.now - start
    let expression = code.child(0, of: node)
    let failure: Diagnostic?
    let name: String?
    switch outcome {
    // The error that made the value unknown is reported.
    case .undecided: return
    case .passed: (failure, name) = (nil, passedCheckMessage(node))
    case .failed(let diagnostic, let message): (failure, name) = (diagnostic, message)
    }
    host.receive(
      CheckResult(
        name: name ?? code.text(expression), span: code.span(expression), start: start,
        duration: duration, failure: failure))
  }

  private enum CheckOutcome {
    case passed
    case failed(Diagnostic, message: String?)
    /// Only the run can check a value that is not known yet.
    case undecided
  }

  private mutating func checkOutcome(_ node: Node) throws -> CheckOutcome {
    let expression = code.child(0, of: node)
    let (value, parts) = try tracing(expression)
    switch value {
    case .bool(true): return .passed
    case .unknown: return .undecided
    case .bool(false): break
    case let other: throw Diagnostic.notABool(other, at: code.span(expression))
    }
    let messageNode = code.child(1, of: node)
    let message = messageNode.isAbsent ? nil : try evaluate(messageNode).description
    var notes: [String] = []
    describeParts(of: expression, parts, into: &notes)
    let failure = Diagnostic.checkFailed(
      message, text: code.text(expression), at: code.span(expression), notes: notes)
    return .failed(failure, message: message)
  }

  /// Returns the message of a `check` that passed; nil if it has none, or if the message only has a
  /// value when the check fails.
  private mutating func passedCheckMessage(_ node: Node) -> String? {
    let message = code.child(1, of: node)
    guard !message.isAbsent else { return nil }
    return try? unwinding { try $0.evaluate(message).description }
  }

  /// Evaluates an expression and keeps the values of its parts, so that they can be shown without a
  /// second evaluation.
  private mutating func tracing(_ expression: NodeID) throws -> (
    value: Value, parts: [NodeID: Value]
  ) {
    trace = [:]
    defer { trace = nil }
    let value = try evaluate(expression)
    return (value, trace ?? [:])
  }

  /// Records the value of a part of the `check` in progress, but not within functions that it
  /// calls.
  mutating func evaluateTraced(_ id: NodeID) throws -> Value {
    let value = try evaluateNode(id)
    trace?[id] = value
    return value
  }

  /// Adds a note `EXPR = VALUE` for each part whose text differs from its value, in the order of
  /// the text; parts that were not evaluated have none.
  private mutating func describeParts(
    of id: NodeID, _ parts: [NodeID: Value], into notes: inout [String]
  ) {
    for child in code.children(of: id) where !child.isAbsent {
      let node = code[child]
      switch node.kind {
      case .name, .member, .call, .index, .binary, .unary, .conditional, .comprehension,
        .interpolation:
        if let value = parts[child], value.typeName != "function",
          code.text(child) != value.excerpt(200)
        {
          let note = "\(code.text(child)) = \(value.excerpt(200))"
          if !notes.contains(note) { notes.append(note) }
        }
        if node.kind != .comprehension { describeParts(of: child, parts, into: &notes) }
      case .list, .map, .mapEntry, .namedArgument, .spread:
        describeParts(of: child, parts, into: &notes)
      default: break
      }
    }
  }
}
