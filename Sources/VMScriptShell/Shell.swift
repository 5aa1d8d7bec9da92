import Foundation
import VMScript
import VMScriptRuntime
import VMScriptSyntax
import VMScriptTerminal

/// The interactive shell: every entry takes effect as it is entered.
public struct Shell: Sendable {
  private let session: LiveSession
  private let screen: Screen
  private let script: SourceText?

  /// Creates a shell on a session.
  ///
  /// - Parameters:
  ///   - screen: the terminal.
  ///   - script: a script to run before the first prompt; nil for none.
  public init(_ session: LiveSession, screen: Screen, script: SourceText? = nil) {
    self.session = session
    self.screen = screen
    self.script = script
  }

  /// Reads and applies entries until the user quits, then closes the session's connections.
  ///
  /// - Returns: whether there was a usable terminal.
  public func run() async -> Bool {
    let (session, screen, script) = (session, screen, script)
    let found = await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        let loop = ShellLoop(session, screen: screen)
        loop?.run(script)
        continuation.resume(returning: loop != nil)
      }
    }
    await close()
    if !found { screen.writeMessage(ShellMessages.noTerminal + "\n") }
    return found
  }

  /// Closes the connections; waits at most a second for the host.
  private func close() async {
    let (ends, end) = AsyncStream.makeStream(of: Void.self)
    Task { [session] in
      await session.close()
      end.yield()
    }
    Task {
      try? await Task.sleep(for: .seconds(1))
      end.yield()
    }
    for await _ in ends { return }
  }

  /// The codes of the shell's own messages.
  public static let codes = ShellCodes.codes
}

/// The shell's thread: reads entries, applies them, and prints the results.
final class ShellLoop {
  let session: LiveSession
  let screen: Screen
  let editor: EntryEditor
  let keys: KeyReader
  let pipe: SignalPipe
  var settings = Settings()
  let watch: HostWatch
  private let mode: TerminalMode
  /// Domains that the last entry acted on, and the time until which their events are attributed to
  /// it.
  private var actedOn: (names: [String], until: ContinuousClock.Instant) = ([], .now)
  private var isLeaving = false
  private var knowsHistoryIsLost = false

  /// Creates a loop on the process's terminal; nil if libedit does not support it.
  init?(_ session: LiveSession, screen: Screen) {
    guard let mode = TerminalMode(), let pipe = SignalPipe(), let line = LineEditor() else {
      return nil
    }
    self.mode = mode
    self.session = session
    self.screen = screen
    self.pipe = pipe
    keys = KeyReader(pipe)
    editor = EntryEditor(
      line, keys: keys, screen: screen, mode: mode,
      history: History(HistoryFile.`default`()))
    watch = HostWatch(session, wake: pipe.wake)
    editor.complete = { [unowned self] text in
      Completer(
        session: self.session, commands: Command.all, inventory: self.watch.inventory
      ).complete(text)
    }
    editor.takeNews = { [unowned self] in self.news() }
  }

  /// Runs until the user quits.
  func run(_ script: SourceText?) {
    watch.start()
    defer { watch.stop() }
    if screen.isLive { screen.writeOutput(EntryEditor.pasteOn) }
    defer { if screen.isLive { screen.writeOutput(EntryEditor.pasteOff) } }
    if let script {
      enter(String(decoding: script.bytes, as: UTF8.self), name: script.name)
    } else {
      printNote(ShellMessages.greeting)
    }
    defer { farewell() }
    // Without cursor movement, news after the first prompt would wait for the second one.
    if !screen.isLive { _ = keys.nextSignals(within: 500) }
    while !isLeaving {
      switch editor.read(prompt: "vm> ") {
      case .interrupted: continue
      case .endOfInput:
        if !screen.isLive { screen.writeOutput("\n") }
        return
      case .entry(let text):
        if !text.allSatisfy(\.isWhitespace) { handle(text) }
      }
    }
  }

  /// Quits after this entry.
  func leave() { isLeaving = true }

  private func handle(_ text: String) {
    remember(text)
    let start = ContinuousClock.now
    if text.first == ":" {
      do throws(Diagnostic) { try run(command: text) } catch { report([error], SourceMap()) }
    } else {
      enter(text, name: nil)
    }
    if settings.showsTime {
      let time = Quantity.time(ContinuousClock.now - start)
      printNote(time)
    }
  }

  /// Adds an entry to the history, unless it contains a secret or begins with a space.
  private func remember(_ text: String) {
    guard text.first != " ", Secrecy.mayKeep(text, secretNames: secretNames) else { return }
    do throws(HistoryError) { try editor.history.add(text) } catch {
      guard !knowsHistoryIsLost else { return }
      knowsHistoryIsLost = true
      let message = ShellMessages.historyNotKept(error)
      printNote(message)
    }
  }

