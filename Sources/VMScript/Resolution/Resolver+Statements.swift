import VMScriptSyntax

extension Resolver {
  mutating func resolveBlock(_ id: NodeID) {
    context.push()
    for statement in children(id) where node(statement).kind == .funcStatement {
      bind(statement, name(statement), span: nameSpan(statement))
      set(id, .hoists)
    }
    for statement in children(id) { resolveStatement(statement) }
    context.pop()
  }

  mutating func resolveStatement(_ id: NodeID) {
    switch node(id).kind {
    case .letStatement:
      resolveExpression(child(0, id))
      bind(id, name(id), span: nameSpan(id))
    case .paramStatement:
      requireTopLevel(id, "param")
      resolveParameter(id)
    case .funcStatement:
      resolveFunctionStatement(id)
    case .ifStatement:
      resolveIf(id, body: nil)
    case .forStatement:
      resolveFor(id, body: nil)
    case .importStatement:
      requireTopLevel(id, "import")
    case .stackStatement:
      requireTopLevel(id, "stack")
      resolveExpression(child(0, id))
    case .outputStatement:
      if !context.isModuleLevel { diagnostics.append(.misplaced("output", at: span(id))) }
      resolveResourceName(child(0, id))
      resolveExpression(child(1, id))
    case .returnStatement:
      resolveOptional(child(0, id))
    case .checkStatement:
      resolveExpression(child(0, id))
      resolveOptional(child(1, id))
    case .verbStatement:
      if !context.isModuleLevel { diagnostics.append(.misplaced("a verb", at: span(id))) }
      resolveVerb(id)
    case .printStatement:
      for expression in children(id) { resolveExpression(expression) }
    case .expressionStatement:
      resolveExpression(child(0, id))
    case .error:
      break
    default:
      resolveExpression(id)
    }
  }

  private mutating func requireTopLevel(_ id: NodeID, _ what: String) {
    if !context.isTopLevel { diagnostics.append(.notAtTopLevel(what, at: span(id))) }
  }

  private mutating func resolveOptional(_ id: NodeID) {
    if !id.isAbsent { resolveExpression(id) }
  }

  private mutating func resolveParameter(_ id: NodeID) {
    let type = child(0, id)
    noteUse(span(type), .type)
    if !type.isAbsent, node(type).kind == .name, ParameterType(rawValue: names[name(type)]) == nil {
      diagnostics.append(
        .unknownType(
          names[name(type)], at: span(type), known: ParameterType.allCases.map(\.rawValue)))
    }
    resolveOptional(child(1, id))
    bind(id, name(id), span: nameSpan(id))
  }

  private mutating func resolveFunctionStatement(_ id: NodeID) {
    let text = names[name(id)]
    if context.isTopLevel, case .function(let index) = target(child(0, id)) {
      return resolveFunction(id, named: text, ownName: nil, index: Int(index))
    }
    guard case .local(let slot) = target(id) else { return }
    resolveFunction(id, named: text, ownName: (name(id), slot), index: nil)
  }

  /// - Parameter body: the schema, where the branches are entries of a resource's body.
  mutating func resolveIf(_ id: NodeID, body: BlockSchema?) {
    resolveExpression(child(0, id))
    for position in 1...2 {
      let branch = child(position, id)
      if branch.isAbsent { continue }
      switch node(branch).kind {
      case .ifStatement: resolveIf(branch, body: body)
      case .body: resolveBody(branch, schema: body)
      default: resolveBlock(branch)
      }
    }
  }

  mutating func resolveFor(_ id: NodeID, body: BlockSchema?) {
    resolveExpression(child(2, id))
    context.push()
    bindLoop(child(0, id), child(1, id))
    let loop = child(3, id)
    if node(loop).kind == .body {
      resolveBody(loop, schema: body)
    } else {
      resolveBlock(loop)
    }
    context.pop()
  }

  mutating func bindLoop(_ first: NodeID, _ second: NodeID) {
    bind(first, name(first), span: span(first))
    if !second.isAbsent { bind(second, name(second), span: span(second)) }
  }

  private mutating func resolveVerb(_ id: NodeID) {
    let outer = use
    use = .target
    resolveExpression(child(0, id))
    use = outer
    for (argument, child) in node(id).arguments(children(id)) {
      switch argument {
      case .name: resolveResourceName(child)
      case .condition:
        if node(child).kind == .name, WaitCondition.words[names[name(child)]] != nil {
          set(child, .word)
        } else {
          resolveExpression(child)
        }
      case .limit: resolveOptional(child)
      case .force: break
      }
    }
  }

  /// A bare name stands for its own text.
  mutating func resolveResourceName(_ id: NodeID) {
    if !node(id).flags.contains(.bareName) { resolveExpression(id) }
  }
}
