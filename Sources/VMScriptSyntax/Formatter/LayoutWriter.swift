/// Writes the tokens and comments of a text in the one style.
struct LayoutWriter {
  /// A bracket that is open.
  private struct Bracket {
    var kind: TokenKind
    var token: Int
    /// The output line it stands on, and that line's indentation.
    var line: Int
    var indentation: Int
    /// Conditionals that wait for their `:` directly inside.
    var questions = 0
  }

  private let lexed: Lexer
  private let facts: LayoutFacts
  /// Braces, by the number of their token, whose entries get lines of their own.
  private let opened: Set<Int>

  private(set) var output: [UInt8] = []
  /// Braces that begin and end on a line that is too long.
  private(set) var tooLong: Set<Int> = []

  private var brackets: [Bracket] = []
  private var fileQuestions = 0
  private var line = 0
  private var indentation = 0
  /// Columns of code on the current line, without its comment.
  private var columns = 0
  /// The outermost brace that began and ended on the current line.
  private var closedOnLine: Int?
  private var isLineStart = true
  private var mustBreak = false
  private var previous: Int?
  private var previousEnd = 0
  private var nextComment = 0
  /// The last range operator was written with spaces.
  private var spacedRange = false

  init(_ lexed: Lexer, _ facts: LayoutFacts, opened: Set<Int>) {
    self.lexed = lexed
    self.facts = facts
    self.opened = opened
    output.reserveCapacity(lexed.bytes.count + lexed.bytes.count / 8)
  }

  mutating func run() {
    for index in lexed.tokens.indices {
      writeComments(before: index)
      write(index)
    }
    endLine()
    while output.last == Byte.newline { output.removeLast() }
    if !output.isEmpty { output.append(Byte.newline) }
  }

  // MARK: Tokens

  private mutating func write(_ index: Int) {
    let token = lexed.tokens[index]
    if token.kind == .endOfFile { return }
    if token.kind == .semicolon, isNeedless(index) {
      mustBreak = mustBreak || token.flags.contains(.newlineBefore)
      previousEnd = Int(token.end)
      return
    }
    if token.kind == .comma, isNeedlessComma(index) {
      previousEnd = Int(token.end)
      return
    }
    let closes = Self.isCloser(token.kind)
    let bracket = closes ? brackets.popLast() : nil
    if breaksBefore(index, closing: bracket) {
      startLine(
        indentation: bracket?.indentation ?? self.indentation(of: token),
        isSpaced: !closes && hasEmptyLine(before: Int(token.start)))
    } else if !isLineStart, needsSpace(before: index) {
      append([Byte.space])
    }
    if let bracket, bracket.kind == .leftBrace, bracket.line == line, bracket.token + 1 < index,
      !isInString
    {
      closedOnLine = min(closedOnLine ?? bracket.token, bracket.token)
    }
    append(lexed.bytes[token.range])
    if Self.isOpener(token.kind) {
      brackets.append(
        Bracket(kind: token.kind, token: index, line: line, indentation: indentation))
    }
    countQuestion(token.kind)
    isLineStart = false
    mustBreak = false
    previous = index
    previousEnd = Int(token.end)
  }

  private func breaksBefore(_ index: Int, closing bracket: Bracket?) -> Bool {
    let token = lexed.tokens[index]
    if previous == nil || mustBreak || token.flags.contains(.newlineBefore) {
      return !Self.isStringPart(token.kind)
    }
    if let bracket { return opened.contains(bracket.token) && bracket.token + 1 < index }
    guard let around = brackets.last, opened.contains(around.token) else { return false }
    return facts.entryStarts.contains(token.start)
  }

  /// A string of one line, and so what stands in its `\( )`, must end on it.
  private var isInString: Bool { brackets.contains { $0.kind == .interpolationOpen } }

  /// A `;` at the end of a line says nothing.
  private func isNeedless(_ index: Int) -> Bool {
    let next = lexed.tokens[index + 1]
    return next.flags.contains(.newlineBefore) || next.kind == .endOfFile
      || next.kind == .rightBrace || next.kind == .semicolon || next.kind == .comma || mustBreak
      || previous == nil
      || lexed.tokens[index].flags.contains(.newlineBefore)
      || brackets.last.map { opened.contains($0.token) } ?? false
  }

  /// A `,` between entries of a body that get lines of their own says nothing; in a map it stays.
  private func isNeedlessComma(_ index: Int) -> Bool {
    guard let around = brackets.last, around.kind == .leftBrace else { return false }
    let next = lexed.tokens[index + 1].kind
    return next == .comma || next == .semicolon || next == .rightBrace && around.line == line
  }

  // MARK: Lines

  private mutating func startLine(indentation: Int, isSpaced: Bool) {
    let isFirst = output.isEmpty
    endLine()
    if isSpaced, !isFirst, !followsOpener { output.append(Byte.newline) }
    self.indentation = indentation
    output.append(contentsOf: repeatElement(Byte.space, count: indentation))
    columns = indentation
    isLineStart = true
  }

