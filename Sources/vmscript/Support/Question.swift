import Foundation

/// A question at the terminal.
enum Question {
  /// Whether somebody can be asked.
  static var canBeAsked: Bool {
    Terminal.isTerminal(STDIN_FILENO) && Terminal.isTerminal(STDERR_FILENO)
  }

  /// Asks; only `y` and `yes` are a yes. The end of input and a cancelled task are a no.
  static func ask(_ text: String) async -> Bool {
    Terminal.writeMessage(text + " [y/N] ")
    let (answers, continuation) = AsyncStream.makeStream(of: String.self)
    // The read cannot be called off; a cancelled question leaves it to the process's end.
    Thread.detachNewThread {
      if let line = readLine() { continuation.yield(line) }
      continuation.finish()
    }
    for await answer in answers {
      return ["y", "yes"].contains(answer.lowercased().trimmingCharacters(in: .whitespaces))
    }
    Terminal.writeMessage("\n")
    return false
  }
}
