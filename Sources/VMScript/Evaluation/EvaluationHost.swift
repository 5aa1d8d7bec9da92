import Synchronization
import VMScriptSyntax

/// A verb with its target, ready for the host.
public struct VerbRequest: Sendable {
  /// What a verb is done to.
  public enum Target: Sendable {
    /// A resource of the script or of the host.
    case resource(ResourceReference)
    /// An exact name, or a glob such as `web-*`.
    case pattern(String)

    /// Whether the domain of this name is meant.
    public func names(_ domain: String) -> Bool {
      switch self {
      case .resource(let reference): ExactText(reference.name) == ExactText(domain)
      case .pattern(let pattern): Glob.matches(domain, pattern)
      }
    }
  }

  /// What to do.
  public let verb: Verb
  /// In order, duplicates removed; a list's members run in parallel.
  public var targets: [Target]
  /// Turns a machine off rather than asks its guest to shut down.
  public var isForced = false
  /// The name of a snapshot; empty for verbs that take none.
  public var name = ""
  /// The condition that is waited for; nil for verbs that do not wait.
  public var condition: WaitCondition?
  /// How long is waited; nil for the host's own limit.
  public var limit: Duration?
  /// The whole statement.
  public let span: Span
  /// The statement's target alone.
  public let targetSpan: Span

  /// A request without arguments.
  public init(_ verb: Verb, targets: [Target], span: Span, targetSpan: Span) {
    self.verb = verb
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
    _ attribute: LiveAttribute, of resource: ResourceReference, at span: Span,
    declarations: DeclarationSet
  ) throws(Diagnostic) -> Value

  /// The address of a domain of which `declared` is the fixed one: another one where the host reports
  /// that the guest has that instead. It puts nothing into effect.
  func address(
    declared: IPAddress, of resource: ResourceReference, at span: Span, declarations: DeclarationSet
  ) throws(Diagnostic) -> IPAddress

  /// Runs a verb, after putting `declarations` into effect; a host that plans only notes it.
  func perform(_ verb: VerbRequest, declarations: DeclarationSet) throws(Diagnostic)

  /// Whether an undeclared resource exists on the host; nil if it cannot be known here.
  func exists(_ resource: ResourceReference) throws(Diagnostic) -> Bool?

  /// Whether the host refused something or was called off; then nothing more of the script runs.
  var isOver: Bool { get }
}

extension EvaluationHost {
  /// Without a connection, nothing is reported that differs from what is declared.
  public func address(
    declared: IPAddress, of resource: ResourceReference, at span: Span, declarations: DeclarationSet
  ) throws(Diagnostic) -> IPAddress { declared }

  /// A host that changes nothing lets the script go on, so that all of its errors are found.
  public var isOver: Bool { false }
}

/// The declarations of a run so far, in the order of the script, with the stack they belong to.
public struct DeclarationSet: Sendable {
  /// The name that tells this stack's resources from all others on a host.
  public var stack: String
  /// In the order of the script.
  public var declarations: [Declaration]
  /// The declarations of one stack.
  public init(stack: String, declarations: [Declaration] = []) {
    self.stack = stack
    self.declarations = declarations
  }

  /// Without the kinds that the host of the script defined, of which libvirt knows nothing.
  public var ofLibvirt: DeclarationSet {
    guard declarations.contains(where: \.kind.isCustom) else { return self }
    return DeclarationSet(stack: stack, declarations: declarations.filter { !$0.kind.isCustom })
  }

  /// The declaration of a resource; nil if there is none. It takes time in proportion to the set.
  public func declaration(_ kind: ResourceKind, _ name: String) -> Declaration? {
    declarations.first { $0.kind == kind && $0.name == name }
  }
}

/// A host without a connection, for `check` and `eval`: live attributes are unknown, verbs only noted.
public final class OfflineHost: EvaluationHost {
  private let state = Mutex((lines: [String](), verbs: [VerbRequest]()))
  private let output: (@Sendable (String) -> Void)?

  /// - Parameter output: where `print` goes; nil keeps the lines in ``lines``.
  public init(output: (@Sendable (String) -> Void)? = nil) { self.output = output }

  /// What was printed.
  public var lines: [String] { state.withLock(\.lines) }
  /// The verbs that would run, in order.
  public var verbs: [VerbRequest] { state.withLock(\.verbs) }

  /// Gives the line to the output, or keeps it.
  public func print(_ line: String) {
    if let output { return output(line) }
    state.withLock { $0.lines.append(line) }
  }

  /// An unknown value, whatever is asked for.
  public func attribute(
    _ attribute: LiveAttribute, of resource: ResourceReference, at span: Span,
    declarations: DeclarationSet
  ) throws(Diagnostic) -> Value {
    .unknown(UnknownOrigin(resource: resource.name, attribute: attribute.name))
  }

  /// Notes the verb.
  public func perform(_ verb: VerbRequest, declarations: DeclarationSet) throws(Diagnostic) {
    state.withLock { $0.verbs.append(verb) }
  }

  /// Always `nil`: there is no host to know.
  public func exists(_ resource: ResourceReference) throws(Diagnostic) -> Bool? { nil }
}
