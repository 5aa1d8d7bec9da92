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
