import VMScriptSyntax

extension Evaluator {
  func executeCheck(_ id: NodeID, _ node: Node) throws {
    let expression = code.child(0, of: node)
    switch try evaluate(expression) {
    case .bool(true): return
    // What is not known yet can only be checked by the run.
    case .unknown: return
    case .bool(false): break
    case let other: throw Diagnostic.notABool(other, at: code.span(expression))
    }
    let messageNode = code.child(1, of: node)
    let message = messageNode.isAbsent ? nil : try evaluate(messageNode).description
    var notes: [String] = []
    describeParts(of: expression, into: &notes)
    throw Diagnostic.checkFailed(
      message, text: code.text(expression), at: code.span(expression), notes: notes)
  }

  /// `EXPR = VALUE` for each subexpression whose value does not stand there already.
  private func describeParts(of id: NodeID, into notes: inout [String]) {
    for child in code.children(of: code.nodes[Int(id.index)]) where !child.isAbsent {
      let node = code.nodes[Int(child.index)]
      switch node.kind {
      case .name, .member, .call, .index, .binary, .unary, .conditional, .comprehension,
        .interpolation:
        let wasDepth = depth
        if let value = try? evaluate(child) {
          if case .function = value { break }
          let note = "\(code.text(child)) = \(value.literal)"
          if !notes.contains(note) { notes.append(note) }
        }
        depth = wasDepth
        if node.kind != .comprehension { describeParts(of: child, into: &notes) }
      case .list, .map, .mapEntry: describeParts(of: child, into: &notes)
      default: break
      }
    }
  }
}
