import VMScriptSyntax

extension Resolver {
  mutating func resolveExpression(_ id: NodeID) {
    if id.isAbsent { return }
    switch node(id).kind {
    case .name: resolveName(id)
    case .member: resolveMember(id)
    case .lambda: resolveFunction(id, named: "lambda", ownName: nil, index: nil)
    case .comprehension: resolveComprehension(id)
    case .resource, .clone: resolveResource(id)
    default:
      for child in children(id) where !child.isAbsent { resolveExpression(child) }
    }
  }

  private mutating func resolveComprehension(_ id: NodeID) {
    context.push()
    for clause in children(id).dropFirst() {
      if node(clause).kind == .forClause {
        resolveExpression(child(2, clause))
        bindLoop(child(0, clause), child(1, clause))
      } else {
        resolveExpression(child(0, clause))
      }
    }
    resolveExpression(child(0, id))
    context.pop()
  }
}
