/// The wording of problems with single characters, strings and numbers.
enum LexicalMessages {
  typealias Parts = (code: DiagnosticCode, message: String, label: String, help: String?)

  static func parts(_ problem: LexicalError.Problem) -> Parts {
    switch problem {
    case .invalidUTF8:
      (
        .syntax.notUTF8, "the text is not UTF-8", "these bytes are not a character",
        "save the file as UTF-8"
      )
    case .controlCharacter(let scalar):
      (
        .syntax.controlCharacter, "control character \(code(scalar))", "not allowed in a script",
        scalar == "\r"
          ? "end lines with `\\n` or `\\r\\n`" : "in a string, write `\(escape(scalar))`"
      )
    case .bidirectionalControl(let scalar):
      (
        .syntax.bidirectionalControlCharacter, "bidirectional control character \(code(scalar))",
        "makes the text look different from what runs",
        "remove it, or write `\(escape(scalar))` in a string"
      )
    case .unknownCharacter(let scalar):
      (
        .syntax.unknownCharacter, "unknown character \(visible(scalar))", "has no meaning here",
        unknownHelp(scalar)
      )
    case .unclosedString:
      (
        .syntax.unclosedString, "unclosed string", "no closing quote on this line",
        "write a text of several lines between `\"\"\"` and `\"\"\"`"
      )
    case .unclosedMultilineString:
      (.syntax.unclosedString, "unclosed string", "opened here, never closed", nil)
    case .unclosedInterpolation, .unclosedMultilineInterpolation:
      (.syntax.unclosedInterpolation, "unclosed interpolation", "no `)` closes it", nil)
    default: numberParts(problem) ?? stringParts(problem)
    }
  }

  private static func numberParts(_ problem: LexicalError.Problem) -> Parts? {
    switch problem {
    case .unknownUnit(let unit):
      (.syntax.wrongNumber, "unknown unit `\(unit)`", "no such unit", unitHelp(unit))
    case .malformedNumber: (.syntax.wrongNumber, "malformed number", "not a number", nil)
    case .malformedAddress:
      (
        .syntax.wrongNumber, "malformed address", "neither a number nor an IPv4 address",
        "an address has four parts, such as `10.0.0.1`"
      )
    case .numberTooLarge:
      (.syntax.wrongNumber, "the number is too large", "does not fit in 64 bits", nil)
    case .fractionOfByte:
      (
        .syntax.wrongNumber, "the size is not a whole number of bytes",
        "not a whole number of bytes",
        "use a smaller unit"
      )
    case .fractionOfMillisecond:
      (
        .syntax.wrongNumber, "the duration is not a whole number of milliseconds",
        "not whole milliseconds", nil
      )
    case .addressPartTooLarge:
      (
        .syntax.wrongNumber, "malformed address", "each part is 0 to 255, without leading zeros",
        nil
      )
    case .prefixTooLarge: (.syntax.wrongNumber, "malformed subnet", "the prefix is 0 to 32", nil)
    default: nil
    }
  }

  private static func stringParts(_ problem: LexicalError.Problem) -> Parts {
    switch problem {
    case .malformedUnicodeEscape:
      (
        .syntax.wrongEscape, "malformed escape", "not a Unicode character",
        "write it as `\\u{1F600}`"
      )
    case .textAfterOpeningQuotes:
      (.syntax.multilineLayout, "text after the opening quotes", "must begin on the next line", nil)
    case .textBeforeClosingQuotes:
      (
        .syntax.multilineLayout, "text before the closing quotes", "must be on their own line",
        nil
      )
    case .missingIndentation:
      (
        .syntax.multilineLayout, "the line is indented less than the closing quotes",
        "not the same white space",
        "begin every line with the white space before the closing quotes"
      )
    default:
      (
        .syntax.wrongEscape, "unknown escape", "no such escape",
        "escapes are `\\n` `\\t` `\\r` `\\0` `\\\"` `\\\\` `\\u{…}` and `\\(…)`; a `'…'` string needs none"
      )
    }
  }

  private static func unitHelp(_ unit: String) -> String {
    if let close = closest(to: unit, among: Unit.all.lazy.map(\.text)) {
      return "did you mean `\(close)`?"
    }
    return
      "sizes are in B, KiB, MiB, GiB, TiB, KB, MB, GB, TB or K, M, G, T; durations in ms, s, m, h"
  }

  private static func unknownHelp(_ scalar: Unicode.Scalar) -> String? {
    switch scalar {
    case "\u{201C}", "\u{201D}", "\u{201E}", "`", "\u{AB}", "\u{BB}":
      "write a string in straight quotes: `\"…\"`"
    case "\u{2018}", "\u{2019}": "write a raw string in straight quotes: `'…'`"
    case "\u{2026}": "write a range with three dots: `...`"
    case "\u{A0}": "this is a no-break space; replace it with a space"
    case "&": "write `&&` for \"and\""
    case "|": "write `||` for \"or\""
    case "$": "in a string, write `\\(name)` to insert a value"
    case "\u{FEFF}": "a byte order mark is allowed only at the start of a file"
    default: nil
    }
  }

  /// Returns the character itself if it is visible.
  private static func visible(_ scalar: Unicode.Scalar) -> String {
    let hides = scalar.properties.isWhitespace || scalar.properties.generalCategory == .format
    return hides ? code(scalar) : "`\(scalar)`"
  }

  private static func code(_ scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16, uppercase: true)
    return "U+" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }

  private static func escape(_ scalar: Unicode.Scalar) -> String {
    "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
  }
}
