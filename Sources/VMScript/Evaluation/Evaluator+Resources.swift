import VMScriptSyntax

extension Evaluator {
  /// Returns the text of a name or label: a bare identifier itself, or a string.
  mutating func resourceName(_ id: NodeID) throws -> String {
    let node = code[id]
    if node.flags.contains(.bareName) { return code.name(node) }
    let value = try evaluate(id)
    switch value {
    case .string(let text): return text
    case .unknown(let origin): throw refusal(of: origin, at: code.span(id))
    case .secret: throw Diagnostic.secretName(at: code.span(id))
    default: throw Diagnostic.nameNotString(value, at: code.span(id))
    }
  }

  mutating func declareResource(_ id: NodeID, _ node: Node) throws -> Value {
    let isClone = node.kind == .clone
    guard let kind = isClone ? ResourceKind.domain : code.vocabulary.kind(code.name(node)) else {
      // The resolver has reported it.
      throw AlreadyReported()
    }
    let nameNode = code.child(isClone ? 1 : 0, of: node)
    let bodyNode = code.child(isClone ? 2 : 1, of: node)
    let nameSpan = code.span(nameNode)
    var span = code.span(id)
    span.length = nameSpan.end - span.start
    let name = try resourceName(nameNode)
    guard ResourceName.isSafe(name) else {
      throw Diagnostic.invalidName(name, of: "a resource", at: nameSpan)
    }
    if let earlier = registry.conflict(kind, name) {
      throw Diagnostic.duplicateResource(kind, name, at: nameSpan, earlier: earlier.nameSpan)
    }
    if let other = registry.lookalike(kind, name) {
      throw Diagnostic.lookalikeResource(
        kind, name, at: nameSpan, other: other.name, earlier: other.nameSpan)
    }
    let source = isClone ? try cloneSource(code.child(0, of: node), cloneNamed: name) : nil
    try charge(1024 + name.utf8.count, at: id)
    if case .declared(let source) = source, let declared = registry.find(.domain, source) {
      // A clone copies everything from its source, entry by entry.
      try work(declared.body.entryCount, at: id)
      try charge(declared.body.entryCount * 256, at: id)
    }
    let failuresBefore = failures
    var builder = BodyBuilder(schema: code.vocabulary.schema(kind), label: nil, span: span)
    if !bodyNode.isAbsent { try evaluateEntries(bodyNode, into: &builder) }
    if !isClone, let removal = builder.removals.first {
      throw Diagnostic.removeOutsideClone(at: removal.span)
    }
    let declared = try registry.add(
      Declaration(
        kind: kind, name: name, body: builder.block, source: source,
        sourceSpan: isClone ? code.span(code.child(0, of: node)) : nil,
        removals: builder.removals, span: span, nameSpan: nameSpan))
    if failures == failuresBefore {
      for declaration in declared {
        requireProperties(declaration.body, isHostClone: declaration.source?.isHost ?? false)
      }
    }
    let value = Value.resource(registry.reference(kind, name))
    if code[nameNode].flags.contains(.bareName) { store(value, nameNode) }
    return value
  }

  private mutating func cloneSource(_ id: NodeID, cloneNamed name: String) throws -> CloneSource {
    let value = try evaluate(id)
    let source: String
    switch value {
    case .resource(let reference) where reference.kind == .domain: source = reference.name
    case .string(let text): source = text
    case .unknown(let origin): throw refusal(of: origin, at: code.span(id))
    default:
      throw Diagnostic.argumentType(
        "clone", expected: "a domain or its name", value, at: code.span(id))
    }
    guard source != name else {
      throw Diagnostic.cloneOfDescendant(source, at: code.span(id), declared: nil)
    }
    guard let declared = registry.find(.domain, source) else { return .host(source) }
    // Only in a session can the existing domain already be made from the new one.
    guard !registry.isDescendant(declared, of: name) else {
      throw Diagnostic.cloneOfDescendant(source, at: code.span(id), declared: declared.nameSpan)
    }
    return .declared(source)
  }

  /// Reports missing required properties, in nested blocks too.
  private mutating func requireProperties(_ block: DeclaredBlock, isHostClone: Bool) {
    if !isHostClone, !block.isAbsent {
      for property in block.schema.properties
      where property.isRequired && block.property(property.name) == nil {
        report(.missingProperty(property.name, in: block.schema.name, at: block.span))
      }
    }
    for nested in block.blocks { requireProperties(nested, isHostClone: isHostClone) }
  }
}

extension DeclaredBlock {
  /// The number of properties and blocks in it and in all nested blocks.
  fileprivate var entryCount: Int {
    blocks.reduce(properties.count + blocks.count) { $0 + $1.entryCount }
  }
}

extension CloneSource {
  /// The name of the source domain.
  var name: String {
    switch self {
    case .declared(let name), .host(let name): name
    }
  }

