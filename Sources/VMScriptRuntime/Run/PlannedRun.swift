import VMScript
import VMScriptPlan

extension Program {
  /// Says what a run on a host would change; changes nothing.
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
  ///   - uri: the connection; nil takes `LIBVIRT_DEFAULT_URI`, else libvirt's own default.
  ///   - parameters: values of the script's `param`s.
  ///   - evaluation: all else that the evaluation is given.
  ///   - options: how the host is met; its own `uri` counts where none is given here.
  /// - Throws: everything that keeps the plan from being made: the script's errors and the host's.
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

/// A plan that can be put into effect.
public struct PlannedRun: Sendable {
  /// What would change, and the verbs that would run.
  public let plan: Plan
  /// The script's outputs; what only a run gives is unknown.
  public let outputs: ValueMap
  /// What is not wrong, but may surprise.
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

  /// Starts the run; what changed on the host since the plan was made is taken into account.
  ///
  /// - Parameter losingData: gives the yes that changes with loss of data or a restart need; without
  ///   it, they are refused unless the options' `confirm` says yes.
  /// - Returns: its events as they happen.
  public func apply(losingData: Bool = false) -> AppliedRun {
    var options = options
    options.assumeYes = options.assumeYes || losingData
    return AppliedRun(program, evaluation, options)
  }
}

/// A run that goes on, as the sequence of its events.
///
/// The sequence ends with the run, and throws a `ScriptError` where that failed. Cancelling the task
/// that goes through it, or ``cancel()``, calls the run off: what is in flight comes to its end, and
/// nothing more is begun. The next run finishes what this one left.
public struct AppliedRun: AsyncSequence, Sendable {
  /// What the run says of its progress.
  public typealias Element = ProgressEvent

  private let events: AsyncThrowingStream<ProgressEvent, any Error>
  private let run: Task<RunReport, Never>

  init(_ program: Program, _ evaluation: EvaluationOptions, _ options: RunOptions) {
    let (events, continuation) = AsyncThrowingStream<ProgressEvent, any Error>.makeStream()
    var options = options
    let told = options.progress
    options.progress = { event in
      told(event)
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

  /// Calls the run off.
  public func cancel() { run.cancel() }

  /// What the run came to, when it has ended; the outputs are in it.
  public var report: RunReport { get async { await run.value } }

  /// Goes through the events; one task at a time may.
  public func makeAsyncIterator() -> AsyncThrowingStream<ProgressEvent, any Error>.Iterator {
    events.makeAsyncIterator()
  }
}
