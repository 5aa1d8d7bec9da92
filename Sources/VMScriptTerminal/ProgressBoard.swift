/// The state of an apply: takes in progress reports and produces lines to show.
///
/// Times are relative to the start of the apply, so the board needs no clock.
public struct ProgressBoard: Sendable {
  private var tasks: [String: ProgressTask] = [:]
  private var running: [String] = []
  private var ended: [String] = []
  private var idle: ProgressTask?

  /// Creates a board without tasks.
  public init() {}

  /// Records the start of the task `id`, shown with a label such as `domain web-1`.
  public mutating func start(
    _ id: String, label: String, phase: String? = nil, at now: Duration
  ) {
    guard tasks[id] == nil else { return }
    tasks[id] = ProgressTask(label: TerminalText.escaped(label), started: now, phase: phase)
    running.append(id)
  }

  /// Records the progress of the task `id`; `total` is 0 if the phase has no measure. Ignored after
  /// its end.
  public mutating func advance(
    _ id: String, phase: String, done: Int64 = 0, total: Int64 = 0, at now: Duration
  ) {
    tasks[id]?.advance(phase: TerminalText.escaped(phase), done: done, total: total, at: now)
  }

  /// Sets the label that is shown while no task is running; nil shows nothing.
  public mutating func idle(_ label: String?, at now: Duration) {
    idle = label.map { ProgressTask(label: TerminalText.escaped($0), started: now) }
  }

  /// Records the phase of the newest task; shows `label` if no task is running.
  public mutating func advanceLast(phase: String, else label: String, at now: Duration) {
    guard let id = running.last else { return idle(label, at: now) }
    advance(id, phase: phase, at: now)
  }

  /// Records the end of the task `id`, with a word such as `created`. ``takeEnded()`` returns its
  /// line once.
  public mutating func finish(
    _ id: String, word: String? = nil, at now: Duration, color: Bool = false
  ) {
    end(id, mark: Style.green.applied(to: "✓", color: color), word: word, at: now)
  }

  /// Records the failure of the task `id`. ``takeEnded()`` returns its line once.
  public mutating func fail(
    _ id: String, word: String? = nil, at now: Duration, color: Bool = false
  ) {
    end(id, mark: Style.red.applied(to: "✗", color: color), word: word, at: now)
  }

  /// The lines of tasks that ended since the last call, which are printed once.
  public mutating func takeEnded() -> [String] {
    defer { ended = [] }
    return ended
  }

  /// A line for each running task, at most `rows` lines of `columns` columns. The last line counts
  /// the tasks that do not fit.
  public func lines(at now: Duration, columns: Int, rows: Int) -> [String] {
    if running.isEmpty, let idle, now - idle.started >= Self.patience {
      return [line(of: idle, at: now, columns: columns)]
    }
    let room = max(1, rows)
    let shown = running.count <= room ? running.count : room - 1
    var result = running.prefix(shown).compactMap { id in
      tasks[id].map { line(of: $0, at: now, columns: columns) }
    }
    if shown < running.count {
      result.append(TerminalText.fitted("  … \(running.count - shown) more", to: columns))
    }
    return result
  }

  private mutating func end(_ id: String, mark: String, word: String?, at now: Duration) {
    guard let task = tasks.removeValue(forKey: id) else { return }
    running.removeAll { $0 == id }
    let parts = [task.label, word, Quantity.time(now - task.started)].compactMap(\.self)
    ended.append("\(mark) " + parts.joined(separator: "  "))
  }

  private func line(of task: ProgressTask, at now: Duration, columns: Int) -> String {
    let frame = Int((now / .milliseconds(100)).rounded(.down)) % Self.spinner.count
    var text = "\(Self.spinner[max(0, frame)]) \(task.label)"
    if let phase = task.phase { text += "  \(phase)" }
    if let transfer = task.transfer {
      text += " " + Self.bar(transfer.done, of: transfer.total)
      let outlook = transfer.outlook(at: now)
      if !outlook.isEmpty { text += " " + outlook }
    }
    return TerminalText.fitted("\(text)  \(Quantity.time(now - task.started))", to: columns)
  }

  /// A progress bar with a percentage, as in `█████░░░░░ 50%`.
  private static func bar(_ done: Int64, of total: Int64) -> String {
    let share = Double(done) / Double(total)
    let filled = Int(share * 10)
    return String(repeating: "█", count: filled) + String(repeating: "░", count: 10 - filled)
      + " \(Int(share * 100))%"
  }

