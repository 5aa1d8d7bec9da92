import VMScriptSyntax

/// Resolves every name of a program, so that evaluation looks up nothing by name.
///
/// Reports unknown and duplicate names, unknown properties and misplaced statements, all of a
/// program in one pass.
struct Resolver {
  /// A top-level name of the module being resolved.
  struct TopLevelName {
    let target: Target
    let span: Span
    /// The place of an imported name's definition.
    var definition: Span?
    /// Whether it is a `let` or a `param`, rather than a resource, a function or a module.
    var isVariable = false
  }

  private(set) var pool: NodePool
  private(set) var names: NameTable
  let vocabulary: Vocabulary
  private(set) var targets: [Target]
  var functions: [FunctionCode] = []
  var globals: [String] = []
  var diagnostics: [Diagnostic] = []

  // The current module.
  var source = SourceID(index: 0)
  var topLevel: [Name: TopLevelName] = [:]
  /// The names of earlier entries of a session; those of the current module hide them.
  var inherited: [Name: TopLevelName] = [:]
  /// Whether an import into the module's own scope failed: an unknown name may be one of its names.
  var hasOpenScope = false
  /// The global slots whose statement has been passed.
  var initialized: Set<UInt32> = []
  var context = FunctionContext(parent: nil)
  /// The modules of the `import … as` names.
  var modules: [ModuleCode] = []
  /// The use of the name being resolved, which helps to suggest a replacement for an unknown one.
  var use = NameUse.plain
  /// The record of names, for editors.
  var record: NameRecord?

  init(pool: NodePool, names: NameTable, vocabulary: Vocabulary) {
    self.pool = pool
    self.vocabulary = vocabulary
    self.names = names
    self.targets = Array(repeating: .none, count: pool.nodes.count)
  }

  /// Continues with a program that has been extended at its end.
  mutating func extend(_ pool: NodePool, _ names: NameTable) {
    let added = pool.nodes.count - self.pool.nodes.count
    self.pool = pool
    self.names = names
    targets += Array(repeating: .none, count: added)
    diagnostics = []
  }

  // MARK: Access to the tree

  func node(_ id: NodeID) -> Node { pool.nodes[Int(id.index)] }

  func children(_ id: NodeID) -> ArraySlice<NodeID> {
    let node = node(id)
    return pool.children[Int(node.firstChild)..<Int(node.firstChild) + Int(node.childCount)]
  }

  func child(_ position: Int, _ id: NodeID) -> NodeID {
    pool.children[Int(node(id).firstChild) + position]
  }

  func span(_ id: NodeID) -> Span {
    let node = node(id)
    return Span(source: source, start: node.start, length: node.length)
  }

  func name(_ id: NodeID) -> Name { Name(index: node(id).data) }

  /// Returns the place of a node's name: a binding, a key, a member, the kind of a resource.
  func nameSpan(_ id: NodeID) -> Span {
    Span(
      source: source, start: pool.namePlaces[id] ?? node(id).start,
      length: UInt32(names[name(id)].utf8.count))
  }

  func target(_ id: NodeID) -> Target { targets[Int(id.index)] }

  mutating func set(_ id: NodeID, _ target: Target) { targets[Int(id.index)] = target }

  // MARK: Modules

  /// Resolves one module, after those that it imports.
  ///
  /// - Parameter imports: the index of the module of each import statement.
  mutating func resolve(
    root: NodeID, source: SourceID, firstNode: Int, imports: [NodeID: Int]
  ) -> ModuleCode {
    self.source = source
    topLevel = [:]
    hasOpenScope = false
    initialized = []
    context = FunctionContext(parent: nil)
    var exports: [ModuleCode.Export] = []
    for statement in children(root) {
      declareTopLevel(statement, imports: imports, exports: &exports)
    }
    for statement in children(root) { resolveStatement(statement) }
    if diagnostics.count > Evaluator.maximumErrors {
      diagnostics.removeLast(diagnostics.count - Evaluator.maximumErrors)
      diagnostics.append(.tooManyErrors())
    }
    return ModuleCode(
      source: source, root: root, firstNode: firstNode, slotCount: Int(context.slotCount),
      exports: exports)
  }

  /// Declares the name of a top-level statement before any statement is resolved.
  private mutating func declareTopLevel(
    _ statement: NodeID, imports: [NodeID: Int], exports: inout [ModuleCode.Export]
  ) {
    switch node(statement).kind {
    case .letStatement, .paramStatement:
      export(name(statement), nameSpan(statement), newGlobal(name(statement)), statement, &exports)
    case .funcStatement:
      let index = UInt32(functions.count)
      functions.append(placeholder(statement))
      set(child(0, statement), .function(index))
      export(name(statement), nameSpan(statement), .function(index), statement, &exports)
    case .importStatement:
      guard let index = imports[statement] else { return declareFailedImport(statement) }
      set(statement, .module(UInt32(index)))
      noteUse(span(child(0, statement)), .module(index))
      let alias = child(1, statement)
      if alias.isAbsent {
        // Importing the same file again defines all of its names twice.
        for export in modules[index].exports where diagnostics.count <= Evaluator.maximumErrors {
          guard let name = names.find(export.name) else { continue }
          if case .global(let slot) = export.target { initialized.insert(slot) }
          declare(
            name, span(statement), export.target, definition: export.span,
            isVariable: export.isVariable)
        }
      } else {
        declare(name(alias), span(alias), .module(UInt32(index)))
        noteDefinition(name(alias), span(alias), alias, module: index)
      }
    case .expressionStatement, .resource, .clone:
      guard let bound = boundName(statement) else { return }
      export(name(bound), span(bound), newGlobal(name(bound)), bound, &exports)
    default:
      break
    }
  }

