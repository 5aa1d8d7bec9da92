/// The output of a command, and its capabilities.
public struct Screen: Sendable {
  /// Writes to standard error: plans, progress, messages.
  public let writeMessage: @Sendable (String) -> Void
  /// Writes to standard output: printed lines, outputs, documents.
  public let writeOutput: @Sendable (String) -> Void
  /// Columns and rows of the terminal.
  public let size: @Sendable () -> (columns: Int, rows: Int)
  /// Whether lines of messages can be redrawn.
  public let isLive: Bool
  /// Whether messages are coloured.
  public let color: Bool
  /// Whether standard output is a terminal, so that control characters must be escaped.
  public let showsOutput: Bool

  /// Creates a screen; defaults to plain lines without a terminal.
  public init(
    writeMessage: @escaping @Sendable (String) -> Void,
    writeOutput: @escaping @Sendable (String) -> Void,
    size: @escaping @Sendable () -> (columns: Int, rows: Int) = { (80, 24) },
    isLive: Bool = false, color: Bool = false, showsOutput: Bool = false
  ) {
    self.writeMessage = writeMessage
    self.writeOutput = writeOutput
    self.size = size
    self.isLive = isLive
    self.color = color
    self.showsOutput = showsOutput
  }
}

/// The values of `--color`.
public enum ColorChoice: String, CaseIterable, Sendable {
  case auto, always, never

  /// Whether output is coloured; `auto` colours only terminals that support it.
  ///
  /// `auto` respects `NO_COLOR` (set and not empty), and `TERM` if it is empty or `dumb`.
  public func isOn(isTerminal: Bool, environment: [String: String]) -> Bool {
    switch self {
    case .always: true
    case .never: false
    case .auto:
      isTerminal && (environment["NO_COLOR"] ?? "").isEmpty
        && !["dumb", ""].contains(environment["TERM"] ?? "")
    }
  }
}

/// A style of text, by its SGR code.
public enum Style: Int, Sendable {
  case bold = 1
  case dim = 2
  case red = 31
  case green = 32
  case yellow = 33

  /// The text in this style, or unchanged without colour.
  public func applied(to text: String, color: Bool) -> String {
    color && !text.isEmpty ? "\u{1B}[\(rawValue)m\(text)\u{1B}[0m" : text
  }
}
