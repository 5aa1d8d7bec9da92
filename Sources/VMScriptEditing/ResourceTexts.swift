import VMScript
import VMScriptSyntax

extension Code {
  /// Strings that say the name of a resource which the script declares by a bare name, as uses of
  /// that name: `domain("web")`, `net = "lab"`, `start ["web", "db"]`.
  func resourceTexts(_ record: NameRecord) -> [NameRecord.Use] {
    let resources = barelyNamedResources(record)
    guard !resources.isEmpty else { return [] }
    var properties: [Span: PropertySchema] = [:]
    for use in record.uses {
      if case .property(let property) = use.meaning { properties[use.span] = property }
    }
    return nodes.indices.flatMap { index -> [NameRecord.Use] in
      let id = NodeID(index: UInt32(index))
      let (value, kinds) = resourceValue(id, properties)
      guard !kinds.isEmpty else { return [] }
      return texts(in: value).compactMap { id, text in
        let definitions = kinds.compactMap { resources[ResourceKey(kind: $0, name: text)] }
        guard let definition = definitions.first, let span = inner(id, text) else { return nil }
        return NameRecord.Use(span: span, meaning: .definition(definition))
      }
    }
  }

  /// Where the names of resources are defined that are identifiers, of all files.
  private func barelyNamedResources(_ record: NameRecord) -> [ResourceKey: Span] {
    var found: [ResourceKey: Span] = [:]
    for node in nodes {
      let kind: ResourceKind?
      let name: NodeID
      switch node.kind {
      case .resource: (kind, name) = (vocabulary.kind(self.name(node)), child(0, of: node))
      case .clone: (kind, name) = (.domain, child(1, of: node))
      default: continue
      }
      guard let kind, !name.isAbsent, self[name].flags.contains(.bareName) else { continue }
      let place = nameSpan(name)
      guard record.definitions[place] != nil else { continue }
      found[ResourceKey(kind: kind, name: self.name(self[name]))] = place
    }
    return found
  }

  /// The part of a node where a string names a resource, and the kinds that it may be of.
  private func resourceValue(
    _ id: NodeID, _ properties: [Span: PropertySchema]
  ) -> (value: NodeID, kinds: [ResourceKind]) {
    let node = self[id]
    switch node.kind {
    case .clone, .verbStatement:
      return (child(0, of: node), [.domain])
    case .property:
      return (child(0, of: node), properties[nameSpan(id)]?.type.resourceKinds ?? [])
    case .mapEntry:
      let key = span(child(0, of: node))
      return (child(1, of: node), properties[key]?.type.resourceKinds ?? [])
    case .call where node.childCount == 2:
      let callee = child(0, of: node)
      switch target(of: callee) {
      case .builtin, .host:
        let kind = vocabulary.kind(name(self[callee]))
        return (child(1, of: node), kind.map { [$0] } ?? [])
      default: return (.absent, [])
      }
    default: return (.absent, [])
    }
  }

  /// The strings without interpolations that an expression is, or that the list holds which it is.
  private func texts(in id: NodeID) -> [(NodeID, String)] {
    guard !id.isAbsent else { return [] }
    let node = self[id]
    if node.kind == .list { return children(of: node).flatMap(texts) }
    guard node.kind == .stringLiteral, case .string(let text) = literals[Int(node.data)] else {
      return []
    }
    return [(id, text)]
  }

  /// The place of a string's text between its quotes; nil where it is written in another way.
  private func inner(_ id: NodeID, _ text: String) -> Span? {
    var span = span(id)
    let length = UInt32(text.utf8.count)
    guard span.length == length + 2 else { return nil }
    span.start += 1
    span.length = length
    let bytes = sources[span.source].bytes
    return bytes[Int(span.start)..<Int(span.end)].elementsEqual(text.utf8) ? span : nil
  }
}

extension PropertyType {
  /// The kinds of resources that a string of this type may be the name of.
  fileprivate var resourceKinds: [ResourceKind] {
    switch self {
    case .resource(let kinds): kinds
    case .list(let element): element.resourceKinds
    case .either(let types): types.first?.resourceKinds ?? []
    default: []
    }
  }
}