  /// Notes a failed import, whose names are unknown; the failure itself was reported.
  private mutating func declareFailedImport(_ statement: NodeID) {
    let alias = child(1, statement)
    guard !alias.isAbsent else {
      hasOpenScope = true
      return
    }
    declare(name(alias), span(alias), .none)
    noteDefinition(name(alias), span(alias), alias)
  }

  private mutating func export(
    _ name: Name, _ span: Span, _ target: Target, _ node: NodeID,
    _ exports: inout [ModuleCode.Export]
  ) {
    set(node, target)
    let isResource = self.node(node).flags.contains(.bareName)
    let isVariable = [.letStatement, .paramStatement].contains(self.node(node).kind)
    declare(name, span, target, isResource: isResource, isVariable: isVariable)
    noteDefinition(name, span, node)
    exports.append(
      .init(name: names[name], target: target, span: span, isVariable: isVariable))
  }

  private mutating func declare(
    _ name: Name, _ span: Span, _ target: Target, isResource: Bool = false,
    definition: Span? = nil, isVariable: Bool = false
  ) {
    if let earlier = topLevel[name] {
      diagnostics.append(
        .duplicateName(names[name], at: span, earlier: earlier.span, isResource: isResource))
      // It is unclear which of the two a use means, so uses are not reported.
      topLevel[name] = TopLevelName(target: .none, span: earlier.span)
    } else {
      topLevel[name] = TopLevelName(
        target: target, span: span, definition: definition, isVariable: isVariable)
    }
  }

  private mutating func newGlobal(_ name: Name) -> Target {
    globals.append(names[name])
    return .global(UInt32(globals.count - 1))
  }

  /// Returns the name node that a resource statement binds, if its name is a bare identifier.
  func boundName(_ statement: NodeID) -> NodeID? {
    let resource = node(statement).kind == .expressionStatement ? child(0, statement) : statement
    let position: Int
    switch node(resource).kind {
    case .resource: position = 0
    case .clone: position = 1
    default: return nil
    }
    let name = child(position, resource)
    return node(name).flags.contains(.bareName) ? name : nil
  }

  private func placeholder(_ function: NodeID) -> FunctionCode {
    FunctionCode(name: names[name(function)], span: span(function))
  }
}

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
    case .movedStatement:
      if !context.isModuleLevel { diagnostics.append(.misplaced("`moved`", at: span(id))) }
      for name in children(id) { resolveResourceName(name) }
    case .returnStatement:
      resolveOptional(child(0, id))
    case .checkStatement:
      resolveExpression(child(0, id))
      resolveOptional(child(1, id))
    case .verbStatement: resolveVerb(id)
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

  /// - Parameter body: the schema, if the branches are entries of a resource's body.
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
    if !context.isModuleLevel { diagnostics.append(.misplaced("a verb", at: span(id))) }
    for (argument, child) in node(id).arguments(children(id)) {
      switch argument {
      case .target:
        let outer = use
        use = .target
        resolveExpression(child)
        use = outer
      case .text: resolveExpression(child)
      case .name: resolveResourceName(child)
      case .condition:
        if node(child).kind == .name, let word = WaitWord(rawValue: names[name(child)]),
          word.argument == nil || !isVariable(name(child))
        {
          set(child, .word)
        } else if node(child).kind == .waitCondition {
          for argument in children(child) { resolveExpression(argument) }
        } else {
          resolveExpression(child)
        }
      case .limit: resolveOptional(child)
      case .force: break
      }
    }
  }

  /// Whether a name is a variable of the script.
  private func isVariable(_ name: Name) -> Bool {
    context.lookup(name) != nil || topLevel[name] != nil || inherited[name] != nil
  }

  /// Resolves the name of a resource; a bare name means its own text.
  mutating func resolveResourceName(_ id: NodeID) {
    if !node(id).flags.contains(.bareName) { resolveExpression(id) }
  }
}

extension Resolver {
  mutating func resolveExpression(_ id: NodeID) {
    if id.isAbsent { return }
    switch node(id).kind {
    case .name: resolveName(id)
    case .member: resolveMember(id)
    case .lambda: resolveFunction(id, named: "lambda", ownName: nil, index: nil)
    case .comprehension: resolveComprehension(id) { $0.resolveExpression($1) }
    case .resource, .clone: resolveResource(id)
    case .verbStatement: resolveVerb(id)
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

  /// Returns whether it is written like a name with a hyphen: `web-1`, without white space.
  private func isHyphenated(_ id: NodeID) -> Bool {
    node(id).data == Operator.subtract.rawValue
      && span(child(0, id)).end + 1 == span(child(1, id)).start
  }

  /// Reports repeated keys of a map literal; entries of a spread may be overridden.
  mutating func refuseRepeatedKeys(_ map: NodeID) {
    let entries = children(map)
    var seen: [ExactText: NodeID] = [:]
    for (position, entry) in entries.enumerated() {
      guard let (key, text) = literalKey(entry) else { continue }
      // Most maps are short: a linear search is faster than a table, up to a point.
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

  /// Returns the key of a map's entry if it is a literal.
  private func literalKey(_ entry: NodeID) -> (node: NodeID, text: String)? {
    guard node(entry).kind == .mapEntry else { return nil }
    let key = child(0, entry)
    guard node(key).kind == .stringLiteral,
      case .string(let text) = pool.literals[Int(node(key).data)]
    else { return nil }
    return (key, text)
  }

  /// - Parameter element: resolves the element, in the scope of the clauses.
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
