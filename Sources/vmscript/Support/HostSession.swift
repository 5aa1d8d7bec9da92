import Dispatch
import Foundation
import Synchronization
import VMScript
import VMScriptPlan
import VMScriptRuntime
import VMScriptSyntax
import VMScriptTerminal

/// What run, plan and destroy have in common: a host, a display, a question, and Ctrl-C.
struct HostSession: Sendable {
  let screen: Screen
  let output: OutputOptions
  let display: RunDisplay

  /// What to show besides what the script prints.
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

  /// Does work on the host; reports what went wrong.
  func perform(
    _ options: RunOptions, _ work: @escaping @Sendable (RunOptions) async -> RunReport
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

  /// Writes how the run ended and its outputs.
  ///
  /// - Parameters:
  ///   - idle: what is said where nothing was to be done.
  ///   - summarizes: whether there could have been anything to do on a host.
  /// - Returns: the document that stands for all of it; nil without a connection.
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

/// Set once, from any thread.
private final class AskedFlag: Sendable {
  private let flag = Atomic(false)
  var isSet: Bool { flag.load(ordering: .acquiring) }
  func set() { flag.store(true, ordering: .releasing) }
}

/// A question at the terminal.
enum Question {
  /// Whether somebody can be asked.
  static var canBeAsked: Bool {
    Terminal.isTerminal(STDIN_FILENO) && Terminal.isTerminal(STDERR_FILENO)
  }

  /// Asks; only `y` and `yes` are a yes. The end of input and a cancelled task are a no.
  static func ask(_ text: String) async -> Bool {
    Terminal.writeMessage(text + " [y/N] ")
    let (answers, continuation) = AsyncStream.makeStream(of: String.self)
    // The read cannot be called off; a cancelled question leaves it to the process's end.
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

/// Ctrl-C, SIGTERM and SIGHUP: the first one asks for an orderly end, the second one ends at once.
enum Interruption {
  /// A hangup counts unless it is to be survived, as `nohup` asks.
  private static let numbers = [SIGINT, SIGTERM] + (ignoresHangup ? [] : [SIGHUP])

  /// From the mask of ignored signals in `proc(5)`.
  private static let ignoresHangup: Bool = {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let mask = status.split(separator: "\n").first { $0.hasPrefix("SigIgn:") }
    let bits = mask.flatMap { UInt64($0.dropFirst(7).filter(\.isHexDigit), radix: 16) }
    return bits.map { $0 & (1 << UInt64(SIGHUP - 1)) != 0 } ?? false
  }()

  /// Does work in a task that the first signal cancels.
  ///
  /// - Parameters:
  ///   - orderly: called at the first signal; false if there is nothing to bring to an end.
  ///   - atOnce: called right before the process ends.
  static func guarding<T: Sendable>(
    orderly: @escaping @Sendable () -> Bool, atOnce: @escaping @Sendable () -> Void,
    _ work: @escaping @Sendable () async -> T
  ) async -> T {
    let state = Mutex(State())
    // Before the work begins: a signal must not find the process unprepared.
    let sources = numbers.map { number in
      // Else the signal would end the process before its source hears of it.
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
