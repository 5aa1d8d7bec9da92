/// A piece of source text, classified for editors: for highlighting and for completion.
public struct Piece: Hashable, Sendable {
  /// The classes of pieces.
  public enum Kind: Sendable {
    case keyword, name, number, string, comment, bracket, punctuation
    /// Text that the language does not know, or a string that does not end.
    case invalid
  }

  /// The class of the piece.
  public let kind: Kind
  /// Its bytes.
  public let range: Range<Int>
  /// Whether a line ends between the previous piece and this one.
  public let beginsLine: Bool
}

extension Piece {
  /// Splits any text into pieces, separated by white space. Takes time linear in its length.
  public static func all(in bytes: [UInt8]) -> [Piece] {
    let lexed = Lexer.run(bytes)
    let statements = StatementStarts.words
    var pieces: [Piece] = []
    pieces.reserveCapacity(lexed.tokens.count + lexed.comments.count)
    var comments = lexed.comments[...]
    var isStart = true
    for (position, token) in lexed.tokens.enumerated() {
      while let comment = comments.first, Int(comment.position) <= position {
        pieces.append(Piece(kind: .comment, range: comment.range, beginsLine: comment.ownsLine))
        comments = comments.dropFirst()
      }
      guard token.length > 0, token.kind != .endOfFile else { continue }
      let beginsLine = token.flags.contains(.newlineBefore)
      isStart = isStart || beginsLine
      var kind = Kind(token.kind)
      if token.kind == .identifier, isStart, statements.contains(Array(bytes[token.range])),
        !isNamed(lexed.tokens[position...])
      {
        kind = .keyword
      }
      pieces.append(Piece(kind: kind, range: token.range, beginsLine: beginsLine))
      isStart = token.kind == .semicolon || token.kind == .leftBrace || token.kind == .rightBrace
    }
    let open = Set(lexed.errors.lazy.filter(\.isOpenString).map { Int($0.start) })
    guard !open.isEmpty else { return pieces }
    return pieces.map { piece in
      guard piece.kind == .string, open.contains(piece.range.lowerBound) else { return piece }
      return Piece(kind: .invalid, range: piece.range, beginsLine: piece.beginsLine)
    }
  }
}

extension Piece {
  /// Returns whether a word names a property, as `net` does in `net = lab`.
  private static func isNamed(_ tokens: ArraySlice<Token>) -> Bool {
    let next = tokens.dropFirst().first?.kind
    return next == .equals || next == .colon
  }
}

extension LexicalError {
  fileprivate var isOpenString: Bool {
    switch problem {
    case .unclosedString, .unclosedMultilineString: true
    default: false
    }
  }
}

extension Piece.Kind {
  fileprivate init(_ kind: TokenKind) {
    switch kind {
    case .invalid: self = .invalid
    case .identifier: self = .name
    case .integer, .float, .size, .duration, .address, .subnet: self = .number
    case .string, .stringOpen, .stringText, .stringClose: self = .string
    case .leftParenthesis, .rightParenthesis, .leftBracket, .rightBracket, .leftBrace,
      .rightBrace, .interpolationOpen, .interpolationClose:
      self = .bracket
    default: self = kind.isKeyword ? .keyword : .punctuation
    }
  }
}

/// Parts of words that the lexer knows, for editor grammars.
public enum LexicalWords {
  /// The units that may follow a number.
  public static var units: [String] { Unit.all.map(\.text) }

  /// The characters that are escapes after a backslash, as a regular expression's set. The `u` with
  /// its digits is separate.
  public static let escapes = #"ntr0"\\"#
}
