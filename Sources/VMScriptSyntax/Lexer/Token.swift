/// What a token is.
///
/// A string without interpolation is one token. One with interpolation is a run of `stringOpen`,
/// `stringText`, `interpolationOpen`, the tokens of the expression, `interpolationClose`, …,
/// `stringClose`.
enum TokenKind: UInt8, Sendable {
  case endOfFile
  /// Bytes that mean nothing; the lexer has reported them.
  case invalid

  case identifier
  case integer, float, size, duration, address, subnet
  case string, stringOpen, stringText, interpolationOpen, interpolationClose, stringClose

  // Reserved words.
  case `let`, param, `func`, `if`, `else`, `for`, `in`, `import`, `as`, `return`
  case `true`, `false`, none

  // Brackets and separators.
  case leftParenthesis, rightParenthesis, leftBracket, rightBracket, leftBrace, rightBrace
  case comma, semicolon, colon, dot, equals, arrow, question

  // Operators.
  case ellipsis, halfOpen
  case coalesce, or, and
  case equal, notEqual, less, lessOrEqual, greater, greaterOrEqual
  case plus, minus, star, slash, percent, not

  /// True for the reserved words.
  var isKeyword: Bool { rawValue >= TokenKind.let.rawValue && rawValue <= TokenKind.none.rawValue }
}

/// Facts about a token that decide how it may be read.
struct TokenFlags: OptionSet, Sendable {
  let rawValue: UInt8
  /// At least one line ends between the token before and this one.
  static let newlineBefore = TokenFlags(rawValue: 1)
  /// White space or a comment stands before it.
  static let spaceBefore = TokenFlags(rawValue: 2)
  /// Made up by the lexer to close what the source left open; reported already.
  static let synthetic = TokenFlags(rawValue: 4)
  /// A string whose text differs from its bytes: it holds an escape.
  static let escapes = TokenFlags(rawValue: 8)
}

/// A piece of source text: twelve bytes, no text of its own.
struct Token: Sendable {
  var kind: TokenKind
  var flags: TokenFlags
  var start: UInt32
  var length: UInt32

  var end: UInt32 { start + length }
  var range: Range<Int> { Int(start)..<Int(start + length) }
}

/// A comment, from its `#` to the end of its line.
struct Comment: Sendable {
  var start: UInt32
  var length: UInt32
  /// Nothing but white space stands before it on its line.
  var ownsLine: Bool
  /// `## …`, which documents the statement below it.
  var isDocumentation: Bool
  /// How many tokens stand before it.
  var position: UInt32

  var end: UInt32 { start + length }
  var range: Range<Int> { Int(start)..<Int(start + length) }
}
