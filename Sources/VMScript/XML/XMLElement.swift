import OrderedCollections

/// An element of a document, which owns its content.
///
/// Parts of a document may be held separately: the content is kept with the element, and an element
/// whose parent was released has none.
package final class XMLElement {
  /// The content between an element's tags, in order.
  package enum Node {
    case element(XMLElement)
    /// Text without its escapes.
    case text(String)
    /// A comment or processing instruction as it was written. libvirt writes none itself, but keeps
    /// those in the metadata that other programs put into a domain.
    case verbatim(String)
  }

  /// The name with its prefix, if it has one.
  package let name: String
  /// The attributes in the order in which they were written.
  package private(set) var attributes: OrderedDictionary<String, String> = [:]
  package private(set) var nodes: [Node] = []
  package private(set) weak var parent: XMLElement?

  package init(name: String) { self.name = name }

  /// The value of an attribute; a new one is appended.
  package subscript(attribute: String) -> String? {
    get { attributes[attribute] }
    set { attributes[attribute] = newValue }
  }

  /// The child elements, in order.
  package var children: [XMLElement] {
    nodes.compactMap { if case .element(let child) = $0 { child } else { nil } }
  }

  /// All text inside the element; writing it replaces the content.
  package var stringValue: String {
    get {
      nodes.reduce(into: "") { text, node in
        switch node {
        case .element(let child): text += child.stringValue
        case .text(let part): text += part
        case .verbatim: break
        }
      }
    }
    set {
      for child in children { child.parent = nil }
      nodes = newValue.isEmpty ? [] : [.text(newValue)]
    }
  }

  /// Appends a node; an element leaves its previous place.
  package func append(_ node: Node) {
    if case .element(let child) = node {
      child.detach()
      child.parent = self
    }
    nodes.append(node)
  }

  /// Inserts an element before one of the child elements; it leaves its previous place.
  package func insert(_ element: XMLElement, before sibling: XMLElement) {
    insert(element, beside: sibling, offset: 0)
  }

  /// Inserts an element after one of the child elements; it leaves its previous place.
  package func insert(_ element: XMLElement, after sibling: XMLElement) {
    insert(element, beside: sibling, offset: 1)
  }

  private func insert(_ element: XMLElement, beside sibling: XMLElement, offset: Int) {
    element.detach()
    let position = nodes.firstIndex { node in
      if case .element(let child) = node { child === sibling } else { false }
    }
    guard let position else { return append(.element(element)) }
    element.parent = self
    nodes.insert(.element(element), at: position + offset)
  }

  /// Removes the element from its document.
  package func detach() { parent?.remove { $0 === self } }

  /// Removes every child element of one name.
  package func remove(_ name: String) { remove { $0.name == name } }

  private func remove(_ isMeant: (XMLElement) -> Bool) {
    nodes.removeAll { node in
      guard case .element(let child) = node, isMeant(child) else { return false }
      child.parent = nil
      return true
    }
  }

  /// Returns a copy of the element and its content, outside of any document.
  package func copy() -> sending XMLElement {
    let copy = XMLElement(name: name)
    copy.attributes = attributes
    for node in nodes {
      switch node {
      case .element(let child): copy.append(.element(child.copy()))
      case .text(let text): copy.append(.text(text))
      case .verbatim(let text): copy.append(.verbatim(text))
      }
    }
    return copy
  }
}

extension XMLElement.Node {
  package var isText: Bool { if case .text = self { true } else { false } }

  /// Whether it is an element, or text other than white space between tags.
  package var isWritten: Bool {
    if case .text(let text) = self { !XMLCharacters.isSpace(text) } else { false }
  }
}

/// Reading and building by name and by path.
extension XMLElement {
  /// Returns the child elements of one name, in order.
  package func all(_ name: String) -> [XMLElement] { children.filter { $0.name == name } }

  /// Returns the child elements of a name in a namespace, whatever their prefix.
  package func all(_ localName: String, namespace: String) -> [XMLElement] {
    children.filter { $0.localName == localName && $0.namespaceURI == namespace }
  }

  /// All elements inside, in document order.
  package var descendants: [XMLElement] { children.flatMap { [$0] + $0.descendants } }

  /// Returns the first child element of one name with all of `constants` beside it.
  package func first(_ name: String, with constants: [String: String] = [:]) -> XMLElement? {
    children.first { $0.name == name && $0.matches(constants) }
  }

  /// Appends a new child element and returns it.
  @discardableResult
  package func add(_ name: String, _ attributes: KeyValuePairs<String, String> = [:]) -> XMLElement
  {
    let child = XMLElement(name: name)
    for (key, value) in attributes { child[key] = value }
    append(.element(child))
    return child
  }

