import VMScriptSyntax

extension Resolver {
  mutating func resolveExpression(_ id: NodeID) {
    if id.isAbsent { return }
    switch node(id).kind {
    case .name: resolveName(id)
    case .member: resolveMember(id)
    case .lambda: resolveFunction(id, named: "lambda", ownName: nil, index: nil)
    case .comprehension: resolveComprehension(id) { $0.resolveExpression($1) }
    case .resource, .clone: resolveResource(id)
    case .map:
      refuseRepeatedKeys(id)
      for entry in children(id) {
        for part in children(entry) { resolveExpression(part) }
      }
    case .binary where isHyphenated(id):
      let outer = use
      use = .hyphenated
      for child in children(id) { resolveExpression(child) }
      use = outer
    default:
      for child in children(id) where !child.isAbsent { resolveExpression(child) }
    }
  }

  /// Whether it is written as a name with a hyphen is: `web-1`, without white space.
  private func isHyphenated(_ id: NodeID) -> Bool {
    node(id).data == Operator.subtract.rawValue
      && span(child(0, id)).end + 1 == span(child(1, id)).start
  }

  /// A map that is written out has each key once; what a spread brings may be overridden.
  mutating func refuseRepeatedKeys(_ map: NodeID) {
    let entries = children(map)
    var seen: [ExactText: NodeID] = [:]
    for (position, entry) in entries.enumerated() {
      guard let (key, text) = literalKey(entry) else { continue }
      // Most maps are short: looking back is quicker than a table, up to a point.
      let earlier =
        entries.count <= 16
        ? entries.prefix(position).last { isKey($0, text) }.map { child(0, $0) }
        : seen.updateValue(key, forKey: ExactText(text))
      if let earlier {
        diagnostics.append(.duplicateProperty(text, at: span(key), earlier: span(earlier)))
      }
    }
  }

  private func isKey(_ entry: NodeID, _ text: String) -> Bool {
    literalKey(entry).map { ExactText.areEqual($0.text, text) } ?? false
  }

  /// The key of a map's entry if it is written out.
  private func literalKey(_ entry: NodeID) -> (node: NodeID, text: String)? {
    guard node(entry).kind == .mapEntry else { return nil }
    let key = child(0, entry)
    guard node(key).kind == .stringLiteral,
      case .string(let text) = pool.literals[Int(node(key).data)]
    else { return nil }
    return (key, text)
  }

  /// - Parameter element: resolves what stands for each element, in the scope of the clauses.
  mutating func resolveComprehension(_ id: NodeID, _ element: (inout Resolver, NodeID) -> Void) {
    context.push()
    for clause in children(id).dropFirst() {
      if node(clause).kind == .forClause {
        resolveExpression(child(2, clause))
        bindLoop(child(0, clause), child(1, clause))
      } else {
        resolveExpression(child(0, clause))
      }
    }
    element(&self, child(0, id))
    context.pop()
  }
}
