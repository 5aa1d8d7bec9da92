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
