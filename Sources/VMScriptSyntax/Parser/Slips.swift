/// Habits from other languages, and the equivalents in this one.
///
/// The parser looks a slip up only where it expected something else, so that these words remain
/// usable as names.
public enum Slips {
  /// The advice, in words, and the text to put in the slip's place; `nil` if there is none.
  public typealias Slip = (help: String, replacement: String?)

  /// Longer than any slip: the text of a longer token is not looked up.
  static let longest = 9

  /// Words, and signs of two tokens, that have no meaning anywhere.
  static let anywhere: [String: Slip] = [
    "..": (rangeForm, "..."),
    "//": (commentForm, "#"), "/*": (commentForm, nil), "*/": (commentForm, nil),
    "===": ("`==` compares two values", "=="), "!==": ("`!=` compares two values", "!="),
    "<>": ("`!=` compares two values", "!="),
    "+=": (SyntaxMessages.bindingForm, nil), "-=": (SyntaxMessages.bindingForm, nil),
    "*=": (SyntaxMessages.bindingForm, nil), "/=": (SyntaxMessages.bindingForm, nil),
    "%=": (SyntaxMessages.bindingForm, nil), "++": (SyntaxMessages.bindingForm, nil),
    "if": (SyntaxMessages.conditionalForm, nil),
    "func": ("write a function without a name as `x => VALUE` or `(x, y) => VALUE`", nil),
  ]

  /// Words after a complete operand, where an operator could follow.
  static let operators: [String: Slip] = [
    "=": ("`==` compares two values", "=="), "is": ("`==` compares two values", "=="),
    "and": ("write `&&` for \"and\"", "&&"), "or": ("write `||` for \"or\"", "||"),
    "not": ("write `!(VALUE in LIST)`", nil),
    "then": ("write the statements in `{ … }`", nil),
  ]

  /// Words that are read as names, in lower case.
  public static let names: [String: Slip] = [
    "not": ("write `!` for \"not\"", "!"), "null": nothing, "nil": nothing, "undefined": nothing,
  ]

  /// The words of other languages for `else if`.
  static let elseIf: Set = ["elif", "elsif", "elseif", "elseIf"]

  /// Words that begin a loop in other languages. They have no equivalent here, because nothing that
  /// a loop could test changes.
  static let loops: Set = ["while", "until", "loop", "repeat", "do"]

  /// Words that are never the kind of a resource, whatever name and braces follow them.
  static let neverKinds = elseIf.union(["and", "or", "not", "while", "until"])

  private static let nothing: Slip = ("write `none` for the absent value", "none")
  private static let rangeForm =
    "write a range as `1...3`, which includes its end, or `1..<3`, which excludes it"
  private static let commentForm = "a comment begins with `#` and ends with its line"
}

extension Parser {
  /// Returns the most likely meaning of the current token, alone or with an adjacent one.
  func slip() -> Diagnostic.Help? {
    let before = position > 0 ? tokens[position - 1] : current
    let after = peek(1)
    if let pair = joined(before, current), let found = help(Slips.anywhere, pair) { return found }
    if let pair = joined(current, after), let found = help(Slips.anywhere, pair) { return found }
    guard continuesLine else { return nil }
    if let name = hyphenatedName {
      let string = QuotedText.literal(
        String(decoding: bytes[Int(name.start)..<Int(name.end)], as: UTF8.self))
      return Diagnostic.Help(
        "a name with a hyphen is a string: write `\(string)`", span: name, replacement: string)
    }
    if operandEnd == position {
      if let found = help(Slips.operators, span(current)) { return found }
      if before.kind == .identifier, let found = help(Slips.names, span(before)) {
        return found
      }
    }
    return help(Slips.anywhere, span(current))
  }

  /// The whole of a name such as `web-1`, after the part before its hyphen was read; `nil` if the
  /// current token is not in such a name.
  private var hyphenatedName: Span? {
    // The part after a hyphen may be read as a number, a duration or a reserved word: `db-2h`,
    // `log-in`.
    func isPart(_ token: Token) -> Bool {
      switch token.kind {
      case .identifier, .integer, .float, .size, .duration, .minus, .invalid: token.length > 0
      default: token.kind.isKeyword
      }
    }
    guard at(.minus), position > 0, tokens[position - 1].kind == .identifier else { return nil }
    var (first, last) = (position, position)
    while first > 0, isPart(tokens[first - 1]), tokens[first - 1].end == tokens[first].start {
      first -= 1
    }
    while last + 1 < tokens.count, isPart(tokens[last + 1]),
      tokens[last].end == tokens[last + 1].start
    { last += 1 }
    return first < position ? span(tokens[first].start, tokens[last].end) : nil
  }

  private func joined(_ first: Token, _ second: Token) -> Span? {
    first.end == second.start && second.length > 0
      ? span(first.start, second.end) : nil
  }

  private func help(_ slips: [String: Slips.Slip], _ span: Span) -> Diagnostic.Help? {
    guard span.length <= Slips.longest else { return nil }
    let text = String(decoding: bytes[Int(span.start)..<Int(span.end)], as: UTF8.self)
    guard let slip = slips[text] else { return nil }
    return Diagnostic.Help(
      slip.help, span: slip.replacement == nil ? nil : span, replacement: slip.replacement)
  }
}
