import Synchronization
import VMScript
import VMScriptRuntime
import VMScriptTerminal

/// Work that goes on elsewhere while the shell's thread waits for it, for Ctrl-C and for questions.
final class Work<T: Sendable>: Sendable {
  /// What the shell's thread does for the work.
  struct Attendance {
    /// Puts a question to the user.
    let answer: (Plan) -> Bool
    /// Called once the work has taken two seconds, and whenever the shell is woken after that.
    let delayed: () -> Void
    /// Called some time after the first Ctrl-C, if the work has not ended by then.
    let cancelling: () -> Void
    /// Called at each further Ctrl-C, so that the work ends; nil leaves it behind at the first one.
    let insist: (() -> Void)?
  }

  private struct State {
    var result: T?
    var question: (plan: Plan, answer: CheckedContinuation<Bool, Never>)?
  }

  /// How long work may take to end before one is told that it is being cancelled, in milliseconds.
  private static var patience: Int32 { 300 }
  /// How long work may take until it is said what it waits for.
  private static var noticeAfter: Duration { .seconds(2) }

  private let state = Mutex(State())
  private let pipe: SignalPipe

  init(_ pipe: SignalPipe) { self.pipe = pipe }

  /// Asks the user whether a plan is to be applied; called by the work.
  func ask(_ plan: Plan) async -> Bool {
    await withCheckedContinuation { continuation in
      state.withLock { $0.question = (plan, continuation) }
      pipe.wake()
    }
  }

  /// Starts work and waits for it; the first Ctrl-C cancels it.
  ///
  /// - Returns: what the work gives; nil if it was left behind.
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

/// A value as the shell shows it.
struct ValueDisplay: Sendable {
  /// What the host has, as far as it is known.
  let inventory: HostInventory?

  /// As the language writes it, resources as a table with what the host says of them; nothing for
  /// `none`, which is what a statement without a value gives.
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

  /// A few screens of what is too long to be read anyway.
  private static func cut(_ text: String) -> String {
    let limit = 8_000
    guard text.utf8.count > limit else { return text }
    let shown = text.prefix(limit)
    return shown + ShellMessages.isCut(text.count - shown.count)
  }

  /// A resource, or a list of nothing else.
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

/// Lines broken at spaces to the width of the terminal.
enum TextWrap {
  /// The line in parts of at most `columns`, as far as its words allow; those after the first stand
  /// below the last column of a table, or a little to the right.
  static func lines(_ line: String, columns: Int) -> [String] {
    guard TerminalText.columns(of: line) > columns else { return [line] }
    let leading = line.prefix { $0 == " " }
    return TerminalText.filled(
      line.dropFirst(leading.count).split(separator: " ", omittingEmptySubsequences: false),
      to: columns, first: String(leading),
      indentation: String(repeating: " ", count: hang(of: line, columns)))
  }

  /// How far to the right what is carried over stands.
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
