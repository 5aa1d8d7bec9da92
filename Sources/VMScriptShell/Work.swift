import Synchronization
import VMScript
import VMScriptRuntime
import VMScriptTerminal

/// Work in a task, while the shell's thread waits for its result, for Ctrl-C and for questions.
final class Work<T: Sendable>: Sendable {
  /// Callbacks on the shell's thread.
  struct Attendance {
    /// Asks the user to confirm a plan.
    let answer: (Plan) -> Bool
    /// Called when the work has taken two seconds, and at each later wake-up.
    let delayed: () -> Void
    /// Called shortly after the first Ctrl-C if the work has not ended.
    let cancelling: () -> Void
    /// Called at each further Ctrl-C to end the work; nil abandons the work at the first one.
    let insist: (() -> Void)?
  }

  private struct State {
    var result: T?
    var question: (plan: Plan, answer: CheckedContinuation<Bool, Never>)?
  }

  /// The time until a message about the cancellation, in milliseconds.
  private static var patience: Int32 { 300 }
  /// The time until a message about what the work waits for.
  private static var noticeAfter: Duration { .seconds(2) }

  private let state = Mutex(State())
  private let pipe: SignalPipe

  init(_ pipe: SignalPipe) { self.pipe = pipe }

  /// Asks the user to confirm a plan; called by the work.
  func ask(_ plan: Plan) async -> Bool {
    await withCheckedContinuation { continuation in
      state.withLock { $0.question = (plan, continuation) }
      pipe.wake()
    }
  }

  /// Starts work and waits for it; the first Ctrl-C cancels it.
  ///
  /// - Returns: the result of the work; nil if it was abandoned.
  func run(
    _ keys: KeyReader, _ attendance: Attendance,
    _ body: @escaping @Sendable (Work<T>) async -> T
  ) -> T? {
    let task = Task.detached { [self] in
      let result = await body(self)
      state.withLock { $0.result = result }
      pipe.wake()
    }
    var (isCancelled, isTold) = (false, false)
    let notice = ContinuousClock.now + Self.noticeAfter
    while true {
      let rest = notice - .now
      let limit = rest > .zero ? Int32(rest / .milliseconds(1)) + 1 : -1
      let events = keys.nextSignals(within: isCancelled && !isTold ? Self.patience : limit)
      if let result = state.withLock(\.result) { return result }
      if let (plan, continuation) = state.withLock({ $0.question.take() }) {
        continuation.resume(returning: attendance.answer(plan))
      }
      if events.contains(.interrupt) {
        guard let insist = attendance.insist else {
          task.cancel()
          return nil
        }
        if isCancelled { insist() } else { task.cancel() }
        isCancelled = true
      } else if isCancelled, !isTold, events.isEmpty {
        isTold = true
        attendance.cancelling()
      } else if !isCancelled, notice <= .now {
        attendance.delayed()
      }
    }
  }
}

/// Formats values for the shell.
struct ValueDisplay: Sendable {
  /// The last known inventory of the host.
  let inventory: HostInventory?

  /// A value in the syntax of the language; resources as a table with their state on the host.
  /// Empty for `none`, the value of a statement without one.
  func lines(_ value: Value) -> [String] {
    if case .none = value { return [] }
    let references = Self.references(value)
    guard !references.isEmpty else { return [Self.cut(value.literal)] }
    var table = TextTable(["KIND", "NAME", "STATE", "ADDRESS"])
    for reference in references {
      let (state, addresses) = facts(reference)
      table.add([reference.kind.rawValue, reference.name, state, addresses])
    }
    return table.lines(color: false)
  }

  /// The beginning of a very long text.
  private static func cut(_ text: String) -> String {
    let limit = 8_000
    guard text.utf8.count > limit else { return text }
    let shown = text.prefix(limit)
    return shown + ShellMessages.isCut(text.count - shown.count)
  }

  /// The references in a resource or in a list of only resources.
  private static func references(_ value: Value) -> [ResourceReference] {
    switch value {
    case .resource(let reference): return [reference]
    case .list(let items):
      let found = items.flatMap(references)
      return found.count == items.count ? found : []
    default: return []
    }
  }

  private func facts(_ reference: ResourceReference) -> (state: String?, addresses: String?) {
    switch reference.kind {
    case .domain:
      let domain = inventory?.domains.first { $0.name == reference.name }
      return (
        domain?.state.rawValue, domain?.addresses.map(\.description).joined(separator: ", ")
      )
    case .net:
      let network = inventory?.networks.first { $0.name == reference.name }
      return (
        network.map { $0.isActive ? "running" : "stopped" },
        network?.subnets.map(\.description).joined(separator: ", ")
      )
    case .image, .custom: return (nil, nil)
    }
  }
}

/// Wraps lines at spaces to the width of the terminal.
enum TextWrap {
  /// The line in parts of at most `columns`, if its words allow. Further parts are indented to the
  /// last column of a table, or slightly.
  static func lines(_ line: String, columns: Int) -> [String] {
    guard TerminalText.columns(of: line) > columns else { return [line] }
    let leading = line.prefix { $0 == " " }
    return TerminalText.filled(
      line.dropFirst(leading.count).split(separator: " ", omittingEmptySubsequences: false),
      to: columns, first: String(leading),
      indentation: String(repeating: " ", count: hang(of: line, columns)))
  }

  /// The indentation of further parts.
  private static func hang(of line: String, _ columns: Int) -> Int {
    let leading = line.prefix { $0 == " " }.count
    var column = leading
    var spaces = 0
    for (position, character) in line.enumerated() where position >= leading {
      if character == " " {
        spaces += 1
      } else {
        if spaces > 1 { column = position }
        spaces = 0
      }
    }
    return column > leading && column <= columns / 2 ? column : min(leading + 4, columns / 4)
  }
}
