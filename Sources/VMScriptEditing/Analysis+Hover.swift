import VMScript
import VMScriptSyntax

/// The text that an editor shows for a word.
public struct Hover: Sendable {
  /// The word.
  public let span: Span
  /// Script text that describes the word; may be empty.
  public let code: String
  /// The description, one string for each paragraph.
  public internal(set) var paragraphs: [String]
}

extension Analysis {
  /// Returns the description of the word at a byte offset of the script.
  public func hover(at offset: Int) -> Hover? {
    guard let symbol = symbol(at: offset) else { return keyword(at: offset) }
    switch symbol.meaning {
    case .definition(let span):
      return definitions[span].map { hover(over: symbol.span, $0) }
    case .builtin(let builtin): return Hover(over: symbol.span, builtin.reference)
    case .property(let property): return Hover(over: symbol.span, property)
    case .block(let block): return Hover(over: symbol.span, block)
    case .module(let index):
      let name = sources[code.modules[index].source].name
      return Hover(span: symbol.span, code: "", paragraphs: ["The file `\(name)`."])
    case .member(let name, let base): return member(name, of: base, at: symbol.span)
    case .type:
      let bytes = sources[main].bytes[Int(symbol.span.start)..<Int(symbol.span.end)]
      let name = String(decoding: bytes, as: UTF8.self)
      return Reference.type(name).map {
        Hover(span: symbol.span, code: "", paragraphs: [$0.doc + "."])
      }
    case .word: return nil
    }
  }

  private func hover(over span: Span, _ definition: NameRecord.Definition) -> Hover {
    let name = code.names[definition.name]
    let headline = headline(of: definition)
    var paragraphs: [String] = []
    if code.isGlobal(definition.node), definition.span.source == main, let value = values[name] {
      let text = value.brief
      paragraphs.append(
        headline.hasSuffix("= \(text)")
          ? value.kindInWords.capitalizedSentence
          : "\(value.kindInWords.capitalizedSentence): `\(text)`")
    }
    if let text = documentation(of: definition) { paragraphs.append(text) }
    if definition.span.source != main {
      paragraphs.append("From `\(sources[definition.span.source].name)`.")
    }
    return Hover(span: span, code: headline, paragraphs: paragraphs)
  }

  /// Returns the description of a word that begins a statement.
  private func keyword(at offset: Int) -> Hover? {
    let bytes = sources[main].bytes
    let piece = Piece.all(in: bytes).last { $0.range.lowerBound <= offset }
    guard let piece, piece.kind == .keyword, piece.range.upperBound >= offset else { return nil }
    let word = String(decoding: bytes[piece.range], as: UTF8.self)
    let span = Span(
      source: main, start: UInt32(piece.range.lowerBound), length: UInt32(piece.range.count))
    guard let entry = Reference.entry(word) else { return nil }
    var hover = Hover(over: span, entry)
    if let kind = ResourceKind(rawValue: word) {
      hover.paragraphs.insert(Schema.resource(kind).contents, at: 1)
    }
    return hover
  }
}

extension Hover {
  /// Creates a hover from an entry of the reference.
  init(over span: Span, _ entry: ReferenceEntry) {
    self.span = span
    code = entry.form
    paragraphs = [entry.doc + "."]
    guard !entry.example.isEmpty else { return }
    let result = entry.result.map { " returns `\($0)`" } ?? ""
    paragraphs.append("Example: `\(entry.example)`\(result).")
  }

  /// Creates a hover from the schema of a property.
  init(over span: Span, _ property: PropertySchema) {
    let facts = (property.facts + [property.impact.sentence].compactMap(\.self))
      .joined(separator: " ")
    self.init(
      span: span, code: "\(property.name): \(property.type.name)",
      paragraphs: [property.doc] + (facts.isEmpty ? [] : [facts]))
  }

  /// Creates a hover from the schema of a block.
  init(over span: Span, _ block: BlockSchema) {
    self.init(span: span, code: "\(block.name) { … }", paragraphs: [block.doc, block.contents])
  }
}

extension BlockSchema {
  /// The entries that the block may contain, in words.
  fileprivate var contents: String {
    "Contains " + entryNames.map { "`\($0)`" }.joined(separator: ", ") + "."
  }
}

extension String {
  /// The text with a capital first letter.
  fileprivate var capitalizedSentence: String { prefix(1).uppercased() + dropFirst() }
}

extension Analysis {
  /// Returns the description of a member of an expression; if the type of the expression is
  /// unknown, with the types that have such a member.
  func member(_ name: String, of base: NodeID, at span: Span) -> Hover? {
    let value = value(of: base)
    if case .map(let entries)? = value, let entry = entries[name] {
      return Hover(span: span, code: "\(name): \(entry.brief)", paragraphs: [])
    }
    if case .resource(let reference)? = value {
      if let attribute = reference.kind.attribute(name) {
        return Hover(over: span, attribute.reference)
      }
      let schema = code.vocabulary.schema(reference.kind)
      return schema.property(name).map { Hover(over: span, $0) }
        ?? schema.block(name).map { Hover(over: span, $0) }
    }
    if let type = value?.typeName ?? literalType(of: base) {
      return Reference.type(type)?.entry(name).map { Hover(over: span, $0) }
    }
    let entries = Reference.types.compactMap { type in
      type.entry(name).map { (type: type.name, entry: $0) }
    }
    guard let first = entries.first?.entry else { return nil }
    return Hover(
      span: span, code: first.form, paragraphs: entries.map { "`\($0.type)`: \($0.entry.doc)." })
  }

  /// Returns the value of a name or of its members, if it is a top-level name with a known value.
  private func value(of id: NodeID) -> Value? {
    let node = code[id]
    switch node.kind {
    case .name where code.isGlobal(id): return values[code.name(node)]
    case .member:
      guard case .map(let entries)? = value(of: code.child(0, of: node)) else { return nil }
      return entries[code.name(node)]
    default: return nil
    }
  }

  /// Returns the type of a literal.
  private func literalType(of id: NodeID) -> String? {
    switch code[id].kind {
    case .stringLiteral, .interpolation: "string"
    case .list, .comprehension: "list"
    case .map: "map"
    case .sizeLiteral: "size"
    case .durationLiteral: "duration"
    case .cidrLiteral: "cidr"
    default: nil
    }
  }
}

extension TypeReference {
  /// Returns the entry of a member or method.
  fileprivate func entry(_ name: String) -> ReferenceEntry? {
    (members + methods).first { $0.name == name }
  }
}
