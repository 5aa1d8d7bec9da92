import Synchronization
import VMScriptSyntax

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
