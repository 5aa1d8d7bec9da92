import VMScript
import VMScriptPlan
import VMScriptSyntax

/// What a run, a plan or a destroy came to.
public struct RunReport: Sendable {
  /// How it ended.
  public enum Outcome: Sendable {
    case done
    /// A change or a verb failed.
    case failed
    case scriptErrors
    /// A yes was needed and not given; nothing was changed.
    case refused
    case noConnection
    /// Stopped on request, after what was in flight.
    case cancelled
  }

  /// The plan, with results if it was applied.
  public var plan: Plan
  /// By name, in the order of the script; none unless all of it is done.
  public var outputs: ValueMap
  /// What the script declares, in its order.
  public var declared: [ResourceReference]
  /// What an entry of a session declared in vain: it is declared as it was before, or no longer.
  public var withdrawn: [ResourceReference]
  /// Every error and warning, in the order of their finding.
  public var diagnostics: [Diagnostic]
  /// How it ended.
  public var outcome: Outcome
  /// Where the spans of plan and diagnostics point into.
  public var sources: SourceMap

  /// The diagnostics for a person who was asked to confirm the plan, and knows the answer.
  public var diagnosticsAfterQuestion: [Diagnostic] {
    guard case .refused = outcome else { return diagnostics }
    let refusals: [DiagnosticCode] = [.host.needsConfirmation, .lock.unconfirmedOrigin]
    return diagnostics.filter { !refusals.contains($0.code) }
  }

  /// Puts a report together.
  public init(
    plan: Plan, outputs: ValueMap = [:],
    declared: [ResourceReference] = [], withdrawn: [ResourceReference] = [],
    diagnostics: [Diagnostic] = [], outcome: Outcome,
    sources: SourceMap = SourceMap()
  ) {
    self.plan = plan
    self.outputs = outcome == .done ? outputs : [:]
    self.declared = declared
    self.withdrawn = withdrawn
    self.diagnostics = diagnostics
    self.outcome = outcome
    self.sources = sources
  }
}