  var isHost: Bool {
    if case .host = self { true } else { false }
  }
}

extension Evaluator {
  /// Evaluates the entries of a body; reports an error in one and continues with the next.
  mutating func evaluateEntries(_ body: NodeID, into builder: inout BodyBuilder) throws {
    for entry in code.children(of: body) {
      let earlier = failures
      try recovering { try $0.evaluateEntry(entry, into: &builder) }
      let node = code[entry]
      if failures > earlier, node.kind == .property {
        builder.markFailed(code.name(node), at: code.span(entry))
      }
    }
  }

  private mutating func evaluateEntry(_ id: NodeID, into builder: inout BodyBuilder) throws {
    try step(id)
    try charge(256, at: id)
    let node = code[id]
    switch node.kind {
    case .property:
      let valueNode = code.child(0, of: node)
      let place = EntryPlace(
        whole: code.span(id), key: code.nameSpan(id), value: code.span(valueNode), node: valueNode)
      let value = try evaluate(valueNode)
      try charge(try measure(value, at: id), at: id)
      try assign(code.name(node), value, to: &builder, at: place, isExplicit: true)
    case .nestedBlock:
      try evaluateNestedBlock(id, node, into: &builder)
    case .spread:
      let mapNode = code.child(0, of: node)
      let value = try evaluate(mapNode)
      try charge(try measure(value, at: id), at: id)
      guard case .map(let entries) = value else {
        if case .none = value { return }
        if case .unknown(let origin) = value { throw refusal(of: origin, at: code.span(mapNode)) }
        throw Diagnostic.cannotSpread(value, into: "body", at: code.span(mapNode))
      }
      let place = EntryPlace(code.span(mapNode), node: mapNode)
      for (key, value) in entries {
        try recovering {
          try $0.assign(
            key, value, to: &builder, at: $0.code.place(ofKey: key, in: place), isExplicit: false)
        }
      }
    case .ifStatement:
      let branch = code.child(try condition(code.child(0, of: node)) ? 1 : 2, of: node)
      if branch.isAbsent { return }
      if code[branch].kind == .ifStatement {
        try evaluateEntry(branch, into: &builder)
      } else {
        try evaluateEntries(branch, into: &builder)
      }
    case .forStatement:
      _ = try iterate(code.child(2, of: node), code.child(0, of: node), code.child(1, of: node)) {
        try $0.evaluateEntries($0.code.child(3, of: node), into: &builder)
        return .next
      }
    case .remove:
      if builder.schema.name == Schema.domain.name, builder.schema.block(code.name(node)) == nil {
        // The resolver has reported it.
        throw AlreadyReported()
      }
      builder.removals.append(try removal(id, node))
    default:
      _ = try execute(id)
    }
  }

  private mutating func removal(_ id: NodeID, _ node: Node) throws -> Removal {
    let child = code.child(0, of: node)
    let which: Removal.Which
    if code[child].flags.contains(.bareName) {
      which = .label(code.name(code[child]))
    } else {
      switch try evaluate(child) {
      case .int(let position): which = .position(Int(clamping: position))
      case .string(let label): which = .label(label)
      case let other:
        throw Diagnostic.argumentType(
          "remove", expected: "a label or a position", other, at: code.span(child))
      }
    }
    return Removal(block: code.name(node), which: which, span: code.span(id))
  }

  private mutating func evaluateNestedBlock(
    _ id: NodeID, _ node: Node, into builder: inout BodyBuilder
  ) throws {
    let name = code.name(node)
    var span = code.nameSpan(id)
    guard let schema = builder.schema.block(name) else {
      // The resolver has reported it.
      throw AlreadyReported()
    }
    let subjectNode = schema.subject == nil ? NodeID.absent : code.child(0, of: node)
    let labelNode = code.child(schema.subject == nil ? 0 : 1, of: node)
    let aliasNode = code.child(1, of: node)
    if schema.subject == nil, !aliasNode.isAbsent {
      throw Diagnostic.aliasOfBlock(schema.name, at: code.span(aliasNode))
    }
    let label = labelNode.isAbsent ? nil : try resourceName(labelNode)
    for last in [subjectNode, labelNode] where !last.isAbsent {
      span.length = code.span(last).end - span.start
    }
    try requireLabel(label, schema, at: labelNode.isAbsent ? span : code.span(labelNode))
    var inner = BodyBuilder(schema: schema, label: label, span: span)
    inner.labelText = label.flatMap { text(of: $0, in: labelNode) }
    if let subject = schema.subject, !subjectNode.isAbsent {
      try assign(
        subject, .string(try resourceName(subjectNode)), to: &inner,
        at: EntryPlace(code.span(subjectNode), node: subjectNode), isExplicit: true)
    }
    if let labelled = schema.labelled, let label {
      try assign(
        labelled, .string(label), to: &inner, at: EntryPlace(code.span(labelNode), node: labelNode),
        isExplicit: false)
    }
    let body = code.child(2, of: node)
    if !body.isAbsent { try evaluateEntries(body, into: &inner) }
    if let removal = inner.removals.first {
      throw Diagnostic.removeOutsideClone(at: removal.span)
    }
    try builder.add(inner.block, isExplicit: true)
  }

