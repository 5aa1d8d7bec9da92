/// The syntax errors that kept a text from being formatted.
public struct FormatRefusal: Error, Sendable {
  /// Every syntax error of the text; their spans carry the source identifier 0.
  public let diagnostics: [Diagnostic]
}

/// Formats a script in the one style of `vmscript fmt`.
///
/// The style has two spaces of indentation, one space around operators, at most one empty line, and
/// two spaces before a comment that follows code. Line breaks stay where the author set them. A
/// block on one line is split if the line is longer than 100 columns. Comments and meaning stay the
/// same, and formatting twice changes nothing more.
public enum Formatter {
  static let maximumColumns = 100

  /// Returns the formatted text, or the syntax errors that prevent formatting.
  public static func format(_ source: SourceText) -> Result<String, FormatRefusal> {
    var names = NameTable()
    let parsed = parse(source, id: SourceID(index: 0), names: &names)
    if parsed.diagnostics.contains(where: { $0.severity == .error }) {
      return .failure(FormatRefusal(diagnostics: parsed.diagnostics))
    }
    let lexed = Lexer.run(source.bytes)
    let facts = LayoutFacts(parsed.tree)
    var opened: Set<Int> = []
    // Splitting a block may leave an inner one that is still too long: at most one pass per level
    // of nesting.
    while true {
      var writer = LayoutWriter(lexed, facts, opened: opened)
      writer.run()
      if writer.tooLong.isSubset(of: opened) {
        return .success(String(decoding: writer.output, as: UTF8.self))
      }
      opened.formUnion(writer.tooLong)
    }
  }
}

/// Writes the tokens and comments of a text in the one style.
struct LayoutWriter {
  /// A bracket that is open.
  private struct Bracket {
    var kind: TokenKind
    var token: Int
    /// The output line of the bracket, and that line's indentation.
    var line: Int
    var indentation: Int
    var choices = Choices()
  }

  private let lexed: Lexer
  private let facts: LayoutFacts
  /// The braces whose entries get lines of their own, by token number.
  private let opened: Set<Int>

  private(set) var output: [UInt8] = []
  /// The braces that open and close on a line that is too long.
  private(set) var tooLong: Set<Int> = []

  private var brackets: [Bracket] = []
  private var fileChoices = Choices()
  private var line = 0
  private var indentation = 0
  /// Columns of code on the current line, without its comment.
  private var columns = 0
  /// The braces that opened and closed on the current line, except those within others of them.
  private var closedOnLine: [Int] = []
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
    if token.kind == .semicolon || separatesEntries(index), isNeedless(index) {
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
      closedOnLine.removeAll { $0 > bracket.token }
      closedOnLine.append(bracket.token)
    }
    append(lexed.bytes[token.range])
    note(token)
    if Self.isOpener(token.kind) {
      brackets.append(
        Bracket(kind: token.kind, token: index, line: line, indentation: indentation))
    }
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

  /// Whether the writer is in a one-line string, whose `\( )` must also end on the line.
  private var isInString: Bool { brackets.contains { $0.kind == .interpolationOpen } }

  /// Whether a token is a `,` between the entries of a body, where it means the same as `;`.
  private func separatesEntries(_ index: Int) -> Bool {
    guard lexed.tokens[index].kind == .comma, let around = brackets.last,
      facts.blockStarts.contains(lexed.tokens[around.token].start)
    else { return false }
    let next = lexed.tokens[index + 1]
    return facts.entryStarts.contains(next.start) || next.kind == .rightBrace
  }

  /// Whether a token is a separator at the end of a line, where it is redundant.
  private func isNeedless(_ index: Int) -> Bool {
    let next = lexed.tokens[index + 1]
    return next.flags.contains(.newlineBefore) || next.kind == .endOfFile
      || next.kind == .rightBrace || next.kind == .semicolon || next.kind == .comma || mustBreak
      || previous == nil
      || lexed.tokens[index].flags.contains(.newlineBefore)
      || brackets.last.map { opened.contains($0.token) } ?? false
  }

  /// Whether a token is a `,` that separates nothing, or precedes a bracket that closes on the line
  /// of its opening.
  private func isNeedlessComma(_ index: Int) -> Bool {
    guard let around = brackets.last else { return false }
    let next = lexed.tokens[index + 1].kind
    let separates = previous != around.token && next != .comma && next != .semicolon
    if around.kind == .leftBrace, !separates { return true }
    return Self.isCloser(next) && around.line == line
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
    if columns > Formatter.maximumColumns, let brace = braceToOpen { tooLong.insert(brace) }
    closedOnLine = []
    columns = 0
    if !output.isEmpty { output.append(Byte.newline) }
    line += 1
  }

