import Foundation
import VMScriptTerminal

/// The process's own streams, unbuffered, so that lines of both keep their order on a terminal.
enum Terminal {
  static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

  /// Writes to standard output. That it cannot be written stops nothing that is in flight; ``Main``
  /// reports it at the end.
  @Sendable static func writeOutput(_ text: String) { StandardOutput.write(Array(text.utf8)) }

  /// Text of several lines from outside, as it may be written to one of the streams: without control
  /// characters where that is a terminal, else as it is.
  static func shown(_ text: String, on descriptor: Int32) -> String {
    isTerminal(descriptor) ? TerminalText.escaped(text, keepingLayout: true) : text
  }

  /// Writes to standard error, as far as that is possible.
  @Sendable static func writeMessage(_ text: String) {
    _ = StandardStream.write(Array(text.utf8), to: STDERR_FILENO)
  }

  /// Columns and rows of the terminal that messages go to.
  @Sendable static func size() -> (columns: Int, rows: Int) {
    var size = winsize()
    // SAFETY: the call fills `size`, which outlives it; nothing keeps the address.
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0
    else { return (80, 24) }
    return (Int(size.ws_col), Int(size.ws_row))
  }
}
