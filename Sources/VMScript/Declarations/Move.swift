import VMScriptSyntax

/// A `moved` statement: a domain of the stack that has another name from now on.
public struct Move: Sendable, Hashable {
  /// The earlier name.
  public let old: String
  /// The new name.
  public let new: String
  /// The whole statement.
  public let span: Span
  /// The earlier name alone.
  let oldSpan: Span
  /// The new name alone.
  package let newSpan: Span
}

extension DeclarationSet {
  /// Returns the declared name of each moved domain by its earlier names, through all moves; leaves
  /// out moves to names that are not declared so far.
  package var destinations: [String: Move] {
    var next: [ExactText: Move] = [:]
    var declared: Set<ExactText> = []
    for move in moves {
      next[ExactText(move.old)] = move
      if declaration(.domain, move.new) != nil { declared.insert(ExactText(move.new)) }
    }
    var found: [String: Move] = [:]
    for move in moves {
      var last = move
      // A cycle of moves is an error of the script.
      for _ in moves.indices {
        let name = ExactText(last.new)
        guard !declared.contains(name), let further = next[name] else { break }
        last = further
      }
      if declared.contains(ExactText(last.new)) { found[move.old] = last }
    }
    return found
  }
}

extension Evaluator {
  /// Notes that a domain has another name from now on.
  mutating func executeMove(_ id: NodeID, _ node: Node) throws {
    let move = Move(
      old: try domainName(code.child(0, of: node)), new: try domainName(code.child(1, of: node)),
      span: code.span(id), oldSpan: code.span(code.child(0, of: node)),
      newSpan: code.span(code.child(1, of: node)))
    if hasTakenEffect { throw MoveMessages.late(move) }
    try charge(256, at: id)
    try registry.add(move)
  }

  private mutating func domainName(_ id: NodeID) throws -> String {
    let name = try resourceName(id)
    guard ResourceName.isSafe(name) else {
      throw Diagnostic.invalidName(name, of: "a domain", at: code.span(id))
    }
    return name
  }

  /// Reports moves to names that the script does not declare.
  mutating func reportUndeclaredMoves() {
    // A declaration with an error of its own is missing.
    guard !hasErrors else { return }
    for problem in registry.problemsOfUndeclaredMoves() { report(problem) }
  }
}

/// The messages about `moved` statements: VM0270.
enum MoveMessages {
  /// Returns the error of a move that does not agree with the earlier ones; nil if there is none.
  static func contradiction(of move: Move, with earlier: [Move]) -> Diagnostic? {
    if let first = earlier.first(where: { $0.old == move.old }) {
      return Diagnostic(
        code: .moves.unfitMove, "`\(move.old)` is moved twice", at: .init(move.oldSpan, "again"),
        secondary: [.init(first.oldSpan, "first moved here")],
        helps: [.init("remove one of the statements")])
    }
    if let first = earlier.first(where: { $0.new == move.new }) {
      return Diagnostic(
        code: .moves.unfitMove, "two domains are moved to `\(move.new)`",
        at: .init(move.newSpan, "again"), secondary: [.init(first.newSpan, "first used here")],
        helps: [.init("give each domain a name of its own")])
    }
    var (name, seen) = (move.new, [move.new])
    while name != move.old, let next = earlier.first(where: { $0.old == name }) {
      name = next.new
      seen.append(name)
    }
    guard name == move.old else { return nil }
    return Diagnostic(
      code: .moves.unfitMove, "`\(move.old)` is moved to its own name", at: .init(move.span),
      notes: seen.count > 1 ? [([move.old] + seen).joined(separator: " → ")] : [],
      helps: [.init("remove the statement, or name the new domain after `=>`")])
  }

  static func stillDeclared(_ move: Move, _ declared: Span) -> Diagnostic {
    Diagnostic(
      code: .moves.unfitMove, "`\(move.old)` is moved away and is still declared",
      at: .init(move.oldSpan, "moved to `\(move.new)`"),
      secondary: [.init(declared, "declared here")],
      helps: [
        .init(
          "rename that declaration to `\(move.new)`; to declare a new domain of the earlier name, run "
            + "the script with `moved` first, then remove `moved`")
      ])
  }

  static func notADomain(_ move: Move, _ other: Declaration) -> Diagnostic {
    Diagnostic(
      code: .moves.unfitMove, "only domains can be renamed", at: .init(move.span),
      secondary: [
        .init(other.nameSpan, "`\(other.name)` is \(withArticle(other.kind.rawValue))")
      ],
      helps: [.init("remove the statement")])
  }

  static func undeclared(_ move: Move, known: [String]) -> Diagnostic {
    var helps: [Diagnostic.Help] = []
    if let near = closest(to: move.new, among: known) {
      helps.append(.init("did you mean `\(near)`?"))
    } else {
      helps.append(
        .init(
          "declare the domain under its new name: `domain \(QuotedText.literal(move.new)) { … }`"))
    }
    return Diagnostic(
      code: .moves.unfitMove, "no domain `\(move.new)` is declared",
      at: .init(move.newSpan, "the new name of `\(move.old)`"), helps: helps)
  }

  static func late(_ move: Move) -> Diagnostic {
    Diagnostic(
      code: .moves.unfitMove, "`moved` follows a statement that put declarations into effect",
      at: .init(move.span),
      notes: ["a domain that was declared under its new name would have been created already"],
      helps: [.init("move it above the first verb and the first live attribute")])
  }
}

/// The codes of `moved` statements.
struct MoveCodes: DiagnosticTable {
  let unfitMove = DiagnosticCode.ofScript(
    270, "unfit move",
    """
    `moved "old" => "new"` renames a domain that the stack made: the script declares `new`, and no \
    longer `old`. A domain moves once and to one name, and comes back to its first name only by \
    another run. Networks and images cannot be renamed. The statement precedes the first verb and \
    the first live attribute of the script. Once every host has run it, it can be removed.
    """)
}

extension DiagnosticCode {
  /// The codes of `moved` statements.
  static let moves = MoveCodes()
}
