import VMScriptRuntime
import VMScriptTerminal

extension ShellLoop {
  /// Says what goes on when the shell has ended.
  func farewell() {
    let stack = session.language.declarations.stack
    let machines = (recentInventory()?.owned(by: stack).domains ?? []).filter {
      $0.state == .running
    }
    let lines = ShellMessages.farewell(
      underWay: session.underWay, machines: machines.map(\.name), stack: stack)
    say(lines.map { Style.dim.applied(to: TerminalText.escaped($0), color: screen.color) })
  }

  /// What the host has now if it says so at once, else what is known of it.
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
