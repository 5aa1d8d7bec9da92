import VMScript
import VMScriptPlan

extension Program {
  /// Plans the changes of a run on a host; changes nothing.
  ///
  ///     let planned = try await program.plan(on: "qemu:///system", parameters: ["replicas": 3])
  ///     for change in planned.plan.changes { print(change.action, change.name) }
  ///     for try await event in planned.apply() {
  ///       if case .finished(let change, let milliseconds) = event {
  ///         print("\(change.name) took \(milliseconds) ms")
  ///       }
  ///     }
  ///
  /// - Parameters:
  ///   - uri: the connection; nil selects `LIBVIRT_DEFAULT_URI`, else libvirt's own default.
  ///   - parameters: values of the script's `param`s.
  ///   - evaluation: all other options of the evaluation.
  ///   - options: the options of the run; their `uri` applies if `uri` is nil.
  /// - Throws: the errors of the script and of the host that prevent a plan.
  public func plan(
    on uri: String? = nil, parameters: [String: any ScriptValue] = [:],
    evaluation: EvaluationOptions = EvaluationOptions(), options: RunOptions = RunOptions()
  ) async throws(ScriptError) -> PlannedRun {
    var (evaluation, options) = (evaluation, options)
    evaluation.values.merge(parameters.mapValues(\.scriptValue)) { $1 }
    options.uri = uri ?? options.uri
    let report = await Runner.plan(self, evaluation: evaluation, options: options)
    guard report.outcome == .done else {
      throw ScriptError(report.diagnostics, sources: report.sources)
    }
    return PlannedRun(
      plan: report.plan, outputs: report.outputs, warnings: report.diagnostics, program: self,
      evaluation: evaluation, options: options)
  }
}

/// A plan that can be applied.
public struct PlannedRun: Sendable {
  /// The changes, and the verbs that would run.
  public let plan: Plan
  /// The script's outputs; values that only a run knows are unknown.
  public let outputs: ValueMap
  /// The warnings.
  public let warnings: [Diagnostic]
  private let program: Program
  private let evaluation: EvaluationOptions
  private let options: RunOptions

  init(
    plan: Plan, outputs: ValueMap, warnings: [Diagnostic],
    program: Program, evaluation: EvaluationOptions, options: RunOptions
  ) {
    self.plan = plan
    self.outputs = outputs
    self.warnings = warnings
    self.program = program
    self.evaluation = evaluation
    self.options = options
  }

  /// Starts the run; it takes into account what changed on the host since the plan was made.
  ///
  /// - Parameter losingData: confirms changes that lose data or restart something. Otherwise they are
  ///   refused unless the options' `confirm` returns true.
  /// - Returns: the events of the run.
  public func apply(losingData: Bool = false) -> AppliedRun {
    var options = options
    options.assumeYes = options.assumeYes || losingData
    return AppliedRun(program, evaluation, options)
  }
}

/// A run in progress, as the sequence of its events.
///
/// The sequence ends with the run, and throws a `ScriptError` if the run failed. Cancelling the task
/// that iterates over it, or calling ``cancel()``, cancels the run: changes in flight finish, and no
/// other change starts. The next run continues from there.
public struct AppliedRun: AsyncSequence, Sendable {
  /// An event of the run.
  public typealias Element = ProgressEvent

  private let events: AsyncThrowingStream<ProgressEvent, any Error>
  private let run: Task<RunReport, Never>

  init(_ program: Program, _ evaluation: EvaluationOptions, _ options: RunOptions) {
    let (events, continuation) = AsyncThrowingStream<ProgressEvent, any Error>.makeStream()
    var options = options
    let forward = options.progress
    options.progress = { event in
      forward(event)
      continuation.yield(event)
    }
    let prepared = options
    let run = Task.detached {
      let report = await Runner.run(program, evaluation: evaluation, options: prepared)
      let error = ScriptError(report.diagnostics, sources: report.sources)
      continuation.finish(throwing: report.outcome == .done ? nil : error)
      return report
    }
    continuation.onTermination = { reason in
      if case .cancelled = reason { run.cancel() }
    }
    self.events = events
    self.run = run
  }

  /// Cancels the run.
  public func cancel() { run.cancel() }

  /// The report of the run with its outputs; waits for the end of the run.
  public var report: RunReport { get async { await run.value } }

  /// Returns an iterator over the events; only one task may iterate at a time.
  public func makeAsyncIterator() -> AsyncThrowingStream<ProgressEvent, any Error>.Iterator {
    events.makeAsyncIterator()
  }
}
