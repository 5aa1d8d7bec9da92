@testable import VMScriptSyntax

/// A text as the grammar sees it: what its terminals and token rules are compared with.
struct GrammarTokens {
  /// The names of the token rules that match a token, and its own text.
  private(set) var tokens: [Set<String>] = []
  /// The expressions in strings, each of which the grammar derives on its own.
  private(set) var interpolations: [GrammarTokens] = []

  /// The tokens of a file; nil if the lexer finds one of them wrong.
  init?(_ bytes: [UInt8]) {
    let lexed = Lexer.run(bytes)
    guard lexed.errors.isEmpty else { return nil }
    var rest = lexed.tokens[...]
    self.init(&rest, bytes, isInterpolation: false)
  }

  private init(_ rest: inout ArraySlice<Token>, _ bytes: [UInt8], isInterpolation: Bool) {
    var brackets: [TokenKind] = isInterpolation ? [.leftParenthesis] : []
    var previous: TokenKind?
    while let token = rest.first, token.kind != .interpolationClose {
      if token.flags.contains(.newlineBefore), Self.endsLine(previous, token.kind, brackets.last) {
        tokens.append(["NEWLINE"])
      }
      rest.removeFirst()
      switch token.kind {
      case .endOfFile: return
      case .stringOpen:
        readString(&rest, bytes)
        previous = .stringClose
        continue
      case .leftParenthesis, .leftBracket, .leftBrace: brackets.append(token.kind)
      case .rightParenthesis, .rightBracket, .rightBrace: _ = brackets.popLast()
      default: break
      }
      let text = String(decoding: bytes[token.range], as: UTF8.self)
      if let next = rest.first, Self.isKeyword(text, before: next), beginsStatement {
        tokens.append([text])
      } else {
        tokens.append(Self.names(of: token.kind, text))
      }
      // A member may have the name of any keyword.
      previous = previous == .dot ? .identifier : token.kind
    }
  }

  private mutating func readString(_ rest: inout ArraySlice<Token>, _ bytes: [UInt8]) {
    tokens.append(["INTERPOLATED"])
    while let token = rest.popFirst(), token.kind != .stringClose {
      guard token.kind == .interpolationOpen else { continue }
      interpolations.append(GrammarTokens(&rest, bytes, isInterpolation: true))
    }
  }

  /// Whether a statement may begin at the next token.
  private var beginsStatement: Bool {
    tokens.last?.isDisjoint(with: ["NEWLINE", ";", "{", "}"]) == false || tokens.isEmpty
  }

  /// Whether a word that begins a statement or entry is a keyword there, and no name.
  private static func isKeyword(_ word: String, before next: Token) -> Bool {
    if next.flags.contains(.newlineBefore) { return false }
    if word == "remove", next.kind == .identifier { return true }
    return [.leftParenthesis, .leftBracket].contains(next.kind) && next.flags.contains(.spaceBefore)
      && [
        "start", "stop", "reboot", "suspend", "resume", "delete", "snapshot", "revert", "wait",
        "clone",
      ].contains(word)
  }

  /// Whether a newline between two tokens is one to the grammar, as its first comment says.
  private static func endsLine(
    _ previous: TokenKind?, _ next: TokenKind, _ bracket: TokenKind?
  ) -> Bool {
    guard let previous, bracket != .leftParenthesis, bracket != .leftBracket else { return false }
    return !goesOn.contains(previous) && Operator(infix: previous) == nil
      && ![.dot, .question, .colon, .arrow, .rightBrace].contains(next)
  }

  /// The tokens other than binary operators after which a line continues.
  private static let goesOn: Set<TokenKind> = [
    .leftBrace, .equals, .comma, .dot, .arrow, .question, .colon, .not, .if, .import,
  ]

  private static func names(of kind: TokenKind, _ text: String) -> Set<String> {
    guard let rule = rules[kind] else { return [text] }
    if rule == "STRING" { return [rule] }
    return kind == .identifier && !otherStatements.contains(text)
      ? [rule, text, "KIND"] : [rule, text]
  }

  /// The words that are no `KIND`.
  private static let otherStatements: Set = [
    "print", "check", "output", "stack", "moved", "clone", "start", "stop", "reboot", "suspend",
    "resume",
    "delete", "snapshot", "revert", "wait",
  ]

  private static let rules: [TokenKind: String] = [
    .identifier: "IDENTIFIER", .integer: "INTEGER", .float: "FLOAT", .size: "SIZE",
    .duration: "DURATION", .address: "ADDRESS", .subnet: "SUBNET", .string: "STRING",
  ]
}