  private var secretNames: [String] {
    session.language.names.compactMap { name, value in
      if case .secret = value { name } else { nil }
    }
  }

  /// Evaluates and applies an entry, and prints the result.
  func enter(_ text: String, name: String?) {
    let (session, isPreview, values) = (
      session, settings.isPreview, ValueDisplay(inventory: watch.inventory)
    )
    let display = RunDisplay(
      screen: screen, plans: isPreview ? .whole : .changes, isConnecting: false)
    let report = perform(display, insist: session.abandon) { work in
      await session.enter(
        text, name: name, isPreview: isPreview, confirm: { await work.ask($0) },
        progress: { display.take($0) },
        show: { value in values.lines(value).forEach { display.take(.printed($0)) } })
    }
    // Effects of the entry itself are not news.
    say(news(isAfterEntry: true))
    guard let report else { return }
    actedOn = (
      report.plan.changes.map(\.name) + report.plan.verbs.flatMap(\.targets), .now + .seconds(1)
    )
    self.report(
      ShellMessages.hinting(at: text, report.diagnosticsAfterQuestion), report.sources)
    printNote(withdrawn: report.withdrawn)
    let lines = OutputLines.lines(report.outputs)
    screen.writeOutput(lines.map { $0 + "\n" }.joined())
    guard !isPreview else { return }
    if !report.plan.isEmpty { watch.refreshSoon() }
    guard !report.plan.changes.isEmpty || report.outcome == .refused else {
      if report.outcome == .done, !report.declared.isEmpty {
        printNote(ShellMessages.nothingToChange)
      }
      return
    }
    let summary = RunSummary.line(report, elapsed: display.elapsed)
    printNote(summary)
  }

  /// Prints the declarations that did not take effect.
  private func printNote(withdrawn: [ResourceReference]) {
    let declared = session.language.declarations
    let lines = ShellMessages.notInEffect(withdrawn) {
      declared.declaration($0.kind, $0.name) != nil
    }
    lines.forEach { printNote(TerminalText.escaped($0)) }
  }

  /// Applies the declarations of previews.
  func apply() {
    let wasPreview = settings.isPreview
    settings.isPreview = false
    defer { settings.isPreview = wasPreview }
    enter("", name: nil)
  }

  /// Restores the terminal's original mode for the duration of a closure.
  func lendingTerminal<T, E: Error>(_ body: () throws(E) -> T) throws(E) -> T {
    if screen.isLive { screen.writeOutput(EntryEditor.pasteOff) }
    mode.restore()
    keys.isLent = true
    defer {
      keys.isLent = false
      mode.hideInput()
      if screen.isLive { screen.writeOutput(EntryEditor.pasteOn) }
      // Signals of that time were not meant for the shell.
      _ = pipe.drain()
    }
    return try body()
  }

  /// News of the host, one line each.
  ///
  /// - Parameter isAfterEntry: whether an entry has just ended, whose own effects are left out.
  private func news(isAfterEntry: Bool = false) -> [String] {
    let lines = watch.takeNews().compactMap { news -> String? in
      switch news {
      case .connected(let uri): return ShellMessages.connected(uri)
      case .delayed(let what): return ShellMessages.waiting(for: what)
      case .lost: return ShellMessages.lost
      case .unreachable(let error): return ShellMessages.unreachable(error)
      case .found(let address): return settings.showsEvents ? ShellMessages.address(address) : nil
      case .happened(let event):
        let isOwn =
          actedOn.until > .now && actedOn.names.contains { Glob.matches(event.name, $0) }
        guard settings.showsEvents, event.isCrash || !(isAfterEntry || isOwn) else { return nil }
        return ShellMessages.event(event)
      }
    }
    return lines.map(dimmed)
  }

  /// A dimmed line, with external names escaped.
  private func dimmed(_ line: String) -> String {
    Style.dim.applied(to: TerminalText.escaped(line), color: screen.color)
  }

