import Foundation
import Libvirt
import VMScript
import VMScriptPlan
import VMScriptSyntax

/// Runs, plans and destroys: what the command line and an embedder call.
public enum Runner {
  /// Evaluates a program, puts what it declares into effect and runs its verbs.
  ///
  /// Cancelling the task finishes what is in flight and begins nothing more.
  public static func run(
    _ program: Program, evaluation: EvaluationOptions = EvaluationOptions(),
    options: RunOptions = RunOptions()
  ) async -> RunReport {
    await evaluate(program, evaluation, options, mode: .run)
  }

  /// Says what a run would change; changes nothing.
  public static func plan(
    _ program: Program, evaluation: EvaluationOptions = EvaluationOptions(),
    options: RunOptions = RunOptions()
  ) async -> RunReport {
    await evaluate(program, evaluation, options, mode: .plan)
  }

  /// Removes the domains and networks that a stack owns; others are left untouched.
  public static func destroy(
    stack: String, options: RunOptions = RunOptions()
  ) async -> RunReport {
    var options = options
    options.prune = true
    return await withHost(stack, options, mode: .run, sources: SourceMap()) { host in
      do throws(Diagnostic) {
        try host.takeEffect(DeclarationSet(stack: stack), isEnd: true)
        return Evaluated()
      } catch { return Evaluated(diagnostics: [error]) }
    }
  }

  private static func evaluate(
    _ program: Program, _ evaluation: EvaluationOptions, _ options: RunOptions, mode: RunHost.Mode
  ) async -> RunReport {
    let needsHost = program.speaksOfResources || options.prune
    if !needsHost, options.connectsOnlyIfNeeded {
      return await evaluateAlone(program, evaluation, options)
    }
    let report = await evaluateOnHost(program, evaluation, options, mode: mode)
    // Only for its leftovers was the host to be asked.
    if !needsHost, report.outcome == .noConnection {
      return await evaluateAlone(program, evaluation, options)
    }
    return report
  }

  /// For a script that means the same with and without a host.
  private static func evaluateAlone(
    _ program: Program, _ evaluation: EvaluationOptions, _ options: RunOptions
  ) async -> RunReport {
    let outcome = await onOwnThread {
      program.evaluate(evaluation, host: OfflineHost { options.progress(.printed($0)) })
    }
    return RunReport(
      plan: Plan(stack: outcome.declarations.stack), outputs: outcome.outputs,
      diagnostics: outcome.diagnostics, outcome: outcome.succeeded ? .done : .scriptErrors,
      sources: program.sources)
  }

  private static func evaluateOnHost(
    _ program: Program, _ evaluation: EvaluationOptions, _ options: RunOptions, mode: RunHost.Mode
  ) async -> RunReport {
    let stack = await onOwnThread { program.resolveStackName(evaluation).name }
    let preview: @Sendable () -> DeclarationSet? = {
      let outcome = program.evaluate(evaluation, host: OfflineHost { _ in })
      return outcome.succeeded ? outcome.declarations : nil
    }
    return await withHost(
      stack, options, mode: mode, sources: program.sources, preview: preview
    ) { host in
      let outcome = program.evaluate(evaluation, host: host)
      var evaluated = Evaluated(
        outputs: outcome.outputs, declared: outcome.declarations.declarations.map(\.reference),
        diagnostics: outcome.diagnostics)
      guard outcome.succeeded else { return evaluated }
      do throws(Diagnostic) {
        try host.takeEffect(outcome.declarations, isEnd: true)
      } catch { evaluated.diagnostics.append(error) }
      return evaluated
    }
  }

  /// Connects, does blocking work on a thread of its own, and reports.
  private static func withHost(
    _ stack: String, _ options: RunOptions, mode: RunHost.Mode, sources: SourceMap,
    preview: @escaping @Sendable () -> DeclarationSet? = { nil },
    _ work: @escaping @Sendable (RunHost) -> Evaluated
  ) async -> RunReport {
    let uri = HostURI.resolve(options.uri)
    let pool = ConnectionPool(
      uri: uri, size: min(options.jobs, 8),
      patience: ConnectionPatience(limit: options.connectTimeout) {
        options.progress(.waiting(HostMessages.answer(of: uri)))
      })
    let hypervisor: String
    do {
      hypervisor = try await connect(pool, options).hypervisor
    } catch {
      await pool.close()
      return RunReport(
        plan: Plan(stack: stack), diagnostics: [HostMessages.noConnection(uri, error)],
        outcome: error is CancellationError ? .cancelled : .noConnection, sources: sources)
    }
    var lock: StackLock?
    if mode == .run {
      do throws(Diagnostic) {
        lock = try await StackLock.take(stack: stack, on: pool)
      } catch {
        await pool.close()
        return RunReport(
          plan: Plan(stack: stack), diagnostics: [error], outcome: .failed, sources: sources)
      }
    }
    let host = RunHost(
      pool: pool, hypervisor: hypervisor, stack: stack, mode: mode, options: options,
      sources: sources, preview: preview)
    if let lock { host.hold(lock) }
    let outcome = await withTaskCancellationHandler {
      await onOwnThread {
        if mode == .run { PrivateFolder.sweep() }
        return work(host)
      }
    } onCancel: {
      host.cancel()
    }
    await lock?.release()
    await pool.close()
    return report(outcome, host.standing, sources)
  }

