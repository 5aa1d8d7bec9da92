import Foundation
import Libvirt
import Synchronization
import VMScript
import VMScriptPlan
import VMScriptSyntax

/// A test of a script: its stack is made under a unique name, checked, and destroyed.
///
///     let report = await StackTest(program, file: "web.vmscript", options: options).run()
///     print(report.hasPassed)
public struct StackTest: Sendable {
  /// The script's file.
  public let file: String
  /// The unique name of the stack.
  public let stack: String
  /// The time after which the test is stopped, and after which a sweep removes its stack.
  public var lifetime = Duration.seconds(7200)
  /// The folder that receives a folder of transcripts and pictures if the test fails; nil for none.
  public var artifacts: String?
  /// Keeps the stack of a test that failed.
  public var keepsFailed = false

  private let program: Program
  private let evaluation: EvaluationOptions
  private var options: RunOptions

  /// Creates a test.
  ///
  /// - Parameters:
  ///   - program: the script; its own name of the stack is not used.
  ///   - file: the name of the script in reports.
  ///   - evaluation: the options of the evaluation.
  ///   - options: the options of the run; its changes need no confirmation, and it adopts nothing.
  public init(
    _ program: Program, file: String, evaluation: EvaluationOptions = EvaluationOptions(),
    options: RunOptions = RunOptions()
  ) {
    self.program = program
    self.file = file
    stack = Self.stackName(of: program.stackName())
    var evaluation = evaluation
    evaluation.stack = stack
    self.evaluation = evaluation
    var options = options
    options.assumeYes = true
    options.adopt = false
    options.prune = false
    self.options = options
  }

  /// Returns the same test, which reports each result of a `check` as it is known, on any thread.
  public func observed(by observer: @escaping @Sendable (CheckResult) -> Void) -> StackTest {
    var test = self
    let forward = options.progress
    test.options.progress = { event in
      if case .checked(let result) = event { observer(result) }
      forward(event)
    }
    return test
  }

  /// Returns a unique name for the stack of a test: `test-<name>-<8 digits>`.
  static func stackName(of name: String) -> String {
    let nonce = Hexadecimal.text((0..<4).map { _ in UInt8.random(in: .min ... .max) })
    return "test-\(name.prefix(Program.maximumStackLength - 14))-\(nonce)"
  }

  /// Runs the test; it always removes its stack, also after a cancellation of the task.
  public func run() async -> TestReport {
    let (start, begin) = (Date(), ContinuousClock.now)
    let transcripts = ConsoleTranscripts(uri: options.uri)
    let recorder = TestRecorder(transcripts: artifacts == nil ? nil : transcripts)
    let (report, isTimedOut) = await apply(recorder, transcripts)
    let applied = ContinuousClock.now - begin
    var problem = report.diagnostics.first { $0.severity == .error }
    if isTimedOut { problem = TestMessages.timedOut(after: lifetime, problem) }
    let checks = recorder.checks
    var cases = [
      TestReport.Case(
        name: "applied", span: nil,
        duration: checks.reduce(applied) { $0 - $1.duration },
        result: problem.map { .broken($0) } ?? .passed)
    ]
    cases += checks.map { check in
      TestReport.Case(
        name: check.name, span: check.span, duration: check.duration,
        result: check.failure.map { .failed($0) } ?? .passed)
    }
    let hasFailed = cases.contains { $0.problem != nil }
    let isInterrupted = report.outcome == .cancelled && !isTimedOut
    var saved: [String] = []
    if hasFailed, !isInterrupted, report.outcome != .noConnection, let artifacts {
      saved = await TestArtifacts(
        stack: stack, folder: "\(artifacts)/\(stack)", uri: options.uri
      ).save(transcripts)
    }
    await transcripts.close()
    var isDestroyed = report.outcome == .noConnection
    if !isDestroyed, !(keepsFailed && hasFailed && !isInterrupted) {
      let removal = await destroy()
      cases.append(removal)
      isDestroyed = removal.problem == nil
    }
    return TestReport(
      file: file, stack: stack, cases: cases, start: start, duration: ContinuousClock.now - begin,
      outcome: report.outcome, warnings: report.diagnostics.filter { $0.severity != .error },
      isDestroyed: isDestroyed, artifacts: saved, sources: report.sources)
  }

  /// Applies the script and evaluates its checks, for at most the lifetime.
  private func apply(
    _ recorder: TestRecorder, _ transcripts: ConsoleTranscripts
  ) async -> (report: RunReport, isTimedOut: Bool) {
    var options = options
    options.expiry = StackExpiry(after: lifetime)
    options.collectsChecks = true
    options.transcripts = artifacts == nil ? nil : transcripts
    let forward = options.progress
    options.progress = { event in
      recorder.note(event)
      forward(event)
    }
    let prepared = options
    let work = Task.detached { [program, evaluation] in
      await Runner.run(program, evaluation: evaluation, options: prepared)
    }
    let isTimedOut = Mutex(false)
    let alarm = Task { [lifetime] in
      try await Task.sleep(for: lifetime)
      isTimedOut.withLock { $0 = true }
      work.cancel()
    }
    defer { alarm.cancel() }
    let report = await withTaskCancellationHandler {
      await work.value
    } onCancel: {
      work.cancel()
    }
    return (report, isTimedOut.withLock(\.self) && report.outcome == .cancelled)
  }

  /// Removes the stack in a task of its own, which a cancellation of the test does not reach.
  private func destroy() async -> TestReport.Case {
    let begin = ContinuousClock.now
    let report = await Task.detached { [stack, options] in
      await Runner.destroy(stack: stack, options: options)
    }.value
    let problem = report.diagnostics.first { $0.severity == .error }
    return TestReport.Case(
      name: "destroyed", span: nil, duration: ContinuousClock.now - begin,
      result: problem.map { .broken($0) } ?? .passed)
  }
}

/// A recorder of the events of a test's run.
private final class TestRecorder: Sendable {
  private let state = Mutex((checks: [CheckResult](), machines: Set<String>()))
  private let transcripts: ConsoleTranscripts?

  init(transcripts: ConsoleTranscripts?) { self.transcripts = transcripts }

  /// The results of the checks, in their order.
  var checks: [CheckResult] { state.withLock(\.checks) }

  /// Notes an event; a machine that may have started is recorded from then on.
  func note(_ event: ProgressEvent) {
    switch event {
    case .checked(let result): state.withLock { $0.checks.append(result) }
    case .finished(let change, _) where change.kind == .domain && change.action != .delete:
      state.withLock { _ = $0.machines.insert(change.name) }
      transcripts?.attach(toAll: [change.name])
    case .verbFinished: transcripts?.attach(toAll: state.withLock(\.machines))
    default: break
    }
  }
}
