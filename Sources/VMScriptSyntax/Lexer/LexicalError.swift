/// What the lexer, or the reading of a literal, found wrong, and where; its wording stands in
/// `Messages`.
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
