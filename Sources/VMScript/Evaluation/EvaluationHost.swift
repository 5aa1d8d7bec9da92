import Synchronization
import VMScriptSyntax

/// A verb with its target, ready for the host.
public struct VerbRequest: Sendable {
  /// The target of a verb.
  public enum Target: Sendable {
    /// A resource of the script or of the host.
    case resource(ResourceReference)
    /// An exact name, or a glob such as `web-*`.
    case pattern(String)

    /// The name or the pattern.
    public var text: String {
      switch self {
      case .resource(let reference): reference.name
      case .pattern(let pattern): pattern
      }
    }

    /// Returns whether it includes the domain of this name.
    public func names(_ domain: String) -> Bool {
      switch self {
      case .resource(let reference): ExactText(reference.name) == ExactText(domain)
      case .pattern(let pattern): Glob.matches(domain, pattern)
      }
    }
  }

  /// The name of the only target, if it names one machine.
  var onlyTarget: String? {
    guard targets.count == 1, !isForSeveral else { return nil }
    return targets.first?.text
  }

  /// The verb.
  public let verb: Verb
  /// The targets in order, without duplicates; the members of a list run in parallel.
  public var targets: [Target]
  /// Whether the target is a list or a pattern, so that values are maps.
  var isForSeveral = false
  /// Whether to turn a machine off instead of asking its guest to shut down.
  public var isForced = false
  /// The name of a snapshot; empty for verbs without one.
  public var name = ""
  /// The texts of the statement in order, such as the command of `run`. They may contain secrets.
  public var texts: [String] = []
  /// The condition to wait for; nil for verbs that do not wait.
  public var condition: WaitCondition?
  /// The longest wait; nil for the host's own limit.
  public var limit: Duration?
  /// The whole statement.
  public let span: Span
  /// The statement's target alone.
  public let targetSpan: Span

  /// Creates a request without arguments.
  public init(_ verb: Verb, targets: [Target], span: Span, targetSpan: Span) {
    self.verb = verb
    self.targets = targets
    self.span = span
    self.targetSpan = targetSpan
  }
}

/// The condition of a `wait`.
public enum WaitCondition: Sendable {
  case ip, agent, ssh, cloudInit, stopped
  /// A shell command that succeeds in the guest. It may contain secrets.
  case ready(command: String)
  /// A TCP server on this port.
  case port(UInt16)
  /// A text on the guest's console, from now on.
  case text(String)
  /// An expression, evaluated again whenever the host has news; the wait ends once it is true.
  case expression(@Sendable () throws(Diagnostic) -> Bool)
}

/// The evaluator's access to the host of resources. Calls are synchronous and may block: a run
/// evaluates on its own thread.
public protocol EvaluationHost: AnyObject, Sendable {
  /// Prints one line of `print`.
  func print(_ line: String)

  /// Reads a live attribute of a resource. `declarations` are those made so far. A host that
  /// applies them does so first. A host that plans returns ``Value/unknown(_:)`` for a resource
  /// that does not exist yet; a host without a connection always does.
  func attribute(
    _ attribute: LiveAttribute, of resource: ResourceReference, at span: Span,
    declarations: DeclarationSet
  ) throws(Diagnostic) -> Value

  /// Returns the address of a domain whose fixed address is `declared`; another one if the host
  /// reports that the guest uses that instead. Applies nothing.
  func address(
    declared: IPAddress, of resource: ResourceReference, at span: Span, declarations: DeclarationSet
  ) throws(Diagnostic) -> IPAddress

  /// Returns the `uuid` or the `macs` of a declared domain, whose name they derive from; other values
  /// if the domain exists and has them, such as after `moved`. Applies nothing.
  func identity(
    _ derived: Value, _ attribute: LiveAttribute.DomainAttribute, of resource: ResourceReference,
    at span: Span, declarations: DeclarationSet
  ) throws(Diagnostic) -> Value

  /// Runs a verb, after applying `declarations`; a host that plans only records it.
  ///
  /// - Returns: the value of the verb by the name of each target; empty for a verb without a value,
  ///   and for a host that does not run it.
  func perform(
    _ verb: VerbRequest, declarations: DeclarationSet
  ) throws(Diagnostic) -> [String: Value]