  /// Returns the place of a label's text between the quotes of a string; nil if they do not contain
  /// it unchanged.
  private func text(of label: String, in node: NodeID) -> Span? {
    let span = code.span(node)
    let length = UInt32(label.utf8.count)
    guard code[node].kind == .stringLiteral, span.length == length + 2 else { return nil }
    return Span(source: span.source, start: span.start + 1, length: length)
  }

  private mutating func requireLabel(_ label: String?, _ schema: BlockSchema, at span: Span) throws
  {
    guard let label else {
      if schema.label == .none || schema.label == .optional { return }
      throw Diagnostic.label(schema.name, required: true, at: span)
    }
    if schema.label == .none { throw Diagnostic.label(schema.name, required: false, at: span) }
    // A label becomes a part of volumes' names and of guests' configuration.
    if schema.label != .anyText, !ResourceName.isSafe(label) {
      throw Diagnostic.invalidName(label, of: "a `\(schema.name)`", at: span)
    }
    if let format = schema.labelFormat, let reason = format.obstacle(to: label) {
      throw Diagnostic.unfitText(
        TextObstacle(text: label, reason: reason, format: format), "the label of `\(schema.name)`",
        at: span)
    }
  }

  /// Evaluates `key = value`, where the key names a property or a block.
  private mutating func assign(
    _ key: String, _ value: Value, to builder: inout BodyBuilder, at place: EntryPlace,
    isExplicit: Bool,
    called name: String? = nil
  ) throws {
    // A value of `none` equals an omitted entry.
    if case .none = value { return }
    if let property = builder.schema.property(key) {
      guard let converted = property.type.convert(value, registry) else {
        throw Diagnostic.wrongPropertyType(
          name ?? key, value, expected: property.type.expectation, at: place.value,
          help: property.type.suggestion(for: value))
      }
      if let obstacle = property.obstacle(in: converted) {
        throw Diagnostic.unfitText(obstacle, "`\(name ?? key)`", at: place.value)
      }
      let declared = DeclaredProperty(schema: property, value: converted, span: place.whole)
      return try builder.set(declared, isExplicit: isExplicit)
    }
    guard let schema = builder.schema.block(key) else {
      throw Diagnostic.unknownProperty(key, in: builder.schema, at: place.key)
    }
    if case .list(let items) = value, schema.repeats {
      for (index, item) in items.enumerated() {
        let block = try self.block(schema, of: item, at: code.place(ofElement: index, in: place))
        try builder.add(block, isExplicit: isExplicit)
      }
    } else {
      try builder.add(try block(schema, of: value, at: place), isExplicit: isExplicit)
    }
  }

  /// Evaluates a block written as a map, or as the value of its shorthand.
  private mutating func block(
    _ schema: BlockSchema, of value: Value, at place: EntryPlace
  ) throws -> DeclaredBlock {
    if case .unknown(let origin) = value, schema.shorthand == nil {
      throw refusal(of: origin, at: place.value)
    }
    if case .bool(let isPresent) = value, let preset = schema.preset {
      var builder = BodyBuilder(schema: schema, label: nil, span: place.whole)
      builder.isAbsent = !isPresent
      for (name, value) in preset where isPresent {
        try assign(name, value, to: &builder, at: place, isExplicit: false)
      }
      return builder.block
    }
    guard case .map(var entries) = value else {
      guard let shorthand = schema.shorthand else {
        throw Diagnostic.wrongPropertyType(
          schema.name, value, expected: schema.repeats ? "a map or a list of maps" : "a map",
          at: place.value, help: nil)
      }
      var builder = BodyBuilder(schema: schema, label: nil, span: place.whole)
      try assign(
        shorthand, value, to: &builder, at: place, isExplicit: true, called: schema.name)
      return builder.block
    }
    var label: String?
    if schema.label != .none, schema.property("name") == nil,
      case .string(let name)? = entries["name"]
    {
      label = name
      entries.removeValue(forKey: "name")
    }
    try requireLabel(label, schema, at: place.value)
    var builder = BodyBuilder(schema: schema, label: label, span: place.whole)
    if let labelled = schema.labelled, let label {
      try assign(labelled, .string(label), to: &builder, at: place, isExplicit: false)
    }
    for (key, value) in entries {
      try recovering {
        try $0.assign(
          key, value, to: &builder, at: $0.code.place(ofKey: key, in: place), isExplicit: true)
      }
    }
    return builder.block
  }
}
