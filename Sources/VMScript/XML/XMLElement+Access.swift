/// Reading and building by name and by path.
extension XMLElement {
  /// The child elements of one name, in order.
  package func all(_ name: String) -> [XMLElement] { children.filter { $0.name == name } }

  /// The child elements of a name in a namespace, whatever prefix they use.
  package func all(_ localName: String, namespace: String) -> [XMLElement] {
    children.filter { $0.localName == localName && $0.namespaceURI == namespace }
  }

  /// All elements below, in document order.
  package var descendants: [XMLElement] { children.flatMap { [$0] + $0.descendants } }

  /// The first child element of one name beside which all of `constants` stand.
  package func first(_ name: String, with constants: [String: String] = [:]) -> XMLElement? {
    children.first { $0.name == name && $0.matches(constants) }
  }

  /// A new child element at the end.
  @discardableResult
  package func add(_ name: String, _ attributes: KeyValuePairs<String, String> = [:]) -> XMLElement
  {
    let child = XMLElement(name: name)
    for (key, value) in attributes { child[key] = value }
    append(.element(child))
    return child
  }

  /// A new child element at the end with text in it.
  @discardableResult
  package func add(_ name: String, _ attributes: KeyValuePairs<String, String> = [:], text: String)
    -> XMLElement
  {
    let child = add(name, attributes)
    child.stringValue = text
    return child
  }

  /// The first child element of one name, added if there is none.
  package func ensure(_ name: String, with constants: [String: String] = [:]) -> XMLElement {
    if let child = first(name, with: constants) { return child }
    let child = add(name)
    for (path, text) in constants.sorted(by: { $0.key < $1.key }) { child.setText(text, at: path) }
    return child
  }

  /// The text at a path such as `source/@file`; nil where there is none.
  package func text(at path: String) -> String? {
    var element = self
    for part in path.split(separator: "/") {
      if part.hasPrefix("@") { return element[String(part.dropFirst())] }
      guard let next = element.first(String(part)) else { return nil }
      element = next
    }
    return element.stringValue
  }

  /// Writes text at a path, adding the elements on the way.
  package func setText(_ text: String, at path: String) {
    var element = self
    for part in path.split(separator: "/") {
      if part.hasPrefix("@") { return element[String(part.dropFirst())] = text }
      element = element.ensure(String(part))
    }
    element.stringValue = text
  }

  private func matches(_ constants: [String: String]) -> Bool {
    constants.allSatisfy { text(at: $0.key) == $0.value }
  }
}

/// Namespaces.
extension XMLElement {
  private var nameParts: [Substring] { name.split(separator: ":", maxSplits: 1) }

  /// The name without its prefix.
  package var localName: String { nameParts.last.map(String.init) ?? name }

  /// The URI of the namespace that the element is in; nil for none.
  package var namespaceURI: String? {
    let declaration = nameParts.count == 2 ? "xmlns:\(nameParts[0])" : "xmlns"
    var scope: XMLElement? = self
    while let element = scope {
      if let uri = element[declaration] { return uri.isEmpty ? nil : uri }
      scope = element.parent
    }
    return nil
  }
}
