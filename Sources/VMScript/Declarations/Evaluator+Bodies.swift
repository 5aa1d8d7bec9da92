import OrderedCollections
import VMScriptSyntax

extension Evaluator {
  /// Evaluates the entries of a body; reports what is wrong with one and goes on with the next.
  func evaluateEntries(_ body: NodeID, into builder: inout BodyBuilder) throws {
    for entry in code.children(of: code.nodes[Int(body.index)]) {
      do { try evaluateEntry(entry, into: &builder) } catch let error as Diagnostic {
        diagnostics.append(error)
      } catch is AlreadyReported {
        // The cause is among the diagnostics.
      }
    }
  }

  private func evaluateEntry(_ id: NodeID, into builder: inout BodyBuilder) throws {
    try step(id)
    let node = code.nodes[Int(id.index)]
    switch node.kind {
    case .property:
      let valueNode = code.child(0, of: node)
      try assign(
        code.name(node), try evaluate(valueNode), to: &builder, at: code.span(id),
        valueSpan: code.span(valueNode), isExplicit: true)
    case .nestedBlock:
      try evaluateNestedBlock(id, node, into: &builder)
    case .spread:
      let mapNode = code.child(0, of: node)
      let value = try evaluate(mapNode)
      guard case .map(let entries) = value else {
        if case .none = value { return }
        throw Diagnostic.cannotSpread(value, into: "body", at: code.span(mapNode))
      }
      let span = code.span(mapNode)
      for (key, value) in entries {
        try assign(key, value, to: &builder, at: span, valueSpan: span, isExplicit: false)
      }
    case .ifStatement:
      let branch = code.child(try condition(code.child(0, of: node)) ? 1 : 2, of: node)
      if branch.isAbsent { return }
      if code.nodes[Int(branch.index)].kind == .ifStatement {
        try evaluateEntry(branch, into: &builder)
      } else {
        try evaluateEntries(branch, into: &builder)
      }
    case .forStatement:
      _ = try iterate(code.child(2, of: node), code.child(0, of: node), code.child(1, of: node)) {
        try evaluateEntries(code.child(3, of: node), into: &builder)
        return .next
      }
    case .remove:
      builder.removals.append(try removal(id, node))
    default:
      _ = try execute(id)
    }
  }

  private func removal(_ id: NodeID, _ node: Node) throws -> Removal {
    let child = code.child(0, of: node)
    let which: Removal.Which
    if code.nodes[Int(child.index)].flags.contains(.bareName) {
      which = .label(code.name(code.nodes[Int(child.index)]))
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

  private func evaluateNestedBlock(
    _ id: NodeID, _ node: Node, into builder: inout BodyBuilder
  ) throws {
    let name = code.name(node)
    let span = code.span(id)
    guard let schema = builder.schema.block(name) else {
      throw Diagnostic.unknownProperty(name, in: builder.schema, at: span)
    }
    let labelNode = code.child(0, of: node)
    let label = labelNode.isAbsent ? nil : try resourceName(labelNode)
    try requireLabel(label, schema, at: span)
    var inner = BodyBuilder(schema: schema, label: label, span: span)
    try evaluateEntries(code.child(1, of: node), into: &inner)
    if let removal = inner.removals.first {
      throw Diagnostic.removeOutsideClone(at: removal.span)
    }
    try builder.add(inner.block, isExplicit: true)
  }

  private func requireLabel(_ label: String?, _ schema: BlockSchema, at span: Span) throws {
    if schema.label == .required, label == nil {
      throw Diagnostic.label(schema.name, required: true, at: span)
    }
    if schema.label == .none, label != nil {
      throw Diagnostic.label(schema.name, required: false, at: span)
    }
  }

  /// `key = value`, whether the key names a property or a block.
  private func assign(
    _ key: String, _ value: Value, to builder: inout BodyBuilder, at span: Span, valueSpan: Span,
    isExplicit: Bool
  ) throws {
    // What is none is as if it did not stand there.
    if case .none = value { return }
    if let property = builder.schema.property(key) {
      guard let converted = property.type.convert(value, registry) else {
        throw Diagnostic.wrongPropertyType(
          key, value, expected: property.type.expectation, at: valueSpan,
          help: property.type.suggestion(for: value))
      }
      let declared = DeclaredProperty(schema: property, value: converted, span: span)
      return try builder.set(declared, isExplicit: isExplicit)
    }
    guard let schema = builder.schema.block(key) else {
      throw Diagnostic.unknownProperty(key, in: builder.schema, at: span)
    }
    if case .list(let items) = value, schema.repeats {
      for item in items {
        let block = try self.block(schema, of: item, at: valueSpan)
        try builder.add(block, isExplicit: isExplicit)
      }
    } else {
      try builder.add(try block(schema, of: value, at: valueSpan), isExplicit: isExplicit)
    }
  }

  /// A block written as a map, or as the value of its shorthand.
  private func block(_ schema: BlockSchema, of value: Value, at span: Span) throws -> DeclaredBlock
  {
    guard case .map(var entries) = value else {
      guard let shorthand = schema.shorthand else {
        throw Diagnostic.wrongPropertyType(
          schema.name, value, expected: schema.repeats ? "a map or a list of maps" : "a map",
          at: span, help: nil)
      }
      var builder = BodyBuilder(schema: schema, label: nil, span: span)
      try assign(shorthand, value, to: &builder, at: span, valueSpan: span, isExplicit: true)
      return builder.block
    }
    var label: String?
    if schema.label != .none, schema.property("name") == nil,
      case .string(let name)? = entries["name"]
    {
      label = name
      entries.removeValue(forKey: "name")
    }
    try requireLabel(label, schema, at: span)
    var builder = BodyBuilder(schema: schema, label: label, span: span)
    for (key, value) in entries {
      try assign(key, value, to: &builder, at: span, valueSpan: span, isExplicit: true)
    }
    return builder.block
  }
}
