import Foundation

/// The process's own streams, unbuffered, so that lines of both keep their order on a terminal.
enum Terminal {
  static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

  /// Writes to standard output.
  @Sendable static func writeOutput(_ text: String) { write(text, FileHandle.standardOutput) }

  /// Writes to standard error.
  @Sendable static func writeMessage(_ text: String) { write(text, FileHandle.standardError) }

  /// Columns and rows of the terminal that messages go to.
  @Sendable static func size() -> (columns: Int, rows: Int) {
    var size = winsize()
    // SAFETY: the call fills `size`, which outlives it; nothing keeps the address.
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0
    else { return (80, 24) }
    return (Int(size.ws_col), Int(size.ws_row))
  }

  /// A reader that went away is no reason to stop what is in flight.
  private static func write(_ text: String, _ handle: FileHandle) {
    guard !text.isEmpty else { return }
    try? handle.write(contentsOf: Data(text.utf8))
  }
}
