/// What is written by those who know another language, and how it is written here.
///
/// A slip is looked up where something else was expected, so that these words remain names.
public enum Slips {
  /// What to write, in words, and the text that would stand in the slip's place; `nil` if none does.
  public typealias Slip = (help: String, replacement: String?)

  /// Longer than any slip: of a longer token the text is not looked at.
  static let longest = 9

  /// Words, and signs of two tokens, that mean nothing wherever they stand.
  static let anywhere: [String: Slip] = [
    "..": (rangeForm, "..."),
    "//": (commentForm, "#"), "/*": (commentForm, nil), "*/": (commentForm, nil),
    "===": ("`==` compares two values", "=="), "!==": ("`!=` compares two values", "!="),
    "<>": ("`!=` compares two values", "!="),
    "+=": (SyntaxMessages.bindingForm, nil), "-=": (SyntaxMessages.bindingForm, nil),
    "*=": (SyntaxMessages.bindingForm, nil), "/=": (SyntaxMessages.bindingForm, nil),
    "%=": (SyntaxMessages.bindingForm, nil), "++": (SyntaxMessages.bindingForm, nil),
    "if": (SyntaxMessages.conditionalForm, nil),
    "func": ("a function without a name is written `x => VALUE` or `(x, y) => VALUE`", nil),
  ]

  /// What stands behind a whole operand, as an operator would.
  static let operators: [String: Slip] = [
    "=": ("`==` compares two values", "=="), "is": ("`==` compares two values", "=="),
    "and": ("and is `&&`", "&&"), "or": ("or is `||`", "||"),
    "not": ("write `!(VALUE in LIST)`", nil),
    "then": ("what is done stands in `{ … }`", nil),
  ]

  /// Words that are read as names, in lower case.
  public static let names: [String: Slip] = [
    "not": ("not is `!`", "!"), "null": nothing, "nil": nothing, "undefined": nothing,
  ]

  /// What `else if` is elsewhere.
  static let elseIf: Set = ["elif", "elsif", "elseif", "elseIf"]

  /// What begins a loop elsewhere and has no like here, where nothing that it could ask for changes.
  static let loops: Set = ["while", "until", "loop", "repeat", "do"]

  /// Words that are the kind of no resource, whatever name and braces follow them.
  static let neverKinds = elseIf.union(["and", "or", "not", "while", "until"])

  private static let nothing: Slip = ("`none` stands for nothing", "none")
  private static let rangeForm =
    "a range is `1...3`, which takes its end in, or `1..<3`, which leaves it out"
  private static let commentForm = "a comment begins with `#` and ends with its line"
}

extension Parser {
  /// What the current token, alone or with one that touches it, most likely stands for.
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

  /// The whole of a name such as `web-1`, of which what is before its hyphen was read; `nil` where the
  /// current token is in no such name.
  private var hyphenatedName: Span? {
    // What follows a hyphen may be read as a number, a duration or a reserved word: `db-2h`, `log-in`.
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