  /// Shorter work is not shown, because its line would only flicker.
  private static let patience = Duration.milliseconds(400)

  private static let spinner = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"]
}

/// The progress of one resource in an apply.
struct ProgressTask: Sendable {
  /// The progress of an upload in bytes.
  struct Transfer: Sendable {
    let done: Int64
    let total: Int64
    /// The time of the first report, and the number of bytes by then.
    let since: Duration
    let doneBefore: Int64
  }

  let label: String
  let started: Duration
  var phase: String?
  var transfer: Transfer?

  /// Records a report; a new phase, or one that starts again, restarts the measurement.
  mutating func advance(phase: String, done: Int64, total: Int64, at now: Duration) {
    let before = phase == self.phase ? transfer.flatMap { $0.done <= done ? $0 : nil } : nil
    self.phase = phase
    transfer =
      total <= 0
      ? nil
      : Transfer(
        done: min(max(0, done), total), total: total, since: before?.since ?? now,
        doneBefore: before?.doneBefore ?? max(0, done))
  }
}

extension ProgressTask.Transfer {
  /// Bytes per second since the first report; nil before the second report.
  func rate(at now: Duration) -> Double? {
    let seconds = (now - since) / .seconds(1)
    guard seconds > 0, done > doneBefore else { return nil }
    return Double(done - doneBefore) / seconds
  }

  /// The rate and the time left, as in `48MiB/s 12s left`; empty before the second report.
  func outlook(at now: Duration) -> String {
    guard let rate = rate(at: now) else { return "" }
    let left = Duration.seconds(min(Double(total - done) / rate, 359_999))
    return "\(Quantity.bytes(Int64(rate)))/s \(Quantity.time(left)) left"
  }
}

/// The last lines on a terminal, which are redrawn while the lines above them stay.
///
/// Each frame is one text, written at once. Lines are overwritten in place and only their
/// remainders erased, so nothing flickers.
public struct LiveRegion: Sendable {
  /// The width of each line of the last frame, in columns.
  private var drawn: [Int] = []

  /// Creates an empty region.
  public init() {}

  /// The next frame: the `kept` lines, which scroll up, then the `live` lines, which must fit into
  /// `columns`.
  ///
  /// A terminal that became narrower has wrapped the drawn lines, so the rows are counted again.
  public mutating func frame(kept: [String], live: [String], columns: Int) -> String {
    let rows = drawn.reduce(0) { $0 + max(1, ($1 + columns - 1) / max(1, columns)) }
    var result = rows == 0 ? "" : "\u{1B}[\(rows)A\r"
    for line in kept + live { result += line + "\u{1B}[K\n" }
    if rows > 0 { result += "\u{1B}[J" }
    drawn = live.map { TerminalText.columns(of: $0) }
    return result
  }

  /// The text that removes the live lines and leaves the cursor at their start.
  public mutating func end(columns: Int) -> String {
    frame(kept: [], live: [], columns: columns)
  }
}

/// Short forms of sizes and durations, for lines that change often.
public enum Quantity {
  /// A size in the largest unit of 1024 that gives at least one, with one decimal below ten.
  public static func bytes(_ count: Int64) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"]
    var unit = 0
    var scale: Int64 = 1
    while unit + 1 < units.count, count / scale >= 1024 {
      scale *= 1024
      unit += 1
    }
    let whole = count / scale
    guard unit > 0, whole < 10 else { return "\(whole)\(units[unit])" }
    // In steps of 1/1024 of the unit: tenths of the rest itself would overflow for exbibytes.
    return "\(whole).\(count % scale / (scale / 1024) * 10 / 1024)\(units[unit])"
  }

  /// A duration with tenths below ten seconds, then in seconds, minutes or hours: `0.4s 12s 3m05s
  /// 2h10m`.
  public static func time(_ duration: Duration) -> String {
    let milliseconds = max(0, duration / .milliseconds(1))
    let seconds = Int64(milliseconds / 1000)
    switch seconds {
    case ..<10: return "\(seconds).\(Int64(milliseconds) % 1000 / 100)s"
    case ..<60: return "\(seconds)s"
    case ..<3600: return "\(seconds / 60)m\(twoDigits(seconds % 60))s"
    default: return "\(seconds / 3600)h\(twoDigits(seconds / 60 % 60))m"
    }
  }

  private static func twoDigits(_ number: Int64) -> String {
    number < 10 ? "0\(number)" : "\(number)"
  }
}
