/// Whether a text ends where a script may end.
public enum Completeness: Sendable {
  /// Nothing is missing; errors may still be among the diagnostics.
  case complete
  /// The text ends inside a block, bracket or string, or after an operator: more lines may finish it.
  case incomplete
}

/// The result of parsing: always a tree; parsing never throws.
public struct ParseResult: Sendable {
  /// The tree; `error` nodes replace text that could not be parsed.
  public var tree: Tree
  /// Every syntax error of the file in the order of places, up to a limit.
  public var diagnostics: [Diagnostic]
  /// Whether more lines could complete the text.
  public var completeness: Completeness
}

/// Parses one file.
///
/// Takes time and memory in proportion to the length of any text, and stack for at most 128 levels
/// of nesting.
///
/// - Parameters:
///   - source: the text as it was read; a byte order mark and CRLF line ends are allowed.
///   - id: the identifier for the spans of the tree and of the diagnostics.
///   - names: takes the identifiers of the file; shared by all files of a program.
public func parse(_ source: SourceText, id: SourceID, names: inout NameTable) -> ParseResult {
  guard source.bytes.count < Int(Int32.max) else {
    return ParseResult(
      tree: .empty(source: id), diagnostics: [SyntaxMessages.fileTooLarge(id)],
      completeness: .complete)
  }
  let lexed = Lexer.run(source.bytes)
  // The table moves into the parser and back, so that it is never copied.
  let table = names
  names = NameTable()
  let parser = Parser(lexed, source: id, names: table)
  parser.parseFile()
  names = parser.names
  return parser.result()
}

/// Recursive descent over the tokens of one file, onto a flat tree.
///
/// After an error the parser panics: it reports and takes nothing more, and every rule returns its
/// partial result. The enclosing list of statements or entries then continues after the error. So
/// each mistake is reported once, and the next one is still found.
///
/// The parser is a class so that no rule puts a copy of it on the stack, which deep nesting would
/// exhaust.
final class Parser {
  let bytes: [UInt8]
  let tokens: [Token]
  let comments: [Comment]
  let source: SourceID
  var names: NameTable
  let words: ContextualWords

  var tree: Tree
  /// The position of the current token.
  var position = 0
  /// The nodes whose parent is still being parsed.
  var pending: [NodeID] = []
  /// The operators whose right operand is still being parsed, of all open expressions.
  var operators: [Operator] = []
  /// The left operands of `operators`.
  var operands: [NodeID] = []

  var diagnostics: [Diagnostic] = []
  var isPanicking = false
  /// Whether the rest of the file is skipped: it is nested too deeply, or has too many errors.
  var isAborted = false
  /// Whether the only error is at the end of the text, so that more lines may help.
  var endsEarly = false
  var hasErrorBeforeEnd = false

  /// The number of open rules that may nest.
  var depth = 0
  /// The number of open brackets of any kind.
  var openBrackets = 0
  /// True inside `( )` and `[ ]`, where newlines are ignored.
  var ignoresNewlines = false
  /// True inside the body of a function, where `return` is allowed.
  var isInFunction = false
  /// The end of the last complete operand.
  var operandEnd = 0
  /// The first comment that is not before the current statement.
  var nextComment = 0

  /// The deepest nesting of rules; each level takes stack.
  static let maximumDepth = 128
  /// The largest height of the tree: walking it takes stack for that many nodes.
  static let maximumHeight: UInt16 = 1_000
  static let maximumErrors = 100

  init(_ lexed: Lexer, source: SourceID, names: NameTable) {
    bytes = lexed.bytes
    tokens = lexed.tokens
    comments = lexed.comments
    self.source = source
    var table = names
    words = ContextualWords(&table)
    self.names = table
    tree = Tree(source: source)
    tree.nodes.reserveCapacity(tokens.count)
    tree.children.reserveCapacity(tokens.count)
    for error in lexed.errors.prefix(Self.maximumErrors) { reportLexical(error) }
  }

  func parseFile() {
    let mark = pending.count
    parseStatements(isFile: true)
    tree.root = finish(.file, from: 0, mark)
    tree[tree.root].length = UInt32(bytes.count)
  }

