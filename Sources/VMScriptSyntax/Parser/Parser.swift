/// Whether the text ended where it could end.
public enum Completeness: Sendable {
  /// Nothing is missing; errors may still be among the diagnostics.
  case complete
  /// The text ends inside a block, bracket or string, or after an operator: more lines may finish it.
  case incomplete
}

/// What parsing gives: always a tree, never a throw.
public struct ParseResult: Sendable {
  /// What was understood; `error` nodes stand for the rest.
  public var tree: Tree
  /// Every syntax error of the file in the order of their places, up to a limit.
  public var diagnostics: [Diagnostic]
  /// Whether more lines could make the text whole.
  public var completeness: Completeness
}

/// Parses one file.
///
/// Takes time and memory in proportion to the length of the text, whatever it holds, and stack
/// for 128 levels of nesting at most.
///
/// - Parameters:
///   - source: the text as it was read; a byte order mark and CRLF line ends are fine.
///   - id: what the spans of the tree and of the diagnostics carry.
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
/// After an error the parser is `panicking`: it reports nothing and takes nothing more, every rule
/// returns with what it has, until the list of statements or entries that holds the error goes on
/// behind it. So one mistake is reported once, and the next one all the same.
///
/// A class, though nobody shares it: a rule then never puts a copy of the parser on the stack, of
/// which deep nesting has little.
final class Parser {
  let bytes: [UInt8]
  let tokens: [Token]
  let comments: [Comment]
  let source: SourceID
  var names: NameTable
  let words: ContextualWords

  var tree: Tree
  /// The token that is looked at.
  var position = 0
  /// Nodes whose parent is still being read.
  var pending: [NodeID] = []
  /// Operators whose right operand is still being read, of all open expressions.
  var operators: [Operator] = []
  /// Left operands of `operators`.
  var operands: [NodeID] = []

  var diagnostics: [Diagnostic] = []
  var isPanicking = false
  /// The rest of the file is not looked at: too deep, or too many errors.
  var isAborted = false
  /// An error at the end of the text, and none before it, says that more lines may help.
  var endsEarly = false
  var hasErrorBeforeEnd = false

  /// Open rules that may nest.
  var depth = 0
  /// Brackets of any kind that are open here.
  var openBrackets = 0
  /// True inside `( )` and `[ ]`, where a newline ends nothing.
  var ignoresNewlines = false
  /// True inside the body of a function, where `return` stands.
  var isInFunction = false
  /// Behind which token the last whole operand ended.
  var operandEnd = 0
  /// The first comment that does not lie before the current statement.
  var nextComment = 0

  /// Nesting of rules; each level costs stack.
  static let maximumDepth = 128
  /// Height of the tree: what walks it needs stack for that many nodes.
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

  /// The token `distance` ahead; the end of the file lies behind everything.
  func peek(_ distance: Int) -> Token { tokens[min(position + distance, tokens.count - 1)] }

  /// The current token stands on the line of the one before, or newlines mean nothing here.
  var continuesLine: Bool { ignoresNewlines || !current.flags.contains(.newlineBefore) }

  func advance() { if position < tokens.count - 1 { position += 1 } }

  /// Takes the current token if it is of this kind.
  func take(_ kind: TokenKind) -> Bool {
    guard at(kind), !isPanicking else { return false }
    advance()
    return true
  }

  /// Where the last token that was taken ends.
  var previousEnd: UInt32 { position == 0 ? 0 : tokens[position - 1].end }

  func span(_ token: Token) -> Span {
    Span(source: source, start: token.start, length: token.length)
  }

  func span(_ start: UInt32, _ end: UInt32) -> Span {
    Span(source: source, start: start, length: end - start)
  }

  func text(_ token: Token) -> String { String(decoding: bytes[token.range], as: UTF8.self) }

  func name(of token: Token) -> Name { names.intern(bytes, token.range) }

  /// The current token is this contextual word.
  func at(word: Name) -> Bool { at(.identifier) && name(of: current) == word }
}

// MARK: Nodes

extension Parser {
  /// Makes a node of the pending nodes from `mark` on; it ends where the last token ended.
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
  /// the empty one.
  func finish(
    _ kind: NodeKind, from start: UInt32, _ mark: Int, name token: Token?, flags: NodeFlags = []
  ) -> NodeID {
    let name = token.map(name(of:)) ?? names.intern("")
    let node = finish(kind, from: start, mark, data: name.index, flags: flags)
    if let token, token.start > start { tree.namePlaces.insert(token.start, of: node) }
    return node
  }

  /// A node without children that covers `token`.
  func leaf(
    _ kind: NodeKind, _ token: Token, data: UInt32 = 0, flags: NodeFlags = []
  ) -> NodeID {
    tree.append(
      Node(kind: kind, flags: flags, start: token.start, length: token.length, data: data))
  }

  /// Stands for what could not be read at the current token.
  func errorNode() -> NodeID {
    tree.append(Node(kind: .error, start: current.start, length: 0))
  }

  func start(of node: NodeID) -> UInt32 { tree[node].start }

  /// Enters a rule that may nest; false, once reported, if it is too deep.
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
  /// Reports an error at the current place, unless it follows from one that was reported.
  func report(_ diagnostic: Diagnostic, isAtEnd: Bool = false) {
    guard !isPanicking, !isAborted else { return }
    isPanicking = true
    if isAtEnd { endsEarly = true } else { hasErrorBeforeEnd = true }
    append(diagnostic)
  }

  /// Reports what is wrong with a construct that was read nonetheless.
  func reportAndGoOn(_ diagnostic: Diagnostic) {
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

  /// Reports that something else should stand where the current token stands.
  func reportExpected(_ expected: String, opened: Token? = nil, help: String? = nil) {
    // The lexer has reported what it could not read and what it closed by itself.
    if at(.invalid) || current.flags.contains(.synthetic) {
      isPanicking = true
      return
    }
    var diagnostic = SyntaxMessages.expected(
      expected, found: describe(current), at: span(current), opened: opened.map(span))
    if let help = slip() ?? help.map({ Diagnostic.Help($0) }) { diagnostic.helps.append(help) }
    report(diagnostic, isAtEnd: at(.endOfFile))
  }

  /// The nesting leaves no stack or no tree that others could walk: nothing more is read.
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

  /// Skips to where the next statement or entry of the same list begins.
  ///
  /// `first` is the token that the failed one began with, `brackets` how many were open there. A
  /// line that is indented no deeper than the failed statement begins a new one even if brackets
  /// seem open: a forgotten bracket then costs one statement, not the rest of the file.
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

  /// White space before the first token of the line that holds this token, in bytes.
  private func indentation(ofTokenAt index: Int) -> Int {
    var first = index
    // A bound, so that errors on one endless line do not cost its length each.
    let limit = max(0, index - 1_000)
    while first > limit, !tokens[first].flags.contains(.newlineBefore) { first -= 1 }
    let end = Int(tokens[first].start)
    var start = end
    while start > 0, bytes[start - 1] == Byte.space || bytes[start - 1] == Byte.tab { start -= 1 }
    return end - start
  }
}
