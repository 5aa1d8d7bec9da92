import Synchronization
import VMScript
import VMScriptPlan
import VMScriptRuntime

/// Shows the progress of a run: redrawn in place on a terminal, line by line elsewhere.
///
///     let display = RunDisplay(screen: screen)
///     let report = await display.showing { await Runner.run(program, options: options) }
///
/// Any thread can report events through ``take(_:)``.
public final class RunDisplay: Sendable {
  private struct State {
    var host: String?
    var board = ProgressBoard()
    var region = LiveRegion()
    /// The width of kinds and names in the current plan, in columns.
    var labelWidth = 0
    var needsGap = false
    /// Whether painting is paused, as during a question.
    var isHeld = false
  }

  /// The amount of detail for each plan before it is applied.
  public enum PlanDetail: Sendable {
    case none
    /// A line per change.
    case changes
    /// The changes, the verbs of the script, and a summary.
    case whole
  }

  private let screen: Screen
  private let isQuiet: Bool
  private let planDetail: PlanDetail
  private let isVerbose: Bool
  private let start = ContinuousClock.now
  private let state = Mutex(State())

  /// Creates a display.
  ///
  /// - Parameters:
  ///   - isQuiet: shows only the lines that the script prints.
  ///   - plans: the amount of detail for each plan.
  ///   - isVerbose: lists every property of new resources.
  ///   - uri: the host to connect to; nil selects libvirt's default.
  ///   - isConnecting: shows the connection attempt until the first event.
  public init(
    screen: Screen, isQuiet: Bool = false, plans: PlanDetail = .whole, isVerbose: Bool = false,
    uri: String? = nil, isConnecting: Bool = true
  ) {
    self.isVerbose = isVerbose
    self.screen = screen
    self.isQuiet = isQuiet
    planDetail = plans
    guard isConnecting else { return }
    state.withLock { $0.board.idle("connecting to \(uri ?? "libvirt")", at: .zero) }
  }

  /// The time since the display was created.
  public var elapsed: Duration { ContinuousClock.now - start }

  /// Whether an empty line must separate further output from the last line.
  public var needsGap: Bool { state.withLock(\.needsGap) }

  /// The URI of the connected host; nil before a connection.
  public var host: String? { state.withLock(\.host) }

  /// Performs work while updating the screen; removes the live lines at the end.
  public func showing<T: Sendable>(_ work: () async -> T) async -> T {
    let painter = screen.isLive && !isQuiet ? Task { await paintUntilCancelled() } : nil
    let result = await work()
    painter?.cancel()
    await painter?.value
    hold()
    return result
  }

  /// Removes the live lines and pauses painting until ``release()``.
  public func hold() {
    state.withLock { state in
      guard !state.isHeld else { return }
      state.isHeld = true
      if screen.isLive { screen.writeMessage(state.region.end(columns: screen.size().columns)) }
    }
  }

  /// Resumes painting.
  public func release() {
    state.withLock { $0.isHeld = false }
  }

  /// Writes a line above the live ones, even if the display is quiet.
  public func note(_ line: String) {
    state.withLock { state in
      // A question on the screen has no newline yet.
      let text = state.isHeld ? "\n" + line : line
      guard !isQuiet, !state.isHeld else { return screen.writeMessage(text + "\n") }
      paint([text], &state)
    }
  }

  /// Writes a plan before a question about it, if it was not shown.
  public func showPlan(_ plan: Plan) {
    state.withLock { state in
      let lines = planDisplay.lines(plan, host: state.host)
      screen.writeMessage(lines.map { $0 + "\n" }.joined())
    }
  }

  private var planDisplay: PlanDisplay {
    PlanDisplay(
      color: screen.color, columns: screen.isLive ? screen.size().columns : nil,
      isVerbose: isVerbose)
  }