  /// Returns whether an undeclared resource exists on the host; nil if that cannot be known here.
  func exists(_ resource: ResourceReference) throws(Diagnostic) -> Bool?

  /// Whether the host refused a change or was cancelled; then nothing more of the script runs.
  var isOver: Bool { get }

  /// Whether the host receives the results of `check`s. Then a failed `check` is a result and no
  /// error, so the script continues.
  var collectsChecks: Bool { get }

  /// Receives the result of a `check`; called only if the host collects them.
  func receive(_ result: CheckResult)
}

extension EvaluationHost {
  /// Returns `declared`, because without a connection no other address is reported.
  public func address(
    declared: IPAddress, of resource: ResourceReference, at span: Span, declarations: DeclarationSet
  ) throws(Diagnostic) -> IPAddress { declared }

  /// A host that changes nothing lets the script continue, so that all of its errors are found.
  public var isOver: Bool { false }

  /// Outside of tests, a failed `check` is an error of the script.
  public var collectsChecks: Bool { false }

  /// Ignores the result, because this host collects none.
  public func receive(_ result: CheckResult) {}
}

/// The declarations of a run so far, in the order of the script, with their stack.
public struct DeclarationSet: Sendable {
  /// The name that distinguishes this stack's resources from all others on a host.
  public var stack: String
  /// The declarations, in the order of the script.
  public var declarations: [Declaration]
  /// The domains that have other names from now on, in the order of the script.
  public var moves: [Move] = []
  /// Creates the declarations of one stack.
  public init(stack: String, declarations: [Declaration] = []) {
    self.stack = stack
    self.declarations = declarations
  }

  /// Returns the set with other declarations.
  package func with(_ declarations: [Declaration]) -> DeclarationSet {
    var set = self
    set.declarations = declarations
    return set
  }

  /// The declarations without the kinds that the host of the script defined, which libvirt does not
  /// know.
  public var ofLibvirt: DeclarationSet {
    guard declarations.contains(where: \.kind.isCustom) else { return self }
    return with(declarations.filter { !$0.kind.isCustom })
  }

  /// Returns the declaration of a resource; nil if there is none. Takes time in proportion to the
  /// set.
  public func declaration(_ kind: ResourceKind, _ name: String) -> Declaration? {
    declarations.first { $0.kind == kind && $0.name == name }
  }
}

extension EvaluationHost {
  /// Returns the derived value, for a host without domains.
  public func identity(
    _ derived: Value, _ attribute: LiveAttribute.DomainAttribute, of resource: ResourceReference,
    at span: Span, declarations: DeclarationSet
  ) throws(Diagnostic) -> Value { derived }
}

/// A host without a connection, for `check` and `eval`: live attributes are unknown, and verbs are
/// only recorded.
public final class OfflineHost: EvaluationHost {
  private let state = Mutex((lines: [String](), verbs: [VerbRequest]()))
  private let output: (@Sendable (String) -> Void)?

  /// - Parameter output: receives the lines of `print`; nil keeps them in ``lines``.
  public init(output: (@Sendable (String) -> Void)? = nil) { self.output = output }

  /// The printed lines.
  public var lines: [String] { state.withLock(\.lines) }
  /// The verbs that would run, in order.
  public var verbs: [VerbRequest] { state.withLock(\.verbs) }

  /// Passes the line to the output, or keeps it.
  public func print(_ line: String) {
    if let output { return output(line) }
    state.withLock { $0.lines.append(line) }
  }

  /// Returns an unknown value for every attribute.
  public func attribute(
    _ attribute: LiveAttribute, of resource: ResourceReference, at span: Span,
    declarations: DeclarationSet
  ) throws(Diagnostic) -> Value {
    .unknown(UnknownOrigin(resource: resource.name, attribute: attribute.name))
  }

  /// Records the verb.
  public func perform(
    _ verb: VerbRequest, declarations: DeclarationSet
  ) throws(Diagnostic) -> [String: Value] {
    state.withLock { $0.verbs.append(verb) }
    return [:]
  }

  /// Always returns nil: there is no host that could know.
  public func exists(_ resource: ResourceReference) throws(Diagnostic) -> Bool? { nil }
}
