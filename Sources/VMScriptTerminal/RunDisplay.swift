import Synchronization
import VMScript
import VMScriptPlan
import VMScriptRuntime

/// Shows a run while it goes on: repainted in place on a terminal, line by line elsewhere.
///
///     let display = RunDisplay(screen: screen)
///     let report = await display.showing { await Runner.run(program, options: options) }
///
/// Events come in through ``take(_:)``, from any thread.
public final class RunDisplay: Sendable {
  private struct State {
    var host: String?
    var board = ProgressBoard()
    var region = LiveRegion()
    /// The columns that kinds and names take up in the plan at hand.
    var labelWidth = 0
    var needsGap = false
    /// While a question stands on the screen, nothing is painted over it.
    var isHeld = false
  }

  /// How much of each plan is shown before it is applied.
  public enum PlanDetail: Sendable {
    case none
    /// A line per change, as where what is planned happens at once.
    case changes
    /// The changes, what else the script does, and a summary.
    case whole
  }

  private let screen: Screen
  private let isQuiet: Bool
  private let planDetail: PlanDetail
  private let isVerbose: Bool
  private let start = ContinuousClock.now
  private let state = Mutex(State())

  /// A display.
  ///
  /// - Parameters:
  ///   - isQuiet: shows nothing but what the script prints.
  ///   - plans: how much of each plan is shown.
  ///   - isVerbose: lists every property of new resources.
  ///   - uri: the host that is about to be connected to; nil is libvirt's own default.
  ///   - isConnecting: shows that until the first event.
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

  /// The time since the display was made.
  public var elapsed: Duration { ContinuousClock.now - start }

  /// Whether a line stands last on the screen that what follows is to be set off from.
  public var needsGap: Bool { state.withLock(\.needsGap) }

  /// The host that answered; nil before one did.
  public var host: String? { state.withLock(\.host) }

  /// Does work while the screen is kept up to date; leaves none of the moving lines behind.
  public func showing<T: Sendable>(_ work: () async -> T) async -> T {
    let painter = screen.isLive && !isQuiet ? Task { await paintUntilCancelled() } : nil
    let result = await work()
    painter?.cancel()
    await painter?.value
    hold()
    return result
  }

  /// Takes the moving lines off the screen and paints no more of them until ``release()``.
  public func hold() {
    state.withLock { state in
      guard !state.isHeld else { return }
      state.isHeld = true
      if screen.isLive { screen.writeMessage(state.region.end(columns: screen.size().columns)) }
    }
  }

  /// Paints again.
  public func release() {
    state.withLock { $0.isHeld = false }
  }

  /// Writes a line that stays, above the moving ones, even if the display is quiet.
  public func note(_ line: String) {
    state.withLock { state in
      // A question that stands on the screen has not ended its line.
      let text = state.isHeld ? "\n" + line : line
      guard !isQuiet, !state.isHeld else { return screen.writeMessage(text + "\n") }
      paint([text], &state)
    }
  }

  /// Writes a plan, for a question about it where nothing was shown.
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

  /// Takes in a step of the run.
  public func take(_ event: ProgressEvent) {
    let now = elapsed
    state.withLock { state in
      var kept: [String] = []
      switch event {
      case .printed(let line): return show(line, &state)
      case .connected(let uri):
        state.host = uri
        state.board.idle("reading what is there", at: now)
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

  /// Brings the board up to date; gives lines that stay.
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
    case .connected, .planned, .printed: break
    }
    return []
  }

  /// A line of the script, between the moving lines and what stands above them.
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
  /// Kind and name, which no other change of a plan has.
  fileprivate var key: String { "\(kind.rawValue) \(name)" }

  /// What was done, and no more than that.
  fileprivate var pastWords: String {
    remains == nil ? action.past : "released, its content stays"
  }

  /// The key with the kinds as wide as the widest of them.
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

  /// What was done, such as `created`.
  var past: String { rawValue.hasSuffix("e") ? rawValue + "d" : rawValue + "ed" }
}

/// How a run ended, in a line.
public enum RunSummary {
  /// What was done, what was not, and how long it took: `lab: failed: 3 created, 1 skipped in 2.3s`.
  ///
  /// - Parameter idle: what is said where all is as it should be.
  public static func line(
    _ report: RunReport, elapsed: Duration, idle: String = "nothing to change"
  ) -> String {
    let changes = report.plan.changes
    var parts = [Change.Action.create, .update, .delete].compactMap { action in
      count(
        changes.count { $0.action == action && $0.result == .done && $0.remains == nil },
        action.past)
    }
    // What others still use is let go of, and not deleted.
    let released = changes.count { $0.result == .done && $0.remains != nil }
    if let part = count(released, "released") { parts.append(part) }
    let verbs = report.plan.verbs.count
    if verbs > 0 { parts.append(verbs == 1 ? "1 verb run" : "\(verbs) verbs run") }
    parts += [
      count(changes.count { $0.result == .failed }, "failed"),
      count(changes.count(where: \.wasSkipped), "skipped"),
      count(changes.count { $0.result == .underWay }, "not waited for"),
      count(changes.count { $0.result == nil || $0.result == .notAttempted }, "not begun"),
    ].compactMap(\.self)
    // A plan that nobody confirmed was not begun as a whole.
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

/// A script's outputs, a line each.
public enum OutputLines {
  /// `name = value`, the values as the language writes them and the names padded to one width.
  public static func lines(_ outputs: ValueMap) -> [String] {
    let names = outputs.keys.map { TerminalText.escaped($0) }
    let width = names.map { TerminalText.columns(of: $0) }.max() ?? 0
    return zip(names, outputs.values).map { name, value in
      "\(TerminalText.padded(name, to: width)) = \(TerminalText.escaped(value.literal))"
    }
  }
}
