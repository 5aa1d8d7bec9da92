import Foundation
import FoundationXML
import VMScript

/// FoundationXML with what this project needs of it; every quirk of it is handled here.
enum XMLTree {
  /// The text is not a document, or not of the expected kind.
  struct Malformed: Error {}

  /// A document whose root has this name; nothing outside of the text is ever loaded.
  static func document(_ text: String, root name: String) throws(Malformed) -> XMLDocument {
    guard
      let document = try? XMLDocument(xmlString: text, options: [.nodeLoadExternalEntitiesNever]),
      document.rootElement()?.name == name
    else { throw Malformed() }
    return document
  }

  /// A document with nothing but a root.
  static func document(root name: String) -> XMLDocument {
    XMLDocument(rootElement: XMLElement(name: name))
  }

  /// An element from text, detached so that it can be put into another document.
  static func fragment(_ text: String) throws(Malformed) -> XMLElement {
    // XMLDocument mends what is no XML, and the parser notices a missing end only inside an element.
    let strict = XMLParser(data: Data("<fragment>\(text)</fragment>".utf8))
    guard strict.parse(), strict.parserError == nil,
      let document = try? XMLDocument(xmlString: text, options: [.nodeLoadExternalEntitiesNever]),
      let root = document.rootElement(), let copy = root.copy() as? XMLElement
    else { throw Malformed() }
    return copy
  }

  /// The document as text, indented.
  static func text(_ document: XMLDocument) -> String {
    document.rootElement()?.xmlString(options: [.nodePrettyPrint, .nodeCompactEmptyElement]) ?? ""
  }
}

extension XMLElement {
  /// The child elements of one name, in order.
  func all(_ name: String) -> [XMLElement] {
    (children ?? []).compactMap { $0 as? XMLElement }.filter { $0.name == name }
  }

  /// The first child element of one name beside which all of `constants` stand.
  func first(_ name: String, with constants: [String: String] = [:]) -> XMLElement? {
    all(name).first { $0.matches(constants) }
  }

  /// An attribute's value.
  subscript(attribute: String) -> String? {
    get { self.attribute(forName: attribute)?.stringValue }
    set {
      removeAttribute(forName: attribute)
      guard let newValue,
        let node = XMLNode.attribute(withName: attribute, stringValue: newValue) as? XMLNode
      else { return }
      addAttribute(node)
    }
  }

  /// A new child element at the end.
  @discardableResult
  func add(_ name: String, _ attributes: KeyValuePairs<String, String> = [:]) -> XMLElement {
    let child = XMLElement(name: name)
    for (key, value) in attributes { child[key] = value }
    addChild(child)
    return child
  }

  /// The first child element of one name, added if there is none.
  func ensure(_ name: String, with constants: [String: String] = [:]) -> XMLElement {
    if let child = first(name, with: constants) { return child }
    let child = add(name)
    for (path, text) in constants.sorted(by: { $0.key < $1.key }) { child.setText(text, at: path) }
    return child
  }

  /// Removes every child element of one name.
  func remove(_ name: String) { all(name).forEach { $0.detach() } }

  /// The text at a path such as `source/@file`; nil where there is none.
  func text(at path: String) -> String? {
    var element = self
    for part in path.split(separator: "/") {
      if part.hasPrefix("@") { return element[String(part.dropFirst())] }
      guard let next = element.first(String(part)) else { return nil }
      element = next
    }
    return element.stringValue
  }

  /// Writes text at a path, adding the elements on the way.
  func setText(_ text: String, at path: String) {
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