  private mutating func endLine() {
    if columns > Formatter.maximumColumns, let closedOnLine { tooLong.insert(closedOnLine) }
    closedOnLine = nil
    columns = 0
    if !output.isEmpty { output.append(Byte.newline) }
    line += 1
  }

  private var followsOpener: Bool {
    previous.map { Self.isOpener(lexed.tokens[$0].kind) } ?? true && !isAfterComment
  }

  private var isAfterComment: Bool {
    nextComment > 0 && Int(lexed.comments[nextComment - 1].end) == previousEnd
  }

  private mutating func append(_ bytes: some Collection<UInt8>) {
    output.append(contentsOf: bytes)
    for byte in bytes {
      if byte == Byte.newline {
        columns = 0
        line += 1
      } else if byte & 0xC0 != 0x80 {
        columns += 1
      }
    }
  }

  /// Entries stand at the indentation of their bracket; what goes on from the line above, deeper.
  private func indentation(of token: Token) -> Int {
    let base = brackets.last.map { $0.indentation + 2 } ?? 0
    let isInBraces = brackets.last.map { $0.kind == .leftBrace } ?? true
    return isInBraces && !facts.entryStarts.contains(token.start) ? base + 2 : base
  }

  private func hasEmptyLine(before offset: Int) -> Bool {
    lexed.bytes[min(previousEnd, offset)..<offset].count { $0 == Byte.newline } > 1
  }

  // MARK: Comments

  private mutating func writeComments(before index: Int) {
    while nextComment < lexed.comments.count, lexed.comments[nextComment].position == index {
      let comment = lexed.comments[nextComment]
      let isSpaced = hasEmptyLine(before: Int(comment.start))
      if comment.ownsLine || output.isEmpty {
        let columnsOfComment = brackets.last.map { $0.indentation + 2 } ?? 0
        startLine(indentation: columnsOfComment, isSpaced: isSpaced)
      } else {
        output.append(contentsOf: [Byte.space, Byte.space])
      }
      var text = lexed.bytes[comment.range]
      while let last = text.last, last == Byte.space || last == Byte.tab { text.removeLast() }
      output.append(contentsOf: text)
      nextComment += 1
      previousEnd = Int(comment.end)
      mustBreak = true
      isLineStart = false
    }
  }

  // MARK: Spaces

  private mutating func needsSpace(before index: Int) -> Bool {
    guard let previous else { return false }
    let last = lexed.tokens[previous]
    let next = lexed.tokens[index]
    if Self.isStringPart(next.kind) || last.kind == .interpolationOpen { return false }
    if last.kind == .stringOpen || last.kind == .stringText { return false }
    if next.kind == .ellipsis || next.kind == .halfOpen, !facts.prefixStarts.contains(next.start) {
      spacedRange = next.flags.contains(.spaceBefore)
      return spacedRange
    }
    if last.kind == .ellipsis || last.kind == .halfOpen {
      return !facts.prefixStarts.contains(last.start) && spacedRange
    }
    switch next.kind {
    case .comma, .semicolon, .rightParenthesis, .rightBracket, .dot: return false
    case .colon: return questions > 0
    case .leftParenthesis where facts.parameterStarts.contains(next.start): return false
    case .leftParenthesis, .leftBracket:
      if facts.calleeEnds.contains(last.end), last.kind != .comma { return false }
    default: break
    }
    switch last.kind {
    case .leftParenthesis, .leftBracket, .dot, .not: return false
    case .minus: return !isPrefix(previous)
    default: return true
    }
  }

  /// A `-` with one operand: the tree says so, or nothing stands before it.
  private func isPrefix(_ index: Int) -> Bool {
    if facts.prefixStarts.contains(lexed.tokens[index].start) || index == 0 { return true }
    return lexed.tokens[index - 1].kind == .leftParenthesis
  }

  private var questions: Int { brackets.last?.questions ?? fileQuestions }

  private mutating func countQuestion(_ kind: TokenKind) {
    let change = kind == .question ? 1 : kind == .colon && questions > 0 ? -1 : 0
    if brackets.isEmpty {
      fileQuestions += change
    } else {
      brackets[brackets.count - 1].questions += change
    }
  }

  // MARK: Kinds

  private static func isOpener(_ kind: TokenKind) -> Bool {
    switch kind {
    case .leftParenthesis, .leftBracket, .leftBrace, .interpolationOpen: true
    default: false
    }
  }

  private static func isCloser(_ kind: TokenKind) -> Bool {
    switch kind {
    case .rightParenthesis, .rightBracket, .rightBrace, .interpolationClose: true
    default: false
    }
  }

  /// Tokens that stand where they stand: a space before them would change the string.
  private static func isStringPart(_ kind: TokenKind) -> Bool {
    switch kind {
    case .stringText, .interpolationOpen, .interpolationClose, .stringClose: true
    default: false
    }
  }
}
