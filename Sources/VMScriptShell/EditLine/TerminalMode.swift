import Glibc

/// The terminal while no entry is edited: what is typed then waits for the next one.
struct TerminalMode {
  private let usual: termios
  private let quiet: termios

  /// The terminal of standard input as it is; nil where that is none.
  init?() {
    var mode = termios()
    // SAFETY: the call fills in `mode` and keeps no address.
    guard tcgetattr(STDIN_FILENO, &mode) == 0 else { return nil }
    usual = mode
    // Not shown, not held back until a line ends, and no key but Ctrl-C means anything.
    mode.c_lflag &= ~tcflag_t(ECHO | ICANON | IEXTEN)
    quiet = mode
  }

  /// Shows nothing of what is typed.
  func beQuiet() { set(quiet) }

  /// Shows what is typed, line by line.
  func beUsual() { set(usual) }

  private func set(_ mode: termios) {
    var mode = mode
    // SAFETY: the call reads `mode` and keeps no address.
    _ = tcsetattr(STDIN_FILENO, TCSADRAIN, &mode)
  }
}
