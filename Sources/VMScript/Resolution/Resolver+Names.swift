import VMScriptSyntax

extension Resolver {
  /// Resolves a name that is read.
  mutating func resolveName(_ id: NodeID) {
    let name = name(id)
    observe(id)
    if let target = context.lookup(name) {
      if record != nil {
        noteUse(nameSpan(id), context.binding(of: name).map { .definition($0.span) })
      }
      return set(id, target)
    }
    if let known = topLevel[name] {
      noteUse(nameSpan(id), .definition(known.definition ?? known.span))
      if case .global(let slot) = known.target, context.isModuleLevel, !initialized.contains(slot) {
        // `let x = x + 1` refers to the `x` of an earlier entry.
        if let earlier = inherited[name] { return set(id, earlier.target) }
        diagnostics.append(
          .usedBeforeDefinition(names[name], at: span(id), definition: known.span))
      }
      return set(id, known.target)
    }
    if let known = inherited[name] { return set(id, known.target) }
    if let host = vocabulary.names.index(forKey: names[name]) {
      return set(id, .host(UInt32(host)))
    }
    if let position = Builtin.position(ofFunction: names[name]) {
      noteUse(nameSpan(id), .builtin(Builtin.functions[Int(position)]))
      return set(id, .builtin(position))
    }
    if let statement = Reference.entry(names[name]) {
      diagnostics.append(.statementWord(statement, at: span(id)))
    } else if !hasOpenScope {
      diagnostics.append(
        .unknownName(names[name], at: span(id), known: hasRoom ? knownNames : [], use))
    }
  }

  /// Whether more errors would be shown: suggestions for a name take time.
  private var hasRoom: Bool { diagnostics.count < Evaluator.maximumErrors }

  /// The most names that are searched for a suggestion.
  private static let maximumNames = 2_000

  /// The names that could be meant here, the same in each run: the script's own first, in
  /// alphabetical order. Skipped above `maximumNames`: the search would dominate resolution.
  private var knownNames: [String] {
    let own = context.visibleNames + topLevel.keys + inherited.keys
    return (own.count <= Self.maximumNames ? Set(own).map { names[$0] }.sorted() : [])
      + vocabulary.names.keys + Builtin.functions.map(\.name) + [
        "true", "false", "none", "print", "check",
      ]
  }

  /// Resolves `module.name`; other members are found when they are read.
  mutating func resolveMember(_ id: NodeID) {
    let base = child(0, id)
    resolveExpression(base)
    let text = names[name(id)]
    guard node(base).kind == .name, case .module(let index) = target(base) else {
      if record != nil { noteUse(nameSpan(id), .member(text, of: base)) }
      return
    }
    let module = modules[Int(index)]
    if let export = module.export(text) {
      noteUse(nameSpan(id), .definition(export.span))
      set(id, export.target)
    } else {
      let known = hasRoom ? module.exports.prefix(Self.maximumNames).map(\.name) : []
      diagnostics.append(.unknownMember(text, of: "module", at: nameSpan(id), known: known))
    }
  }

  /// Assigns a binding its slot, or its global at the top level of a module.
  mutating func bind(_ id: NodeID, _ name: Name, span: Span, isResource: Bool = false) {
    if context.isTopLevel, case .global(let slot) = target(id) {
      initialized.insert(slot)
      return
    }
    let (slot, earlier) = context.declare(name, span: span, isResource: isResource)
    if let earlier {
      diagnostics.append(.duplicateName(names[name], at: span, earlier: earlier))
    }
    noteDefinition(name, span, id)
    set(id, .local(slot))
  }

  /// Records the meaning of a word, if there is a record.
  mutating func noteUse(_ span: Span, _ meaning: NameRecord.Meaning?) {
    record?.use(span, meaning)
  }

  /// Records the definition of a name, if there is a record.
  mutating func noteDefinition(_ name: Name, _ span: Span, _ node: NodeID, module: Int? = nil) {
    record?.define(name, span, node, module: module)
  }

