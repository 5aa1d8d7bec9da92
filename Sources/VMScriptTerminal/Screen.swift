/// Where a command writes, and what can be shown there.
public struct Screen: Sendable {
  /// Writes to standard error: plans, progress, messages.
  public let writeMessage: @Sendable (String) -> Void
  /// Writes to standard output: what a script prints, outputs, documents.
  public let writeOutput: @Sendable (String) -> Void
  /// Columns and rows of the terminal.
  public let size: @Sendable () -> (columns: Int, rows: Int)
  /// Whether lines of messages can be painted over.
  public let isLive: Bool
  /// Whether messages are coloured.
  public let color: Bool
  /// Whether output goes to a terminal, which control characters must not reach.
  public let showsOutput: Bool

  /// A screen; without a terminal, plain lines of any width.
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

/// What `--color` may say.
public enum ColorChoice: String, CaseIterable, Sendable {
  case auto, always, never

  /// Whether output is coloured: what was asked for, else only on a terminal that can show it.
  ///
  /// `auto` keeps `NO_COLOR` (set and not empty), `TERM=dumb` and a terminal of no type.
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

/// A way to set text off, as a terminal's SGR code.
public enum Style: Int, Sendable {
  case bold = 1
  case dim = 2
  case red = 31
  case green = 32
  case yellow = 33

  /// The text in this style, or as it is where there is no colour.
  public func applied(to text: String, color: Bool) -> String {
    color && !text.isEmpty ? "\u{1B}[\(rawValue)m\(text)\u{1B}[0m" : text
  }
}
