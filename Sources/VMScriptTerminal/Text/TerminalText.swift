import VMScriptSyntax

/// Text as a terminal lays it out: in columns, without control characters.
public enum TerminalText {
  /// The text with every control character written as `\u{1B}`, so that a name from outside
  /// cannot move the cursor, colour the screen or forge a line.
  ///
  /// - Parameter keepingLayout: leaves line ends and tabs as they are, for text of several lines.
  public static func escaped(_ text: String, keepingLayout: Bool = false) -> String {
    PlainText.escaped(text, keepsNewlines: keepingLayout, keepsTabs: keepingLayout)
  }

  /// The text cut to at most `limit` columns, its last one an ellipsis if something was cut.
  ///
  /// A wide character that would straddle the edge is left out, so the result may be narrower.
  public static func fitted(_ text: String, to limit: Int) -> String {
    guard columns(of: text) > limit else { return text }
    guard limit > 0 else { return "" }
    var result = ""
    var used = 0
    for character in text {
      let width = columns(of: String(character))
      if used + width > limit - 1 { break }
      result.append(character)
      used += width
    }
    return result + "…"
  }

  /// The text followed by as many spaces as make it `width` columns wide; never cut.
  public static func padded(_ text: String, to width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - columns(of: text)))
  }
}
