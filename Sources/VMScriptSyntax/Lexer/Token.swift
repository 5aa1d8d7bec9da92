/// The kind of a token.
///
/// A string without interpolation is one token. One with interpolation is a run of `stringOpen`,
/// `stringText`, `interpolationOpen`, the tokens of the expression, `interpolationClose`, …,
/// `stringClose`.
enum TokenKind: UInt8, Sendable {
  case endOfFile
  /// Unknown bytes; the lexer has reported them.
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

  /// Whether it is a reserved word.
  var isKeyword: Bool { rawValue >= TokenKind.let.rawValue && rawValue <= TokenKind.none.rawValue }
}

/// Facts about a token that affect how it may be read.
struct TokenFlags: OptionSet, Sendable {
  let rawValue: UInt8
  /// At least one line ends between the previous token and this one.
  static let newlineBefore = TokenFlags(rawValue: 1)
  /// White space or a comment precedes it.
  static let spaceBefore = TokenFlags(rawValue: 2)
  /// Inserted by the lexer to close a construct that the source left open; already reported.
  static let synthetic = TokenFlags(rawValue: 4)
  /// A string that contains an escape, so that its text differs from its bytes.
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
  /// Whether only white space precedes it on its line.
  var ownsLine: Bool
  /// Whether it is `## …`, which documents the statement below it.
  var isDocumentation: Bool
  /// The number of tokens before it.
  var position: UInt32

  var end: UInt32 { start + length }
  var range: Range<Int> { Int(start)..<Int(start + length) }
}

/// The reserved words. All other keywords are contextual, see ``ContextualWords``.
enum Keyword {
  /// The reserved words as they are written.
  static let all: [(text: String, kind: TokenKind)] = [
    ("let", .let), ("param", .param), ("func", .func), ("if", .if), ("else", .else),
    ("for", .for), ("in", .in), ("import", .import), ("as", .as), ("return", .return),
    ("true", .true), ("false", .false), ("none", .none),
  ]

  /// The kind of a reserved word; nil for any other.
  static func kind(_ word: String) -> TokenKind? { all.first { $0.text == word }?.kind }

  /// Returns the kind of the word in `range`: that of a reserved word, otherwise `identifier`.
  static func kind(of bytes: [UInt8], _ range: Range<Int>) -> TokenKind {
    guard range.count >= 2, range.count <= 6 else { return .identifier }
    var packed: UInt64 = 0
    for offset in range { packed = packed << 8 | UInt64(bytes[offset]) }
    return switch packed {
    case 0x6c6574: .let
    case 0x70_6172616d: .param
    case 0x66756e63: .func
    case 0x6966: .if
    case 0x656c7365: .else
    case 0x666f72: .for
    case 0x696e: .in
    case 0x696d_706f7274: .import
    case 0x6173: .as
    case 0x7265_7475726e: .return
    case 0x74727565: .true
    case 0x66_616c7365: .false
    case 0x6e6f6e65: .none
    default: .identifier
    }
  }
}

/// A problem that the lexer, or the reader of a literal, found, with its place. `Messages` holds
/// its wording.
struct LexicalError: Sendable {
  enum Problem: Sendable {
    case invalidUTF8
    case controlCharacter(Unicode.Scalar)
    case bidirectionalControl(Unicode.Scalar)
    case unknownCharacter(Unicode.Scalar)
    case unclosedString
    case unclosedMultilineString
    case unclosedInterpolation
    case unclosedMultilineInterpolation
    case unknownUnit(String)
    case malformedNumber
    case malformedAddress
    case numberTooLarge
    case fractionOfByte
    case fractionOfMillisecond
    case addressPartTooLarge
    case prefixTooLarge
    case unknownEscape
    case malformedUnicodeEscape
    case textAfterOpeningQuotes
    case textBeforeClosingQuotes
    case missingIndentation
  }

  var problem: Problem
  var start: UInt32
  var length: UInt32

  init(_ problem: Problem, _ range: Range<Int>) {
    self.problem = problem
    self.start = UInt32(range.lowerBound)
    self.length = UInt32(range.count)
  }
}