  /// Takes in an event of the run.
  public func take(_ event: ProgressEvent) {
    let now = elapsed
    state.withLock { state in
      var kept: [String] = []
      switch event {
      case .printed(let line): return show(line, &state)
      case .connected(let uri):
        state.host = uri
        state.board.idle("reading the state of the host", at: now)
      case .planned(let plan):
        state.board.idle(nil, at: now)
        guard !plan.isEmpty || !plan.undeclared.isEmpty || !plan.pending.isEmpty else { break }
        state.labelWidth = plan.changes.map { TerminalText.columns(of: $0.label) }.max() ?? 0
        let display = planDisplay
        switch planDetail {
        case .none: break
        case .changes: kept = display.lines(plan.changes.map { PlanLine($0) })
        case .whole: kept = display.lines(plan, host: state.host) + [""]
        }
      default: kept = progress(event, on: &state.board, at: now, labelWidth: state.labelWidth)
      }
      paint(kept + state.board.takeEnded(), &state)
    }
  }

  /// Updates the board; returns lines to print.
  private func progress(
    _ event: ProgressEvent, on board: inout ProgressBoard, at now: Duration, labelWidth: Int
  ) -> [String] {
    let color = screen.color
    switch event {
    case .started(let change):
      let label = TerminalText.padded(change.label, to: min(labelWidth, 40))
      board.start(change.key, label: label, phase: change.action.ongoing, at: now)
    case .advanced(let change, let phase, let done, let total):
      board.advance(change.key, phase: phase, done: done, total: total, at: now)
    case .finished(let change, _):
      board.finish(change.key, word: change.pastWords, at: now, color: color)
    case .failed(let change, _):
      board.fail(change.key, word: "failed", at: now, color: color)
    case .skipped(let change, let cause):
      let label = TerminalText.padded(TerminalText.escaped(change.label), to: min(labelWidth, 40))
      let text = "- \(label)  skipped: \(TerminalText.escaped(cause)) failed"
      return [Style.dim.applied(to: text, color: color)]
    case .verbStarted(let verb): board.start(verb.words, label: verb.words, at: now)
    case .verbFinished(let verb, _): board.finish(verb.words, at: now, color: color)
    case .verbFailed(let verb): board.fail(verb.words, word: "failed", at: now, color: color)
    case .waiting(let what):
      board.advanceLast(phase: "for \(what)", else: "waiting for \(what)", at: now)
      if !screen.isLive { return ["  waiting for \(TerminalText.escaped(what))"] }
    case .downloadStarted(let image, let address):
      board.start(Self.download(image), label: "image \(image)", at: now)
      if !screen.isLive {
        return [
          "  downloading \(TerminalText.escaped(address)) for the image \(TerminalText.escaped(image))"
        ]
      }
    case .downloadAdvanced(let image, let phase, let done, let total):
      let size = total == 0 && done > 0 ? " \(Quantity.bytes(done))" : ""
      board.advance(Self.download(image), phase: phase + size, done: done, total: total, at: now)
    case .downloadFinished(let image, let size):
      board.finish(
        Self.download(image), word: "downloaded \(Quantity.bytes(size))", at: now, color: color)
    case .downloadFailed(let image):
      board.fail(Self.download(image), word: "download failed", at: now, color: color)
    case .connected, .planned, .printed, .checked: break
    }
    return []
  }

  /// The key of a download on the board.
  private static func download(_ image: String) -> String { "download \(image)" }

  /// Prints a line of the script above the live lines.
  private func show(_ line: String, _ state: inout State) {
    if screen.isLive, !isQuiet, !state.isHeld {
      screen.writeMessage(state.region.end(columns: screen.size().columns))
    }
    let text = screen.showsOutput ? TerminalText.escaped(line, keepingLayout: true) : line
    screen.writeOutput(text + "\n")
    paint([], &state)
  }

