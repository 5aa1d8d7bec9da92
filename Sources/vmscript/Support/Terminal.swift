import Foundation
import VMScriptTerminal

/// The standard streams of the process, unbuffered, so that their lines keep their order on a
/// terminal.
enum Terminal {
  static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

  /// Writes to standard output. A failure stops nothing in flight; ``Main`` reports it at the end.
  @Sendable static func writeOutput(_ text: String) { StandardOutput.write(Array(text.utf8)) }

  /// External text for one of the streams; on a terminal, control characters are escaped.
  static func shown(_ text: String, on descriptor: Int32) -> String {
    isTerminal(descriptor) ? TerminalText.escaped(text, keepingLayout: true) : text
  }

  /// Writes to standard error, and ignores failures.
  @Sendable static func writeMessage(_ text: String) {
    _ = StandardStream.write(Array(text.utf8), to: STDERR_FILENO)
  }

  /// Columns and rows of the terminal on standard error.
  @Sendable static func size() -> (columns: Int, rows: Int) {
    var size = winsize()
    // SAFETY: the call fills `size`, which outlives it; nothing keeps the address.
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0
    else { return (80, 24) }
    return (Int(size.ws_col), Int(size.ws_row))
  }
}