  /// The brace to split: preferably that of a block, then that of a map before it.
  private var braceToOpen: Int? {
    closedOnLine.first { facts.blockStarts.contains(lexed.tokens[$0].start) } ?? closedOnLine.first
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

  /// Returns the indentation of a line: entries align with their bracket, continuation lines are
  /// deeper.
  private func indentation(of token: Token) -> Int {
    let base = brackets.last.map { $0.indentation + 2 } ?? 0
    if choices.include(token.kind) {
      return choices.indentation(of: token.kind) ?? base + 2
    }
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
    case .colon: return choices.areOpen
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

  /// Returns whether a `-` has one operand: according to the tree, or because no operand precedes
  /// it.
  private func isPrefix(_ index: Int) -> Bool {
    if facts.prefixStarts.contains(lexed.tokens[index].start) || index == 0 { return true }
    return lexed.tokens[index - 1].kind == .leftParenthesis
  }

  // MARK: Conditionals

  private var choices: Choices {
    get { brackets.last?.choices ?? fileChoices }
    set {
      if brackets.isEmpty {
        fileChoices = newValue
      } else {
        brackets[brackets.count - 1].choices = newValue
      }
    }
  }

  private mutating func note(_ token: Token) {
    let line = isLineStart ? indentation : nil
    switch token.kind {
    case .question: choices.begin(line)
    case .colon: choices.noteColon(line)
    case .comma: choices.end()
    default: if facts.entryStarts.contains(token.start) { choices.end() }
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

  /// Returns whether tokens of this kind are parts of a string: a space before them would change
  /// its text.
  private static func isStringPart(_ kind: TokenKind) -> Bool {
    switch kind {
    case .stringText, .interpolationOpen, .interpolationClose, .stringClose: true
    default: false
    }
  }
}

/// The facts about the layout of tokens that only the tree knows, as byte offsets.
struct LayoutFacts {
  /// The starts of statements, of entries of a body and of entries of a map.
  private(set) var entryStarts: Set<UInt32> = []
  /// The starts of the `{` of blocks and bodies, but not of maps.
  private(set) var blockStarts: Set<UInt32> = []
  /// The ends of expressions that are called or indexed: their bracket follows without a space.
  private(set) var calleeEnds: Set<UInt32> = []
  /// The starts of parameter lists.
  private(set) var parameterStarts: Set<UInt32> = []
  /// The starts of a `-` or `...` with only one operand.
  private(set) var prefixStarts: Set<UInt32> = []

  init(_ tree: Tree) {
    for index in tree.nodes.indices {
      let id = NodeID(index: UInt32(index))
      let node = tree.nodes[index]
      switch node.kind {
      case .file, .block, .body, .map:
        for child in tree.children(of: id) { entryStarts.insert(tree[child].start) }
        if node.kind == .block || node.kind == .body { blockStarts.insert(node.start) }
      case .call, .index:
        calleeEnds.insert(tree.span(of: tree.child(0, of: id)).end)
      case .funcStatement:
        parameterStarts.insert(tree[tree.child(0, of: id)].start)
      case .unary, .spread:
        prefixStarts.insert(node.start)
      // The lowest int includes its `-`.
      case .intLiteral where tree.literals[Int(node.data)] == NumberReader.lowest:
        prefixStarts.insert(node.start)
      default: break
      }
    }
  }
}

/// The conditionals of the expression that is being written, for lines that begin with `?` and `:`.
///
/// The parts of one conditional align; those of a nested conditional are indented deeper.
struct Choices {
  /// For each `?` without its `:` yet, the indentation of its line if it begins one.
  private var open: [Int?] = []
  /// The indentation of the last `:`, if it began a line.
  private var otherwise: Int?

  /// Whether a `:` would belong to a conditional.
  var areOpen: Bool { !open.isEmpty }

  /// Returns whether a token belongs to a conditional.
  func include(_ kind: TokenKind) -> Bool {
    kind == .question || kind == .colon && areOpen
  }

  /// Returns the indentation of a line that begins with this token; `nil` for the usual indentation
  /// of a continuation line.
  func indentation(of kind: TokenKind) -> Int? {
    switch kind {
    case .question: (open.last ?? otherwise).map { $0 + 2 }
    case .colon: open.last ?? nil
    default: nil
    }
  }

  /// Notes a `?` at the beginning of a line of this indentation, or within a line.
  mutating func begin(_ line: Int?) { open.append(line) }

  /// Notes a `:`, which may also belong to a map or an argument.
  mutating func noteColon(_ line: Int?) {
    if open.popLast() != nil { otherwise = line }
  }

  /// Notes the start of another expression.
  mutating func end() { otherwise = nil }
}
