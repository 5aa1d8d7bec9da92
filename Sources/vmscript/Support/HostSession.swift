import Dispatch
import Foundation
import Synchronization
import VMScript
import VMScriptPlan
import VMScriptRuntime
import VMScriptSyntax
import VMScriptTerminal

/// The shared part of run, plan and destroy: a host, a display, confirmation and Ctrl-C.
struct HostSession: Sendable {
  let screen: Screen
  let output: OutputOptions
  let display: RunDisplay

  /// Output in addition to the script's own.
  enum Show: Sendable { case progress, prints, nothing }

  private let show: Show
  /// Whether the user was asked to confirm a plan.
  private let wasAsked = AskedFlag()

  init(
    _ output: OutputOptions, _ connection: ConnectionOptions, show: Show = .progress,
    isVerbose: Bool = false
  ) {
    self.output = output
    self.show = show
    screen = output.screen
    display = RunDisplay(
      screen: screen, isQuiet: output.quiet || output.json,
      plans: show == .progress ? .whole : .none, isVerbose: isVerbose,
      uri: connection.host)
  }

  /// Performs work on the host and reports its diagnostics.
  ///
  /// - Parameter reportsUse: whether a stack in use by another run is reported.
  func perform(
    _ options: RunOptions, reportsUse: Bool = true,
    _ work: @escaping @Sendable (RunOptions) async -> RunReport
  ) async -> RunReport {
    var options = options
    let (display, output, show) = (display, output, show)
    options.progress = { event in
      if case .printed(let line) = event {
        if show == .nothing { return }
        if output.json { return output.printAside(line) }
      }
      display.take(event)
    }
    options.confirm = { await confirm($0) }
    let prepared = options
    let report = await display.showing {
      await Interruption.guarding {
        guard display.host != nil else { return false }
        if !output.json { display.note(CommandLineMessages.finishing) }
        return true
      } atOnce: {
        if !output.json { display.note(CommandLineMessages.stoppedAtOnce) }
        display.hold()
      } _: {
        await work(prepared)
      }
    }
    if report.isStackInUse, !reportsUse { return report }
    let diagnostics = wasAsked.isSet ? report.diagnosticsAfterQuestion : report.diagnostics
    guard !diagnostics.isEmpty else { return report }
    if display.needsGap { Terminal.writeMessage("\n") }
    output.report(diagnostics, report.sources)
    if !output.json, !output.quiet { Terminal.writeMessage("\n") }
    return report
  }

  private func confirm(_ plan: Plan) async -> Bool {
    guard Question.canBeAsked else { return false }
    display.hold()
    defer { display.release() }
    wasAsked.set()
    if output.quiet || output.json { display.showPlan(plan) }
    return await Question.ask(CommandLineMessages.question(plan))
  }

  /// Writes the summary and the outputs of a run.
  ///
  /// - Parameters:
  ///   - idle: the summary if there was nothing to do.
  ///   - summarizes: whether to write a summary.
  /// - Returns: the JSON document of the run; nil without a connection.
  func conclude(
    _ report: RunReport, idle: String = "nothing to change", summarizes: Bool = true
  ) -> Value? {
    guard report.outcome != .noConnection else { return nil }
    if !output.json {
      if !output.quiet, summarizes {
        Terminal.writeMessage(RunSummary.line(report, elapsed: display.elapsed, idle: idle) + "\n")
      }
      Terminal.writeOutput(OutputLines.lines(report.outputs).map { $0 + "\n" }.joined())
    }
    return report.plan.document(sources: report.sources, outputs: report.outputs)
  }
}

/// A flag that any thread can set once.
private final class AskedFlag: Sendable {
  private let flag = Atomic(false)
  var isSet: Bool { flag.load(ordering: .acquiring) }
  func set() { flag.store(true, ordering: .releasing) }
}

/// A yes-or-no question at the terminal.
enum Question {
  /// Whether a user can answer.
  static var canBeAsked: Bool {
    Terminal.isTerminal(STDIN_FILENO) && Terminal.isTerminal(STDERR_FILENO)
  }

  /// Asks a question. Only `y` and `yes` confirm; the end of input and a cancelled task decline.
  static func ask(_ text: String) async -> Bool {
    Terminal.writeMessage(text + " [y/N] ")
    let (answers, continuation) = AsyncStream.makeStream(of: String.self)
    // The read cannot be cancelled; after a cancelled question it continues until the process
    // exits.
    Thread.detachNewThread {
      if let line = readLine() { continuation.yield(line) }
      continuation.finish()
    }
    for await answer in answers {
      return ["y", "yes"].contains(answer.lowercased().trimmingCharacters(in: .whitespaces))
    }
    Terminal.writeMessage("\n")
    return false
  }
}

/// Handling of Ctrl-C, SIGTERM and SIGHUP: the first signal stops the work in order, the second
/// exits at once.
enum Interruption {
  /// The handled signals; SIGHUP is left out if `nohup` ignores it.
  private static let numbers = [SIGINT, SIGTERM] + (ignoresHangup ? [] : [SIGHUP])

  /// Whether SIGHUP is ignored, from the mask of ignored signals in `proc(5)`.
  private static let ignoresHangup: Bool = {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let mask = status.split(separator: "\n").first { $0.hasPrefix("SigIgn:") }
    let bits = mask.flatMap { UInt64($0.dropFirst(7).filter(\.isHexDigit), radix: 16) }
    return bits.map { $0 & (1 << UInt64(SIGHUP - 1)) != 0 } ?? false
  }()

  /// Performs work in a task that the first signal cancels.
  ///
  /// - Parameters:
  ///   - orderly: called on the first signal; returns false if there is nothing to finish.
  ///   - atOnce: called right before the process exits.
  static func guarding<T: Sendable>(
    orderly: @escaping @Sendable () -> Bool, atOnce: @escaping @Sendable () -> Void,
    _ work: @escaping @Sendable () async -> T
  ) async -> T {
    let state = Mutex(State())
    // Installed before the work begins, so that no signal is missed.
    let sources = numbers.map { number in
      // Otherwise the signal would end the process before its source sees it.
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        let isFirst = state.withLock { state in
          state.count += 1
          return state.count == 1
        }
        if isFirst, orderly() { return state.withLock { $0.cancel() } }
        atOnce()
        exit(ExitStatus.failed.rawValue)
      }
      source.resume()
      return source
    }
    let task = Task { await work() }
    state.withLock { state in
      state.cancelTask = { task.cancel() }
      if state.isCancelled { task.cancel() }
    }
    let result = await task.value
    sources.forEach { $0.cancel() }
    numbers.forEach { signal($0, SIG_DFL) }
    return result
  }

  private struct State {
    var count = 0
    var isCancelled = false
    var cancelTask: (@Sendable () -> Void)?

    mutating func cancel() {
      isCancelled = true
      cancelTask?()
    }
  }
}
