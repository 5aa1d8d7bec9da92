/// Says whether a text can be derived from the published grammar, by Earley's method: whatever the
/// grammar is, without its author's help, and so independent of the parser.
struct GrammarRecognizer {
  private enum Symbol: Hashable {
    /// A text or the name of a token rule.
    case token(String)
    case rule(Int)
  }

  private struct Production {
    let rule: Int
    let symbols: [Symbol]
    /// The tokens that it can begin with; nil if it can be empty.
    var first: Set<String>?
  }

  /// The progress of a production, and its start.
  private struct Item: Hashable {
    let production: Int
    let position: Int
    let origin: Int
  }

  private var productions: [Production] = []
  /// The productions of each rule.
  private var alternatives: [[Int]] = []
  private var numbers: [String: Int] = [:]
  private var isNullable: [Bool] = []

  init(_ grammar: Grammar) {
    for name in grammar.rules.keys { numbers[name] = newRule() }
    for (name, expression) in grammar.rules {
      guard let rule = numbers[name] else { continue }
      if case .described = expression {
        add(rule, [.token(name)])
      } else {
        flatten(expression, into: rule)
      }
    }
    findNullable()
    findFirst()
  }

  /// Whether the tokens, and those of every interpolation among them, derive from a rule.
  func derives(_ text: GrammarTokens, from rule: String = "file") -> Bool {
    guard let start = numbers[rule], recognizes(text.tokens, start) else { return false }
    return text.interpolations.allSatisfy { derives($0, from: "expression") }
  }

  private func recognizes(_ tokens: [Set<String>], _ start: Int) -> Bool {
    // Of each set: the items that wait for a rule that begins there.
    var waiting: [[Int: [Item]]] = []
    var items = Set(
      alternatives[start].map { Item(production: $0, position: 0, origin: 0) })
    for place in 0...tokens.count {
      let token = place < tokens.count ? tokens[place] : []
      waiting.append([:])
      var next: Set<Item> = []
      var agenda = Array(items)
      func put(_ item: Item) { if items.insert(item).inserted { agenda.append(item) } }
      while let item = agenda.popLast() {
        let production = productions[item.production]
        let advanced = Item(
          production: item.production, position: item.position + 1, origin: item.origin)
        if item.position == production.symbols.count {
          // What was found empty here has been stepped over when it was predicted.
          guard item.origin < place else { continue }
          for parent in waiting[item.origin][production.rule] ?? [] {
            put(
              Item(
                production: parent.production, position: parent.position + 1,
                origin: parent.origin))
          }
          continue
        }
        switch production.symbols[item.position] {
        case .token(let wanted):
          if token.contains(wanted) { next.insert(advanced) }
        case .rule(let rule):
          waiting[place][rule, default: []].append(item)
          if isNullable[rule] { put(advanced) }
          for alternative in alternatives[rule]
          where productions[alternative].first.map({ !$0.isDisjoint(with: token) }) ?? true {
            put(Item(production: alternative, position: 0, origin: place))
          }
        }
      }
      if place == tokens.count {
        return items.contains { item in
          productions[item.production].rule == start && item.origin == 0
            && item.position == productions[item.production].symbols.count
        }
      }
      guard !next.isEmpty else { return false }
      items = next
    }
    return false
  }

  // MARK: From EBNF to productions

  private mutating func newRule() -> Int {
    alternatives.append([])
    return alternatives.count - 1
  }

  private mutating func add(_ rule: Int, _ symbols: [Symbol]) {
    alternatives[rule].append(productions.count)
    productions.append(Production(rule: rule, symbols: symbols))
  }

  private mutating func flatten(_ expression: GrammarExpression, into rule: Int) {
    switch expression {
    case .choice(let choices): for choice in choices { add(rule, symbols(choice)) }
    case .optional(let inner):
      add(rule, [])
      add(rule, symbols(inner))
    case .repetition(let inner):
      add(rule, [])
      add(rule, [.rule(rule)] + symbols(inner))
    default: add(rule, symbols(expression))
    }
  }

  private mutating func symbols(_ expression: GrammarExpression) -> [Symbol] {
    switch expression {
    case .terminal(let text): return [.token(text)]
    case .rule(let name): return numbers[name].map { [.rule($0)] } ?? []
    case .described: return []
    case .sequence(let parts): return parts.flatMap { symbols($0) }
    case .choice, .optional, .repetition:
      let rule = newRule()
      flatten(expression, into: rule)
      return [.rule(rule)]
    }
  }

  private mutating func findNullable() {
    isNullable = alternatives.map { _ in false }
    var isChanged = true
    while isChanged {
      isChanged = false
      for production in productions where !isNullable[production.rule] {
        let isEmpty = production.symbols.allSatisfy { symbol in
          if case .rule(let rule) = symbol { isNullable[rule] } else { false }
        }
        if isEmpty {
          isNullable[production.rule] = true
          isChanged = true
        }
      }
    }
  }

  private mutating func findFirst() {
    var first: [Set<String>] = alternatives.map { _ in [] }
    var isChanged = true
    while isChanged {
      isChanged = false
      for index in productions.indices {
        var found: Set<String> = []
        var isEmpty = true
        for symbol in productions[index].symbols where isEmpty {
          switch symbol {
          case .token(let text):
            found.insert(text)
            isEmpty = false
          case .rule(let rule):
            found.formUnion(first[rule])
            isEmpty = isNullable[rule]
          }
        }
        productions[index].first = isEmpty ? nil : found
        let rule = productions[index].rule
        if !found.isSubset(of: first[rule]) {
          first[rule].formUnion(found)
          isChanged = true
        }
      }
    }
  }
}
