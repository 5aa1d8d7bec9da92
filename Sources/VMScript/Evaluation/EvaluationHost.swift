import VMScriptSyntax

/// A verb with its target, ready for the host.
public struct VerbRequest: Sendable {
  public enum Action: Sendable {
    case start
    case stop(force: Bool)
    case reboot, suspend, resume, delete
    case snapshot(name: String)
    case revert(name: String)
    case wait(WaitCondition, limit: Duration?)
  }

  public enum Target: Sendable {
    case resource(ResourceReference)
    /// An exact name, or a glob such as `web-*`.
    case pattern(String)
  }

  public let action: Action
  /// In order, duplicates removed; a list's members run in parallel.
  public let targets: [Target]
  public let span: Span
  public let targetSpan: Span

  public init(action: Action, targets: [Target], span: Span, targetSpan: Span) {
    self.action = action
    self.targets = targets
    self.span = span
    self.targetSpan = targetSpan
  }
}

/// What `wait` waits for.
public enum WaitCondition: Sendable {
  case ip, agent, ssh, cloudInit, stopped
  /// An expression, evaluated again whenever the host has news; true ends the waiting.
  case expression(@Sendable () throws(Diagnostic) -> Bool)
}

/// What the evaluator asks of the outside world. Calls are synchronous and may block: a run
/// evaluates on a thread of its own.
public protocol EvaluationHost: AnyObject, Sendable {
  /// Shows one line of `print`.
  func print(_ line: String)

  /// A live attribute of a resource. `declarations` are all that were made so far; a host that
  /// applies puts them into effect first, one that plans gives ``Value/unknown(_:)`` for what does
  /// not exist yet, one without a connection always does.
  func attribute(
    _ name: String, of resource: ResourceReference, at span: Span, declarations: DeclarationSet
  ) throws(Diagnostic) -> Value

  /// Runs a verb, after putting `declarations` into effect; a host that plans only notes it.
  func perform(_ verb: VerbRequest, declarations: DeclarationSet) throws(Diagnostic)

  /// Whether an undeclared resource exists on the host; nil if it cannot be known here.
  func exists(_ resource: ResourceReference) throws(Diagnostic) -> Bool?
}

/// The declarations of a run so far, in the order of the script, with the stack they belong to.
public struct DeclarationSet: Sendable {
  public var stack: String
  public var declarations: [Declaration]
  public init(stack: String, declarations: [Declaration] = []) {
    self.stack = stack
    self.declarations = declarations
  }
}