  /// Appends a new child element with text and returns it.
  @discardableResult
  package func add(_ name: String, _ attributes: KeyValuePairs<String, String> = [:], text: String)
    -> XMLElement
  {
    let child = add(name, attributes)
    child.stringValue = text
    return child
  }

  /// Returns the first child element of one name, and adds it if there is none.
  package func ensure(_ name: String, with constants: [String: String] = [:]) -> XMLElement {
    if let child = first(name, with: constants) { return child }
    let child = add(name)
    for (path, text) in constants.sorted(by: { $0.key < $1.key }) { child.setText(text, at: path) }
    return child
  }

  /// Returns the text at a path such as `source/@file`; nil if there is none.
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

  /// The URI of the element's namespace; nil for none.
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

/// A name in a fragment that violates the rules of namespaces.
package enum XMLNamespaceFault: Equatable {
  /// A prefix that the fragment does not declare.
  case undeclared(prefix: String, name: String)
  /// A name with an empty part or more than one colon.
  case malformed(name: String)
  /// A declaration that removes a prefix or redefines a reserved one.
  case declaration(name: String)
  /// Two attributes of one tag that differ only in their prefixes.
  case attributeTwice(name: String)
}

extension XMLElement {
  /// Returns the first name in the element or inside it that violates the rules of namespaces.
  ///
  /// - Parameter scope: the namespaces that are declared around the element, by prefix.
  package func namespaceFault(
    in scope: [String: String] = ["xml": "http://www.w3.org/XML/1998/namespace"]
  ) -> XMLNamespaceFault? {
    var scope = scope
    for (attribute, uri) in attributes where attribute.hasPrefix("xmlns:") {
      let prefix = String(attribute.dropFirst("xmlns:".count))
      if prefix.isEmpty || prefix.contains(":") { return .malformed(name: attribute) }
      if uri.isEmpty || prefix.hasPrefix("xml") { return .declaration(name: attribute) }
      scope[prefix] = uri
    }
    var met: Set<[String]> = []
    let names = [name] + attributes.keys.filter { $0 != "xmlns" && !$0.hasPrefix("xmlns:") }
    for (position, name) in names.enumerated() {
      let parts = name.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
      guard parts.count <= 2, !parts.contains("") else { return .malformed(name: name) }
      guard parts.count == 2 else { continue }
      guard let uri = scope[parts[0]] else { return .undeclared(prefix: parts[0], name: name) }
      let isAttribute = position > 0
      if isAttribute, !met.insert([uri, parts[1]]).inserted { return .attributeTwice(name: name) }
    }
    return children.lazy.compactMap { $0.namespaceFault(in: scope) }.first
  }

  /// The height of the tree of elements, from this one on.
  package var height: Int { 1 + (children.map(\.height).max() ?? 0) }
}

/// Writes elements in the style of libvirt's own dumps: two spaces for each level, single quotes.
struct XMLWriter {
  private var output = ""

  static func text(_ element: XMLElement) -> String {
    var writer = XMLWriter()
    writer.write(element, indentation: "")
    return writer.output
  }

  /// - Parameter indentation: the indentation of the element; nil inside text, where every space
  ///   counts.
  private mutating func write(_ element: XMLElement, indentation: String?) {
    output += "<\(element.name)"
    for (name, value) in element.attributes {
      output += " \(name)='"
      escape(value, inAttribute: true)
      output += "'"
    }
    guard !element.nodes.isEmpty else { return output += "/>" }
    output += ">"
    let isText = element.nodes.allSatisfy(\.isText) || element.nodes.contains(where: \.isWritten)
    if let indentation, !isText {
      // The text here is only old indentation.
      for node in element.nodes where !node.isText {
        output += "\n\(indentation)  "
        write(node, indentation: indentation + "  ")
      }
      output += "\n\(indentation)"
    } else {
      for node in element.nodes { write(node, indentation: nil) }
    }
    output += "</\(element.name)>"
  }

  private mutating func write(_ node: XMLElement.Node, indentation: String?) {
    switch node {
    case .element(let child): write(child, indentation: indentation)
    case .text(let text): escape(text, inAttribute: false)
    case .verbatim(let text): output += text
    }
  }

  /// Appends text with escapes. A reader turns every tab and newline in an attribute into a space,
  /// and every carriage return into a newline, so these are written as references.
  private mutating func escape(_ text: String, inAttribute: Bool) {
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": output += "&amp;"
      case "<": output += "&lt;"
      case ">": output += "&gt;"
      case "\r": output += "&#13;"
      case "'" where inAttribute: output += "&apos;"
      case "\n" where inAttribute: output += "&#10;"
      case "\t" where inAttribute: output += "&#9;"
      default: output.unicodeScalars.append(scalar)
      }
    }
  }
}

extension XMLElement {
  /// The element as text, indented, without a final newline.
  package var xmlString: String { XMLWriter.text(self) }
}