  private func paint(_ kept: [String], _ state: inout State) {
    guard !isQuiet else { return }
    if let last = kept.last { state.needsGap = !last.isEmpty }
    guard screen.isLive else {
      return screen.writeMessage(kept.map { $0 + "\n" }.joined())
    }
    let (columns, rows) = screen.size()
    let live =
      state.isHeld
      ? [] : state.board.lines(at: elapsed, columns: columns, rows: min(rows - 1, 30))
    screen.writeMessage(state.region.frame(kept: kept, live: live, columns: columns))
  }

  private func paintUntilCancelled() async {
    while !Task.isCancelled {
      state.withLock { paint([], &$0) }
      try? await Task.sleep(for: .milliseconds(100))
    }
  }
}

extension Change {
  /// Kind and name, unique within a plan.
  fileprivate var key: String { "\(kind.rawValue) \(name)" }

  /// The finished action in words.
  fileprivate var pastWords: String {
    remains == nil ? action.past : "released; its content stays"
  }

  /// Kind and name, with kinds padded to one width.
  fileprivate var label: String { TerminalText.padded(kind.rawValue, to: 6) + " \(name)" }
}

extension Change.Action {
  fileprivate var ongoing: String {
    switch self {
    case .create: "creating"
    case .update: "updating"
    case .delete: "deleting"
    }
  }

  /// The finished action, such as `created`.
  var past: String { rawValue.hasSuffix("e") ? rawValue + "d" : rawValue + "ed" }
}

/// The summary line of a run.
public enum RunSummary {
  /// The counts of changes and the elapsed time: `lab: failed: 3 created, 1 skipped in 2.3s`.
  ///
  /// - Parameter idle: the text if there was nothing to do.
  public static func line(
    _ report: RunReport, elapsed: Duration, idle: String = "nothing to change"
  ) -> String {
    let changes = report.plan.changes
    var parts = [Change.Action.create, .update, .delete].compactMap { action in
      count(
        changes.count { $0.action == action && $0.result == .done && $0.remains == nil },
        action.past)
    }
    // Resources that others still use are released instead of deleted.
    let released = changes.count { $0.result == .done && $0.remains != nil }
    if let part = count(released, "released") { parts.append(part) }
    let verbs = report.plan.verbs.count
    if verbs > 0 { parts.append(verbs == 1 ? "1 verb run" : "\(verbs) verbs run") }
    parts += [
      count(changes.count { $0.result == .failed }, "failed"),
      count(changes.count(where: \.wasSkipped), "skipped"),
      count(changes.count { $0.result == .underWay }, "not waited for"),
      count(changes.count { $0.result == nil || $0.result == .notAttempted }, "not started"),
    ].compactMap(\.self)
    // Nothing of an unconfirmed plan was started.
    if report.outcome == .refused, changes.allSatisfy({ $0.result == nil }), verbs == 0 {
      parts = []
    }
    let what =
      parts.isEmpty
      ? report.outcome == .done ? idle : "nothing was changed" : parts.joined(separator: ", ")
    let prefix: String
    switch report.outcome {
    case .done, .noConnection: prefix = ""
    case .failed, .scriptErrors: prefix = "failed: "
    case .refused: prefix = "refused: "
    case .cancelled: prefix = "cancelled: "
    }
    let stack = TerminalText.escaped(report.plan.stack)
    return "\(stack): \(prefix)\(what) in \(Quantity.time(elapsed))"
  }

  private static func count(_ number: Int, _ word: String) -> String? {
    number == 0 ? nil : "\(number) \(word)"
  }
}

extension Change {
  fileprivate var wasSkipped: Bool { if case .skipped = result { true } else { false } }
}

/// The outputs of a script, one per line.
public enum OutputLines {
  /// Lines `name = value`, with values in the syntax of the language and names padded to one width.
  public static func lines(_ outputs: ValueMap) -> [String] {
    let names = outputs.keys.map { TerminalText.escaped($0) }
    let width = names.map { TerminalText.columns(of: $0) }.max() ?? 0
    return zip(names, outputs.values).map { name, value in
      "\(TerminalText.padded(name, to: width)) = \(TerminalText.escaped(value.literal))"
    }
  }
}
