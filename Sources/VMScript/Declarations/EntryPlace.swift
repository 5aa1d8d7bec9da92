import VMScriptSyntax

/// Where an entry of a body was written, for what is wrong with it.
struct EntryPlace {
  let whole: Span
  let key: Span
  let value: Span
  /// The node of the value, if it was written out.
  let node: NodeID?

  init(whole: Span, key: Span, value: Span, node: NodeID?) {
    self.whole = whole
    self.key = key
    self.value = value
    self.node = node
  }

  /// The place of a value whose parts cannot be told apart, or only by `node`.
  init(_ span: Span, node: NodeID? = nil) {
    self.init(whole: span, key: span, value: span, node: node)
  }
}

extension Code {
  /// Where an entry of a map stands: within the map if that is written out, else where the map is.
  func place(ofKey key: String, in place: EntryPlace) -> EntryPlace {
    guard let map = place.node, self[map].kind == .map else { return EntryPlace(place.value) }
    let entries = children(of: map)
    guard let entry = entries.last(where: { isEntry($0, of: key) }) else {
      return EntryPlace(place.value)
    }
    let parts = self[entry]
    let (name, value) = (child(0, of: parts), child(1, of: parts))
    return EntryPlace(whole: span(entry), key: span(name), value: span(value), node: value)
  }

  private func isEntry(_ id: NodeID, of key: String) -> Bool {
    let entry = self[id]
    guard entry.kind == .mapEntry else { return false }
    let name = self[child(0, of: entry)]
    guard name.kind == .stringLiteral, case .string(key) = literals[Int(name.data)] else {
      return false
    }
    return true
  }

  /// Where an element of a list stands, if the list is written out.
  func place(ofElement index: Int, in place: EntryPlace) -> EntryPlace {
    guard let list = place.node, self[list].kind == .list else { return EntryPlace(place.value) }
    let elements = children(of: list)
    guard elements.count > index, !elements.contains(where: { self[$0].kind == .spread })
    else { return EntryPlace(place.value) }
    let element = elements[elements.startIndex + index]
    return EntryPlace(span(element), node: element)
  }
}
