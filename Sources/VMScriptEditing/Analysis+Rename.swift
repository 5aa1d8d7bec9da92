import VMScript
import VMScriptSyntax

/// The reason why a name was not changed, in words for the user.
public struct RenameRefusal: Error, Sendable {
  /// The reason, without a full stop.
  public let reason: String
}

extension Analysis {
  /// Returns the place of the name at an offset if it can be renamed; nil for keywords, properties
  /// and built-in functions.
  public func renamable(at offset: Int) -> Span? {
    guard let symbol = symbol(at: offset), definition(of: symbol) != nil else { return nil }
    return symbol.span
  }

  /// Returns the reason why a text cannot be a name; nil if it can.
  public static func refusal(ofName name: String) -> RenameRefusal? {
    let bytes = Array(name.utf8)
    let pieces = Piece.all(in: bytes)
    guard pieces.count == 1, pieces[0].range == bytes.indices,
      pieces[0].kind == .name || pieces[0].kind == .keyword
    else { return EditingMessages.noName(name) }
    return StatementStarts.reserved.contains(name) ? EditingMessages.reservedName(name) : nil
  }

  /// Returns whether this analysis equals an earlier one except for the length of the names at
  /// `places`: every word has the same meaning, and there are no new errors.
  ///
  /// - Parameters:
  ///   - earlier: the analysis before the names were changed.
  ///   - places: the places by file name, in the order of the text.
  ///   - growth: the bytes by which each of these places grew.
  public func means(
    sameAs earlier: Analysis, after places: [String: [Span]], growth: Int
  ) -> Bool {
    func moved(_ offset: UInt32, in file: String) -> Int {
      Int(offset) + (places[file] ?? []).count { $0.start < offset } * growth
    }
    func links(_ analysis: Analysis, isMoved: Bool) -> [Link] {
      analysis.symbols.sorted { $0.key.index < $1.key.index }.flatMap { source, symbols in
        symbols.compactMap { symbol -> Link? in
          guard case .definition(let place) = symbol.meaning else { return nil }
          let file = analysis.sources[source].name
          let target = analysis.sources[place.source].name
          return Link(
            file: file,
            start: isMoved ? moved(symbol.span.start, in: file) : Int(symbol.span.start),
            target: target,
            targetStart: isMoved ? moved(place.start, in: target) : Int(place.start))
        }
      }
    }
    return diagnostics.map(\.code) == earlier.diagnostics.map(\.code)
      && links(self, isMoved: false) == links(earlier, isMoved: true)
  }

  private struct Link: Equatable {
    let file: String
    let start: Int
    let target: String
    let targetStart: Int
  }
}

/// The reasons why an editor's request is refused, in words.
enum EditingMessages {
  static func noName(_ text: String) -> RenameRefusal {
    RenameRefusal(
      reason:
        "`\(text)` is not a name: a name begins with a letter or `_` and continues with letters, "
        + "digits and `_`")
  }

  static func reservedName(_ text: String) -> RenameRefusal {
    RenameRefusal(reason: "`\(text)` is a reserved word")
  }
}

extension Code {
  /// Returns the names of arguments as uses of the parameters they set, for functions that are
  /// called by name.
  func namedArguments(_ record: NameRecord) -> [NameRecord.Use] {
    var definitions: [Span: Span] = [:]
    for use in record.uses {
      if case .definition(let definition) = use.meaning { definitions[use.span] = definition }
    }
    var found: [NameRecord.Use] = []
    for (index, node) in nodes.enumerated() where node.kind == .call {
      let arguments = children(of: node).dropFirst().filter { self[$0].kind == .namedArgument }
      guard !arguments.isEmpty, let callee = calledName(NodeID(index: UInt32(index))),
        let function = definitions[callee].flatMap({ record.definitions[$0] })
      else { continue }
      for argument in arguments {
        let name = Name(index: self[argument].data)
        guard let parameter = parameter(name, of: function.node) else { continue }
        found.append(
          NameRecord.Use(
            span: nameSpan(argument), meaning: .definition(nameSpan(parameter))))
      }
    }
    return found
  }

  /// Returns the place of the function's name in a call.
  private func calledName(_ call: NodeID) -> Span? {
    let callee = child(0, of: call)
    switch self[callee].kind {
    case .name, .member: return nameSpan(callee)
    default: return nil
    }
  }

  private func parameter(_ name: Name, of definition: NodeID) -> NodeID? {
    parameters(of: definition)?.first { self[$0].data == name.index }
  }

  /// Returns the parameters of a `func` statement, or of the lambda that a `let` names.
  func parameters(of definition: NodeID) -> ArraySlice<NodeID>? {
    var node = self[definition]
    if node.kind == .letStatement {
      node = self[child(0, of: node)]
      guard node.kind == .lambda else { return nil }
    } else if node.kind != .funcStatement {
      return nil
    }
    return children(of: self[child(0, of: node)])
  }
}

extension Code {
  /// Returns the strings that refer to a resource declared by a bare name, as uses of that name:
  /// `domain("web")`, `net = "lab"`, `start ["web", "db"]`.
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

  /// Returns where resources with bare names are defined, in all files.
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

  /// Returns the part of a node where a string names a resource, and the possible kinds.
  private func resourceValue(
    _ id: NodeID, _ properties: [Span: PropertySchema]
  ) -> (value: NodeID, kinds: [ResourceKind]) {
    let node = self[id]
    switch node.kind {
    case .clone: return (child(0, of: node), [.domain])
    case .verbStatement:
      return (node.targetPosition.map { child($0, of: node) } ?? .absent, [.domain])
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

  /// Returns the strings without interpolations that an expression consists of: itself, or the
  /// elements of a list.
  private func texts(in id: NodeID) -> [(NodeID, String)] {
    guard !id.isAbsent else { return [] }
    let node = self[id]
    if node.kind == .list { return children(of: node).flatMap(texts) }
    guard node.kind == .stringLiteral, case .string(let text) = literals[Int(node.data)] else {
      return []
    }
    return [(id, text)]
  }

  /// Returns the place of a string's text between its quotes; nil if it contains escapes.
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
  /// The kinds of resources that a string of this type may name.
  fileprivate var resourceKinds: [ResourceKind] {
    switch self {
    case .resource(let kinds): kinds
    case .list(let element): element.resourceKinds
    case .either(let types): types.first?.resourceKinds ?? []
    default: []
    }
  }
}
