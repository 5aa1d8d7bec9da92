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
