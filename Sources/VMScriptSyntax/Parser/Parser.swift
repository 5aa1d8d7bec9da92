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
