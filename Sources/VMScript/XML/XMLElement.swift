import OrderedCollections

/// An element of a document, which owns what stands below it.
///
/// Parts of a document may be held on their own: an element never outlives its content, and a
/// parent that is gone is just no parent.
package final class XMLElement {
  /// What stands between an element's tags, in order.
  package enum Node {
    case element(XMLElement)
    /// Without its escapes.
    case text(String)
    /// A comment or processing instruction as it was written. libvirt has none of its own, but
    /// keeps those in the metadata that other programs put into a domain.
    case verbatim(String)
  }

  /// With its prefix, if it has one.
  package let name: String
  /// In the order in which they were written.
  package private(set) var attributes: OrderedDictionary<String, String> = [:]
  package private(set) var nodes: [Node] = []
  package private(set) weak var parent: XMLElement?

  package init(name: String) { self.name = name }

  /// An attribute's value; a new one stands last.
  package subscript(attribute: String) -> String? {
    get { attributes[attribute] }
    set { attributes[attribute] = newValue }
  }

  /// The child elements, in order.
  package var children: [XMLElement] {
    nodes.compactMap { if case .element(let child) = $0 { child } else { nil } }
  }

  /// All text below the element; writing it replaces whatever stands there.
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

  /// Puts a node at the end; an element leaves where it was.
  package func append(_ node: Node) {
    if case .element(let child) = node {
      child.detach()
      child.parent = self
    }
    nodes.append(node)
  }

  /// Takes the element out of its document.
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

  /// The element with all that stands below it, in no document.
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

  /// Whether it is text that is more than the white space between tags.
  package var isWritten: Bool {
    if case .text(let text) = self { !XMLCharacters.isSpace(text) } else { false }
  }
}

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

/// A name in a fragment that namespaces do not allow.
package enum XMLNamespaceFault: Equatable {
  /// A prefix that the fragment does not declare.
  case undeclared(prefix: String, name: String)
  /// A name with an empty part or more than one colon.
  case malformed(name: String)
  /// A declaration that takes a prefix away or gives a reserved one another meaning.
  case declaration(name: String)
  /// Two attributes of one tag that are the same but for their prefixes.
  case attributeTwice(name: String)
}

extension XMLElement {
  /// The first name in the element or below it that namespaces do not allow.
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

  /// The number of elements in each other, from this one on.
  package var height: Int { 1 + (children.map(\.height).max() ?? 0) }
}

/// Writes elements as libvirt's own dumps look: two spaces for each level, single quotes.
struct XMLWriter {
  private var output = ""

  static func text(_ element: XMLElement) -> String {
    var writer = XMLWriter()
    writer.write(element, indentation: "")
    return writer.output
  }

  /// - Parameter indentation: of the element; nil within text, where every space counts.
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
      // Text is nothing but earlier indentation here.
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

  /// A reader makes a space of every tab and newline in an attribute, and a newline of every
  /// carriage return: as references they survive.
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
  /// The element as text, indented; no newline at the end.
  package var xmlString: String { XMLWriter.text(self) }
}
