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
    default:
      for child in children(id) where !child.isAbsent { resolveExpression(child) }
    }
  }

  /// A map that is written out has each key once; what a spread brings may be overridden.
  mutating func refuseRepeatedKeys(_ map: NodeID) {
    var seen: [String: NodeID] = [:]
    for entry in children(map) where node(entry).kind == .mapEntry {
      let key = child(0, entry)
      guard node(key).kind == .stringLiteral,
        case .string(let text) = pool.literals[Int(node(key).data)]
      else { continue }
      if let earlier = seen.updateValue(key, forKey: text) {
        diagnostics.append(.duplicateProperty(text, at: span(key), earlier: span(earlier)))
      }
    }
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
