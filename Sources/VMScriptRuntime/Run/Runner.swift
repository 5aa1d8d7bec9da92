import Foundation
import Libvirt
import VMScript
import VMScriptPlan
import VMScriptSyntax

/// Runs, plans and destroys stacks, for the command line and for embedders.
public enum Runner {
  /// Evaluates a program, applies its declarations and runs its verbs.
  ///
  /// After a cancellation of the task, changes in flight finish and no other change starts.
  public static func run(
    _ program: Program, evaluation: EvaluationOptions = EvaluationOptions(),
    options: RunOptions = RunOptions()
  ) async -> RunReport {
    await evaluate(program, evaluation, options, mode: .run)
  }

  /// Plans the changes of a run; changes nothing.
  public static func plan(
    _ program: Program, evaluation: EvaluationOptions = EvaluationOptions(),
    options: RunOptions = RunOptions()
  ) async -> RunReport {
    await evaluate(program, evaluation, options, mode: .plan)
  }

  /// Deletes the domains and networks that a stack owns; leaves others untouched.
  public static func destroy(
    stack: String, options: RunOptions = RunOptions()
  ) async -> RunReport {
    var options = options
    options.prune = true
    return await withHost(stack, options, mode: .run, sources: SourceMap()) { host in
      do throws(Diagnostic) {
        try host.takeEffect(DeclarationSet(stack: stack), isEnd: true)
        try host.removeExpiry()
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
    // The host was needed only to find leftovers.
    if !needsHost, report.outcome == .noConnection {
      return await evaluateAlone(program, evaluation, options)
    }
    return report
  }

  /// Evaluates a script that has the same result with and without a host.
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

  /// Connects, runs blocking work on its own thread, and returns the report.
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
    let backend: LibvirtBackend
    do {
      backend = LibvirtBackend(
        pool: pool, hypervisor: try await connect(pool, options).hypervisor,
        transcripts: options.transcripts)
    } catch {
      await pool.close()
      return RunReport(
        plan: Plan(stack: stack), diagnostics: [HostMessages.noConnection(uri, error)],
        outcome: error is CancellationError ? .cancelled : .noConnection, sources: sources)
    }
    var lock: (any StackHold)?
    if mode == .run {
      do throws(Diagnostic) {
        lock = try await backend.lock(stack)
      } catch {
        await pool.close()
        return RunReport(
          plan: Plan(stack: stack), diagnostics: [error], outcome: .failed, sources: sources)
      }
    }
    let host = RunHost(
      backend: backend, stack: stack, mode: mode, options: options, sources: sources,
      preview: preview)
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

  /// Connects; returns the host's own URI, and the domain type that `auto` selects on it.
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

  /// Runs a blocking call on its own thread instead of one of the cooperative pool.
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

/// The result of an evaluation, or of work without one.
private struct Evaluated: Sendable {
  var outputs: ValueMap = [:]
  var declared: [ResourceReference] = []
  var diagnostics: [Diagnostic] = []
}

/// The options of a run.
public struct RunOptions: Sendable {
  /// The connection; nil selects `LIBVIRT_DEFAULT_URI`, else libvirt's own default.
  public var uri: String?
  /// The number of changes that may be in flight at once, at least 1.
  public var jobs: Int
  /// Confirms changes that lose data or restart something.
  public var assumeYes: Bool
  /// Deletes resources of the stack that the script no longer declares.
  public var prune: Bool
  /// Adopts domains with a declared name that the stack does not own.
  public var adopt: Bool
  /// The domains whose disks are made anew from their images.
  public var rebuild: Set<String> = []
  /// Does not connect if the script uses no resources.
  public var connectsOnlyIfNeeded = false
  /// The origin of the run; nil, without a script file, compares and records nothing.
  public var origin: StackOrigin?
  /// The longest time that a connection may take to open.
  public var connectTimeout = Duration.seconds(30)
  /// The meaning of `hypervisor = auto`; nil leaves it to ``HypervisorChoice``.
  public var hypervisor: String?
  /// Records that the stack is temporary; nil if it stays until it is destroyed.
  public var expiry: StackExpiry?
  /// Reports the results of `check`s as events; a failed one is no error then.
  var collectsChecks = false
  /// Records the consoles of the machines; nil if they are not recorded.
  var transcripts: ConsoleTranscripts?
  /// Calls ``confirm`` before the verb `delete` too, for statements that are entered one by one.
  var confirmsDeletions = false
  /// Confirms a plan with changes that need confirmation; not called with ``assumeYes``.
  public var confirm: @Sendable (Plan) async -> Bool
  /// Receives every event, on any thread.
  public var progress: @Sendable (ProgressEvent) -> Void

  /// Creates options; the defaults confirm nothing, delete nothing and adopt nothing.
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

/// The result of a run, a plan or a destroy.
public struct RunReport: Sendable {
  /// The way a run ended.
  public enum Outcome: Sendable {
    case done
    /// A change or a verb failed.
    case failed
    case scriptErrors
    /// The plan needed confirmation and was not confirmed; nothing was changed.
    case refused
    case noConnection
    /// Stopped on request, after the changes in flight.
    case cancelled
  }

  /// The plan, with results if it was applied.
  public var plan: Plan
  /// The outputs by name, in the order of the script; empty unless the run succeeded.
  public var outputs: ValueMap
  /// The resources that the script declares, in its order.
  public var declared: [ResourceReference]
  /// The declarations of a session's entry that failed; each is back to its previous declaration.
  public var withdrawn: [ResourceReference]
  /// Every error and warning, in the order in which they were found.
  public var diagnostics: [Diagnostic]
  /// The way a run ended.
  public var outcome: Outcome
  /// The sources that the spans of the plan and the diagnostics refer to.
  public var sources: SourceMap

  /// Whether nothing was done, because another run of the stack is in progress.
  public var isStackInUse: Bool { diagnostics.contains { $0.code == .host.stackInUse } }

  /// The diagnostics for a person who was asked to confirm the plan, without the refusal.
  public var diagnosticsAfterQuestion: [Diagnostic] {
    guard case .refused = outcome else { return diagnostics }
    let refusals: [DiagnosticCode] = [.host.needsConfirmation, .lock.unconfirmedOrigin]
    return diagnostics.filter { !refusals.contains($0.code) }
  }

  /// Creates a report.
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
