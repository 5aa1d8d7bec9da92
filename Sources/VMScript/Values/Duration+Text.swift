import VMScriptSyntax

extension Duration {
  /// Whole milliseconds, the language's finest duration.
  public var wholeMilliseconds: Int64 {
    let (seconds, attoseconds) = components
    return seconds * 1000 + attoseconds / 1_000_000_000_000_000
  }

  /// The duration in its largest whole unit: `2h`, `90s`, `1500ms`.
  public var scriptDescription: String {
    let milliseconds = wholeMilliseconds
    for (suffix, unit) in [("h", Int64(3_600_000)), ("m", 60_000), ("s", 1000)]
    where milliseconds != 0 && milliseconds % unit == 0 {
      return "\(milliseconds / unit)\(suffix)"
    }
    return milliseconds == 0 ? "0s" : "\(milliseconds)ms"
  }

  /// Reads `500ms`, `30s`, `1.5h` and the like; nil for anything else.
  public init?(script text: String) {
    guard case .duration(let milliseconds)? = Quantity(text) else { return nil }
    self = .milliseconds(milliseconds)
  }
}