  /// The host's own URI, and the domain type that `auto` means on it.
  static func connect(
    _ pool: ConnectionPool, _ options: RunOptions
  ) async throws -> (uri: String, hypervisor: String) {
    let (uri, driver, capabilities) = try await pool.run { connection in
      (connection.uri, connection.driverType, try connection.capabilities())
    }
    options.progress(.connected(uri: uri))
    let hypervisor = try HypervisorChoice.resolve(
      driver: driver, option: options.hypervisor,
      environment: ProcessInfo.processInfo.environment[ParameterVariable.hypervisor],
      capabilities: capabilities)
    return (uri, hypervisor)
  }

  /// A blocking call must not hold a thread of the cooperative pool.
  static func onOwnThread<T: Sendable>(_ work: @escaping @Sendable () -> T) async -> T {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread { continuation.resume(returning: work()) }
    }
  }

  private static func report(
    _ outcome: Evaluated, _ standing: RunHost.Progress, _ sources: SourceMap
  ) -> RunReport {
    let diagnostics = outcome.diagnostics + standing.diagnostics
    let errors = diagnostics.filter { $0.severity == .error }
    let isOfHost = errors.contains { $0.code.origin == .host }
    let result: RunReport.Outcome
    if errors.isEmpty {
      result = .done
    } else if standing.isCancelled {
      result = .cancelled
    } else if standing.isRefused {
      result = .refused
    } else {
      result = isOfHost ? .failed : .scriptErrors
    }
    return RunReport(
      plan: standing.plan, outputs: outcome.outputs, declared: outcome.declared,
      diagnostics: diagnostics, outcome: result, sources: sources)
  }
}

/// What an evaluation, or work without one, came to.
private struct Evaluated: Sendable {
  var outputs: ValueMap = [:]
  var declared: [ResourceReference] = []
  var diagnostics: [Diagnostic] = []
}

/// How a run meets the host.
public struct RunOptions: Sendable {
  /// The connection; nil takes `LIBVIRT_DEFAULT_URI`, else libvirt's own default.
  public var uri: String?
  /// Changes that may be in flight at once, at least 1.
  public var jobs: Int
  /// Gives the yes that changes with loss of data or a restart need.
  public var assumeYes: Bool
  /// Removes what the stack made and the script no longer declares.
  public var prune: Bool
  /// Takes over domains of a declared name that the stack does not own.
  public var adopt: Bool
  /// Leaves the host alone where the script speaks of no resources.
  public var connectsOnlyIfNeeded = false
  /// Where the stack is run from; nil, where that is no script's file, compares and records nothing.
  public var origin: StackOrigin?
  /// How long each connection may take to open.
  public var connectTimeout = Duration.seconds(30)
  /// What `hypervisor = auto` means; nil leaves it to ``HypervisorChoice``.
  public var hypervisor: String?
  /// Asks ``confirm`` before the verb `delete` too, for statements that are entered one by one.
  var confirmsDeletions = false
  /// Asked before a plan with changes that need a yes; not asked with ``assumeYes``.
  public var confirm: @Sendable (Plan) async -> Bool
  /// Told of every step, from any thread.
  public var progress: @Sendable (ProgressEvent) -> Void

  /// Options; those left out do nothing that was not asked for.
  public init(
    uri: String? = nil, jobs: Int = 8, assumeYes: Bool = false, prune: Bool = false,
    adopt: Bool = false, hypervisor: String? = nil,
    confirm: @escaping @Sendable (Plan) async -> Bool = { _ in false },
    progress: @escaping @Sendable (ProgressEvent) -> Void = { _ in }
  ) {
    self.uri = uri
    self.jobs = max(1, jobs)
    self.assumeYes = assumeYes
    self.prune = prune
    self.adopt = adopt
    self.hypervisor = hypervisor
    self.confirm = confirm
    self.progress = progress
  }
}

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
