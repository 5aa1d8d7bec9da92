import Foundation
import Synchronization
import VMScript
import VMScriptRuntime
import VMScriptSyntax
import VMScriptTerminal

/// The lists of a host, kept current by its events.
final class ListWatch: Sendable {
  private let stack: String?
  private let output: OutputOptions
  private let region = Mutex(LiveRegion())

  /// - Parameter stack: the stack whose resources are listed; nil lists all.
  init(stack: String?, output: OutputOptions) {
    self.stack = stack
    self.output = output
  }

  private var isRedrawn: Bool { Terminal.isTerminal(STDOUT_FILENO) && !output.json }

  /// Shows the lists, and every later change until the connection is lost.
  ///
  /// - Throws: VM0701 without a connection, and if it is lost.
  func follow(_ session: LiveSession) async throws(Diagnostic) {
    let events = try await session.events()
    let first = try await inventory(session)
    if isRedrawn { draw(first) } else if !output.json { write(first) }
    // One refresh after any number of events shows all of them.
    let (changes, change) = AsyncStream.makeStream(
      of: Void.self, bufferingPolicy: .bufferingNewest(1))
    await withTaskGroup(of: Void.self) { group in
      if isRedrawn {
        group.addTask { [self] in
          for await _ in changes {
            // A failed refresh shows the end of the connection, which the events report.
            if let inventory = try? await inventory(session) { draw(inventory) }
          }
        }
      }
      for await event in events {
        if isRedrawn { change.yield() } else if !write(event) { break }
      }
      change.finish()
    }
    throw CommandLineMessages.lostHost(session.uri)
  }

  private func inventory(_ session: LiveSession) async throws(Diagnostic) -> HostInventory {
    let all = try await session.inventory()
    return stack.map(all.owned) ?? all
  }

  /// Writes an event; returns false if nobody reads the output any more.
  private func write(_ event: HostEvent) -> Bool {
    let document: Value = .map([
      "kind": .string(event.kind.rawValue), "name": .string(event.name),
      "event": .string(event.words),
    ])
    let line =
      output.json
      ? document.json(indentation: nil)
      : TerminalText.escaped("\(event.kind.rawValue) \(event.name) \(event.words)")
    Terminal.writeOutput(line + "\n")
    return StandardOutput.failure == nil
  }

  private func write(_ inventory: HostInventory) {
    let lines = InspectionDisplay(color: output.isOutputColored).lines(inventory)
    Terminal.writeOutput(lines.map { $0 + "\n" }.joined())
  }

  /// Draws the lists over the last ones, as far as they fit the terminal.
  private func draw(_ inventory: HostInventory) {
    let (columns, rows) = Terminal.size()
    var lines = InspectionDisplay(color: false).lines(inventory)
    if lines.isEmpty { lines = [CommandLineMessages.nothingListed(stack)] }
    if lines.count > rows - 1 {
      let left = lines.count - (rows - 2)
      lines = lines.prefix(max(0, rows - 2)) + ["… \(left) more"]
    }
    let shown = lines.map { TerminalText.fitted($0, to: columns) }
    Terminal.writeOutput(
      region.withLock { $0.frame(kept: [], live: shown, columns: columns) })
  }
}