  func result() -> ParseResult {
    var sorted = diagnostics
    sorted.sort { ($0.primary?.span.start ?? 0) < ($1.primary?.span.start ?? 0) }
    return ParseResult(
      tree: tree, diagnostics: sorted,
      completeness: endsEarly && !hasErrorBeforeEnd ? .incomplete : .complete)
  }
}

// MARK: Tokens

extension Parser {
  var current: Token { tokens[position] }
  var kind: TokenKind { tokens[position].kind }

  func at(_ kind: TokenKind) -> Bool { tokens[position].kind == kind }

  /// Returns the token `distance` ahead; `endOfFile` past the end.
  func peek(_ distance: Int) -> Token { tokens[min(position + distance, tokens.count - 1)] }

  /// Whether the current token is on the line of the previous one, or newlines are ignored here.
  var continuesLine: Bool { ignoresNewlines || !current.flags.contains(.newlineBefore) }

  func advance() { if position < tokens.count - 1 { position += 1 } }

  /// Takes the current token if it is of this kind.
  func take(_ kind: TokenKind) -> Bool {
    guard at(kind), !isPanicking else { return false }
    advance()
    return true
  }

  /// The end of the last token that was taken.
  var previousEnd: UInt32 { position == 0 ? 0 : tokens[position - 1].end }

  func span(_ token: Token) -> Span {
    Span(source: source, start: token.start, length: token.length)
  }

  func span(_ start: UInt32, _ end: UInt32) -> Span {
    Span(source: source, start: start, length: end - start)
  }

  func text(_ token: Token) -> String { String(decoding: bytes[token.range], as: UTF8.self) }

  func name(of token: Token) -> Name { names.intern(bytes, token.range) }

  /// Returns whether the current token is this contextual word.
  func at(word: Name) -> Bool { at(.identifier) && name(of: current) == word }
}

// MARK: Nodes

extension Parser {
  /// Makes a node of the pending nodes from `mark` on; it ends with the last token.
  func finish(
    _ kind: NodeKind, from start: UInt32, _ mark: Int, data: UInt32 = 0, flags: NodeFlags = []
  ) -> NodeID {
    let length = max(previousEnd, start) - start
    let node = tree.append(
      Node(kind: kind, flags: flags, start: start, length: length, data: data),
      children: pending, from: mark)
    pending.removeLast(pending.count - mark)
    if node.height > Self.maximumHeight { reportTooDeep() }
    return node.id
  }

  /// Makes a node with a name of the pending nodes from `mark` on; a name that could not be read is
  /// empty.
  func finish(
    _ kind: NodeKind, from start: UInt32, _ mark: Int, name token: Token?, flags: NodeFlags = []
  ) -> NodeID {
    let name = token.map(name(of:)) ?? names.intern("")
    let node = finish(kind, from: start, mark, data: name.index, flags: flags)
    if let token, token.start > start { tree.namePlaces.insert(token.start, of: node) }
    return node
  }

  /// Makes a node without children that covers `token`.
  func leaf(
    _ kind: NodeKind, _ token: Token, data: UInt32 = 0, flags: NodeFlags = []
  ) -> NodeID {
    tree.append(
      Node(kind: kind, flags: flags, start: token.start, length: token.length, data: data))
  }

  /// Makes a node for an unreadable part at the current token.
  func errorNode() -> NodeID {
    tree.append(Node(kind: .error, start: current.start, length: 0))
  }

  func start(of node: NodeID) -> UInt32 { tree[node].start }

  /// Enters a rule that may nest; reports and returns false if it is too deep.
  func enter() -> Bool {
    guard depth < Self.maximumDepth else {
      reportTooDeep()
      return false
    }
    depth += 1
    return true
  }

  func leave() { depth -= 1 }
}

extension Parser {
  /// Reports an error at the current place, unless it follows from an earlier one.
  func report(_ diagnostic: Diagnostic, isAtEnd: Bool = false) {
    guard !isPanicking, !isAborted else { return }
    isPanicking = true
    if isAtEnd { endsEarly = true } else { hasErrorBeforeEnd = true }
    append(diagnostic)
  }

