/// What is under way in an apply and what has just ended: reports in, lines out.
///
/// Times are counted from the start of the apply, so that the board needs no clock of its own.
public struct ProgressBoard: Sendable {
  private var tasks: [String: ProgressTask] = [:]
  private var running: [String] = []
  private var ended: [String] = []
  private var idle: ProgressTask?

  /// A board with nothing under way.
  public init() {}

  /// Takes in that work on `id` began; `label` is shown for it, such as `domain web-1`.
  public mutating func start(
    _ id: String, label: String, phase: String? = nil, at now: Duration
  ) {
    guard tasks[id] == nil else { return }
    tasks[id] = ProgressTask(label: TerminalText.escaped(label), started: now, phase: phase)
    running.append(id)
  }

  /// Takes in how far `id` is; `total` is 0 where the phase has no measure. Ignored once it ended.
  public mutating func advance(
    _ id: String, phase: String, done: Int64 = 0, total: Int64 = 0, at now: Duration
  ) {
    tasks[id]?.advance(phase: TerminalText.escaped(phase), done: done, total: total, at: now)
  }

  /// Takes in what is done while no resource is under way; nil is nothing.
  public mutating func idle(_ label: String?, at now: Duration) {
    idle = label.map { ProgressTask(label: TerminalText.escaped($0), started: now) }
  }

  /// Takes in what the work that began last is at; `label` stands for it while nothing is under way.
  public mutating func advanceLast(phase: String, else label: String, at now: Duration) {
    guard let id = running.last else { return idle(label, at: now) }
    advance(id, phase: phase, at: now)
  }

  /// Takes in that `id` is done, with a word such as `created`; its line comes out of `takeEnded`
  /// once.
  public mutating func finish(
    _ id: String, word: String? = nil, at now: Duration, color: Bool = false
  ) {
    end(id, mark: Style.green.applied(to: "✓", color: color), word: word, at: now)
  }

  /// Takes in that `id` failed; its line comes out of `takeEnded` once.
  public mutating func fail(
    _ id: String, word: String? = nil, at now: Duration, color: Bool = false
  ) {
    end(id, mark: Style.red.applied(to: "✗", color: color), word: word, at: now)
  }

  /// The lines of what ended since the last call: they are printed once and stay.
  public mutating func takeEnded() -> [String] {
    defer { ended = [] }
    return ended
  }

  /// A line for each resource under way, none wider than `columns` and no more than `rows`; the
  /// last one counts those that found no room.
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

  /// A bar with its share, as in `█████░░░░░ 50%`.
  private static func bar(_ done: Int64, of total: Int64) -> String {
    let share = Double(done) / Double(total)
    let filled = Int(share * 10)
    return String(repeating: "█", count: filled) + String(repeating: "░", count: 10 - filled)
      + " \(Int(share * 100))%"
  }

  /// What takes less is not worth a line that comes and goes.
  private static let patience = Duration.milliseconds(400)

  private static let spinner = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"]
}