  /// Performs work while showing its progress.
  ///
  /// - Parameter insist: ends work that continues after a cancellation; nil abandons the work, which
  ///   must not change anything.
  /// - Returns: nil if the work was abandoned.
  func perform<T: Sendable>(
    _ display: RunDisplay, insist: (() -> Void)? = nil,
    _ body: @escaping @Sendable (Work<T>) async -> T
  ) -> T? {
    var delay: String?
    let attendance = Work<T>.Attendance(
      answer: { plan in
        display.hold()
        defer { display.release() }
        return self.ask(ShellMessages.question(plan))
      },
      delayed: {
        guard let what = self.watch.takeDelay(), what != delay else { return }
        delay = what
        display.note(self.dimmed(ShellMessages.waiting(for: what)))
      }, cancelling: { display.note(ShellMessages.cancelling) }, insist: insist)
    let result = Work<T>(pipe).run(keys, attendance) { work in
      await display.showing { await body(work) }
    }
    if result == nil {
      display.hold()
      screen.writeOutput(ShellMessages.cancelled + "\n")
    }
    watch.retry()
    return result
  }

  /// Asks a question. Only `y` and `yes` confirm; input typed before the question is discarded.
  private func ask(_ question: String) -> Bool {
    keys.discard()
    screen.writeOutput(question)
    var answer = ""
    while true {
      switch keys.next() {
      case .character("\r"), .character("\n"):
        screen.writeOutput("\n")
        return ["y", "yes"].contains(answer.lowercased())
      case .character("\u{7F}"), .character("\u{8}"):
        if answer.popLast() != nil { screen.writeOutput("\u{8} \u{8}") }
      case .character("\u{3}"), .character("\u{4}"), .interrupt, .endOfInput:
        screen.writeOutput("\n")
        return false
      case .character(let scalar):
        guard scalar.properties.generalCategory != .control else { continue }
        answer.unicodeScalars.append(scalar)
        screen.writeOutput(String(scalar))
      case .resize, .wake: continue
      }
    }
  }

  /// Writes lines, whose control characters are escaped already.
  func say(_ lines: [String]) {
    screen.writeOutput(lines.map { $0 + "\n" }.joined())
  }

  /// Writes a dimmed line.
  private func printNote(_ line: String) { say([Style.dim.applied(to: line, color: screen.color)]) }

  /// Writes lines, wrapped at spaces; uses the pager if it is on and possible.
  func page(_ lines: [String]) {
    let (columns, rows) = screen.size()
    var rest = lines.flatMap { TextWrap.lines($0, columns: columns) }[...]
    let height = max(rows - 1, 1)
    guard settings.isPaged, screen.isLive, rest.count > height else { return say(Array(rest)) }
    var count = height
    while true {
      say(Array(rest.prefix(count)))
      rest = rest.dropFirst(count)
      guard !rest.isEmpty, let wanted = askForMore(height) else { return }
      count = wanted
    }
  }

  /// The number of further lines that the user requests; nil for none.
  private func askForMore(_ height: Int) -> Int? {
    screen.writeOutput(Style.dim.applied(to: ShellMessages.more, color: screen.color))
    defer { screen.writeOutput("\r\u{1B}[K") }
    while true {
      switch keys.next() {
      case .character(" "): return height
      case .character("\n"), .character("\r"): return 1
      case .character("q"), .interrupt, .endOfInput: return nil
      case .character, .resize, .wake: continue
      }
    }
  }

  /// Prints diagnostics.
  func report(_ diagnostics: [Diagnostic], _ sources: SourceMap) {
    guard !diagnostics.isEmpty else { return }
    let renderer = DiagnosticRenderer(sources: sources, color: screen.color)
    screen.writeOutput(renderer.render(diagnostics))
  }

  /// Reads from the host; nil if the user cancels.
  func look<T: Sendable>(
    _ body: @escaping @Sendable (LiveSession) async throws(Diagnostic) -> T
  ) throws(Diagnostic) -> T? {
    let session = session
    let result = perform(RunDisplay(screen: screen, isConnecting: false)) {
      _ -> Result<T, Diagnostic> in
      do throws(Diagnostic) { return .success(try await body(session)) } catch {
        return .failure(error)
      }
    }
    return try result?.get()
  }
}

extension ShellLoop {
  /// Prints what continues after the shell ends.
  func farewell() {
    let stack = session.language.declarations.stack
    let machines = (recentInventory()?.owned(by: stack).domains ?? []).filter {
      $0.state == .running
    }
    let lines = ShellMessages.farewell(
      underWay: session.underWay, machines: machines.map(\.name), stack: stack)
    say(lines.map { Style.dim.applied(to: TerminalText.escaped($0), color: screen.color) })
  }

  /// The current inventory if the host answers quickly, otherwise the last known one.
  private func recentInventory() -> HostInventory? {
    guard watch.inventory != nil else { return nil }
    let watch = watch
    let pipe = pipe
    let looking = Task.detached {
      await watch.refresh()
      pipe.wake()
    }
    _ = keys.nextSignals(within: 500)
    looking.cancel()
    return watch.inventory
  }
}