  /// Reports a problem with a construct that was parsed nonetheless.
  func reportAndContinue(_ diagnostic: Diagnostic) {
    guard !isPanicking, !isAborted else { return }
    hasErrorBeforeEnd = true
    append(diagnostic)
  }

  func reportLexical(_ error: LexicalError) {
    switch error.problem {
    case .unclosedMultilineString, .unclosedMultilineInterpolation: endsEarly = true
    default: hasErrorBeforeEnd = true
    }
    append(SyntaxMessages.lexical(error, span(error.start, error.start + error.length)))
  }

  /// Reports that something else is expected in place of the current token.
  func reportExpected(_ expected: String, opened: Token? = nil, help: String? = nil) {
    // The lexer has reported the bytes it could not read and the brackets it closed itself.
    if at(.invalid) || current.flags.contains(.synthetic) {
      isPanicking = true
      return
    }
    var diagnostic = SyntaxMessages.expected(
      expected, found: describe(current), at: span(current), opened: opened.map(span))
    if let help = slip() ?? help.map({ Diagnostic.Help($0) }) { diagnostic.helps.append(help) }
    report(diagnostic, isAtEnd: at(.endOfFile))
  }

  /// Stops parsing: the nesting leaves no stack, or no tree that others could walk.
  func reportTooDeep() {
    report(SyntaxMessages.tooDeep(at: span(current)))
    abort()
  }

  private func append(_ diagnostic: Diagnostic) {
    diagnostics.append(diagnostic)
    if diagnostics.count == Self.maximumErrors {
      diagnostics.append(SyntaxMessages.tooManyErrors(at: span(current)))
      abort()
    }
  }

  private func abort() {
    isAborted = true
    isPanicking = true
    position = tokens.count - 1
  }

  func describe(_ token: Token) -> String {
    switch token.kind {
    case .endOfFile: "the end of the file"
    case .string, .stringOpen: "a string"
    case .interpolationClose, .stringText, .stringClose: "the end of the interpolation"
    default:
      token.flags.contains(.newlineBefore) && token.kind == .identifier
        ? "`\(text(token))` on a new line" : "`\(text(token))`"
    }
  }

  /// Skips to the start of the next statement or entry of the same list.
  ///
  /// `first` is the token that the failed one began with, `brackets` the number of open brackets
  /// there. A line that is indented no deeper than the failed statement begins a new one even if
  /// brackets seem open. So a forgotten bracket costs one statement, not the rest of the file.
  func synchronize(from first: Int, brackets: Int) {
    isPanicking = isAborted
    let indentation = indentation(ofTokenAt: first)
    while !at(.endOfFile) {
      let token = current
      let isCloser =
        token.kind == .rightBrace || token.kind == .rightBracket || token.kind == .rightParenthesis
      if token.flags.contains(.newlineBefore), position > first,
        !(isCloser && openBrackets > brackets),
        openBrackets <= brackets || self.indentation(ofTokenAt: position) <= indentation
      {
        break
      }
      if openBrackets <= brackets {
        if token.kind == .semicolon || token.kind == .rightBrace { break }
      }
      switch token.kind {
      case .leftBrace, .leftBracket, .leftParenthesis: openBrackets += 1
      case .rightBrace, .rightBracket, .rightParenthesis:
        if openBrackets > brackets { openBrackets -= 1 }
      default: break
      }
      advance()
    }
    openBrackets = brackets
  }

  /// Returns the white space before the first token of this token's line, in bytes.
  private func indentation(ofTokenAt index: Int) -> Int {
    var first = index
    // A bound, so that many errors on one endless line do not each cost its length.
    let limit = max(0, index - 1_000)
    while first > limit, !tokens[first].flags.contains(.newlineBefore) { first -= 1 }
    let end = Int(tokens[first].start)
    var start = end
    while start > 0, bytes[start - 1] == Byte.space || bytes[start - 1] == Byte.tab { start -= 1 }
    return end - start
  }
}