  /// Records the visible names at a node, if it is the observed one.
  mutating func observe(_ id: NodeID) {
    guard record?.observed == id else { return }
    var visible = context.visibleDefinitions
    for (name, known) in topLevel where visible[name] == nil {
      visible[name] = known.definition ?? known.span
    }
    record?.visible = visible
  }

  /// Resolves a function or lambda; its first child holds the parameters, its second the body.
  ///
  /// - Parameter index: its position among the functions, if it already has one.
  mutating func resolveFunction(
    _ id: NodeID, named text: String, ownName: (name: Name, slot: UInt32)?, index: Int?
  ) {
    let list = child(0, id)
    let body = child(1, id)
    let inner = FunctionContext(parent: context, ownName: ownName)
    let outer = context
    context = inner
    var parameters: [FunctionCode.Parameter] = []
    for parameter in children(list) {
      let defaultValue = child(0, parameter)
      if !defaultValue.isAbsent { resolveExpression(defaultValue) }
      bind(parameter, name(parameter), span: nameSpan(parameter))
      parameters.append(.init(name: names[name(parameter)], defaultValue: defaultValue))
    }
    let isExpression = node(body).kind != .block
    if isExpression {
      resolveExpression(body)
    } else {
      resolveBlock(body)
    }
    context = outer
    let function = FunctionCode(
      name: text, parameters: parameters, body: body, isExpression: isExpression,
      slotCount: Int(inner.slotCount), captures: inner.captures,
      height: body.isAbsent ? 0 : Int(node(body).height), span: span(id))
    if let index {
      functions[index] = function
    } else {
      set(list, .function(UInt32(functions.count)))
      functions.append(function)
    }
  }
}

/// The meanings of a program's names, by place; the resolver fills it for editors.
///
/// A definition is identified by the span of its name, which includes the file.
package struct NameRecord: Sendable {
  /// The meaning of a word of a script.
  package enum Meaning: Sendable {
    /// The name that is defined at this place.
    case definition(Span)
    case builtin(Builtin)
    case property(PropertySchema)
    case block(BlockSchema)
    /// A member after the dot of an expression that is not a module.
    case member(String, of: NodeID)
    /// One of the words that a property accepts.
    case word
    /// The type of a `param`.
    case type
    /// An imported file.
    case module(Int)
  }

  package struct Use: Sendable {
    package let span: Span
    package let meaning: Meaning

    package init(span: Span, meaning: Meaning) {
      self.span = span
      self.meaning = meaning
    }
  }

  package struct Definition: Sendable {
    package let name: Name
    package let span: Span
    /// The statement, parameter or name of the definition.
    package let node: NodeID
    /// The module that the name of an import denotes.
    package let module: Int?
  }

  package private(set) var definitions: [Span: Definition] = [:]
  package private(set) var uses: [Use] = []
  /// The node of a name whose visible names are recorded.
  package var observed: NodeID?
  /// The visible names at the observed node, with the places of their definitions.
  package var visible: [Name: Span] = [:]

  package init() {}

  package mutating func define(_ name: Name, _ span: Span, _ node: NodeID, module: Int? = nil) {
    definitions[span] = Definition(name: name, span: span, node: node, module: module)
  }

  package mutating func use(_ span: Span, _ meaning: Meaning?) {
    guard let meaning else { return }
    uses.append(Use(span: span, meaning: meaning))
  }
}

/// The use of a name.
enum NameUse {
  case plain
  /// In a difference without white space, which looks like a name with a hyphen.
  case hyphenated
  /// As the target of a verb.
  case target

  /// Returns the helps for an unknown name without a close suggestion.
  func helps(_ name: String, at span: Span) -> [Diagnostic.Help] {
    switch self {
    case .plain: []
    case .hyphenated:
      [.init("put a name with a hyphen in quotes, as in `domain(\"web-1\")`")]
    case .target:
      [
        .init(
          "name a domain that the script does not declare by a string: "
            + "`\(QuotedText.literal(name))`",
          span: span, replacement: QuotedText.literal(name))
      ]
    }
  }
}
