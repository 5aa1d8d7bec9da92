import VMScript

/// The parts of a document that the declarations so far do not describe, as `xml` blocks.
struct ImportedRest {
  /// The edits by the path of their element, in the order of the document.
  private var edits: [(path: String, edit: Edit)] = []

  private struct Edit {
    var attributes: [(String, String)] = []
    var text: String?
    var additions: [XMLElement] = []
  }

  private let kind: ResourceKind

  /// - Parameters:
  ///   - found: the document.
  ///   - written: what the declarations make.
  init(_ found: XMLElement, beyond written: XMLElement, of kind: ResourceKind) {
    self.kind = kind
    compare(found, written)
  }

  /// Whether the declarations describe the whole document.
  var isEmpty: Bool { edits.isEmpty }

  /// The edits as blocks.
  var blocks: [DeclaredBlock] {
    guard let schema = Schema.resource(kind).block("xml") else { return [] }
    return edits.map { path, edit in
      var block = DeclaredBlock(schema: schema, label: path, span: RowImport.span)
      func set(_ name: String, _ value: Value) {
        guard let row = schema.property(name) else { return }
        block.properties.append(DeclaredProperty(schema: row, value: value, span: RowImport.span))
      }
      if !edit.attributes.isEmpty {
        var entries: ValueMap = [:]
        for (name, value) in edit.attributes { entries[name] = .string(value) }
        set("set", .map(entries))
      }
      if let text = edit.text { set("text", .string(text)) }
      let additions = edit.additions.map { Value.string($0.xmlString) }
      if let only = additions.first {
        set("append", additions.count == 1 ? only : .list(additions))
      }
      return block
    }
  }

  private mutating func compare(_ found: XMLElement, _ written: XMLElement) {
    var edit = Edit()
    let isSameSize = XMLProjection.isSameSize(found, written)
    for (name, value) in found.ownAttributes where !(isSameSize && name == "unit") {
      let present = written[name]
      if present == nil || !XMLProjection.isSame(value, present ?? "") {
        edit.attributes.append((name, value))
      }
    }
    if found.children.isEmpty, !isSameSize {
      let (text, present) = (found.plainText, written.plainText)
      if !text.isEmpty, !XMLProjection.isSame(text, present) { edit.text = text }
    }
    var free = written.children
    var pairs: [(XMLElement, XMLElement)] = []
    let exact = found.children.map { part -> XMLElement? in
      guard let match = free.first(where: { $0.includes(part) }) else { return nil }
      free.removeAll { $0 === match }
      return match
    }
    for (part, match) in zip(found.children, exact) where match == nil {
      guard !part.isOfRun, part.namespaceURI != XMLElement.markNamespace else { continue }
      let candidates = free.filter { $0.hasName(of: part) }
      guard
        let other = isAlone(part, in: found) && candidates.count == 1
          ? candidates.first
          : XMLProjection.counterpart(of: part, among: free.filter { $0.isKind(of: part) })
      else {
        let addition = part.copy()
        if let uri = part.namespaceURI, let prefix = part.name.split(separator: ":").first,
          prefix != part.name
        {
          addition["xmlns:\(prefix)"] = uri
        }
        edit.additions.append(addition)
        continue
      }
      free.removeAll { $0 === other }
      pairs.append((part, other))
    }
    if !edit.attributes.isEmpty || edit.text != nil || !edit.additions.isEmpty {
      edits.append((written.path, edit))
    }
    for (part, other) in pairs { compare(part, other) }
  }

  private func isAlone(_ part: XMLElement, in parent: XMLElement) -> Bool {
    parent.name != "devices" && parent.all(part.name).count == 1
  }
}

extension XMLElement {
  /// Whether it is the same kind of device as another: the same attributes tell what it is.
  fileprivate func isKind(of other: XMLElement) -> Bool {
    guard hasName(of: other) else { return false }
    return ["type", "device", "mode", "model", "bus"].allSatisfy { name in
      other[name] == nil || self[name] == nil || self[name] == other[name]
    } && hasIdentity(of: other)
  }
}
