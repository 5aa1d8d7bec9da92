import VMScript

/// The common parts of elements.
extension XMLElement {
  /// Whether the element contains everything in `other`. libvirt adds addresses and aliases, and
  /// moves namespace declarations.
  func includes(_ other: XMLElement) -> Bool {
    guard hasName(of: other) else { return false }
    guard other.ownAttributes.allSatisfy({ self[$0.key] == $0.value }) else { return false }
    if other.children.isEmpty {
      return !other.nodes.contains(where: \.isWritten) || stringValue == other.stringValue
    }
    return other.children.allSatisfy { part in children.contains { $0.includes(part) } }
  }

  /// Removes the parts that another element contains too, and elements that become empty.
  func removeParts(of other: XMLElement) {
    for part in other.children {
      guard
        let own = children.first(where: { $0.includes(part) })
          ?? children.first(where: { $0.hasName(of: part) && !part.children.isEmpty })
      else { continue }
      guard !part.children.isEmpty else {
        own.detach()
        continue
      }
      own.removeParts(of: part)
      if own.children.isEmpty { own.detach() }
    }
  }

  func hasName(of other: XMLElement) -> Bool {
    localName == other.localName && namespaceURI == other.namespaceURI
  }

  /// The attributes without namespace declarations.
  var ownAttributes: [(key: String, value: String)] {
    attributes.filter { $0.key != "xmlns" && !$0.key.hasPrefix("xmlns:") }.map { $0 }
  }
}

/// The meaning of elements.
extension XMLElement {
  /// Returns whether two elements mean the same. The mark of a stack, and name and UUID of a
  /// resource, are not compared.
  package func isEquivalent(to other: XMLElement) -> Bool {
    guard hasName(of: other),
      Set(ownAttributes.map(Attribute.init)) == Set(other.ownAttributes.map(Attribute.init))
    else { return false }
    if isMixed || other.isMixed { return xmlString == other.xmlString }
    if children.isEmpty, other.children.isEmpty { return plainText == other.plainText }
    let (groups, otherGroups) = (meaningfulChildren, other.meaningfulChildren)
    guard groups.count == otherGroups.count else { return false }
    return groups.allSatisfy { key, elements in
      guard let others = otherGroups[key], others.count == elements.count else { return false }
      return zip(elements, others).allSatisfy { $0.isEquivalent(to: $1) }
    }
  }

  private struct Attribute: Hashable {
    let key: String
    let value: String
  }

  private var meaningfulChildren: [[String?]: [XMLElement]] {
    Dictionary(grouping: children.filter { !$0.isOfRun }, by: \.key)
  }

  /// The name in its namespace.
  var key: [String?] { [localName, namespaceURI] }

  /// The text; empty for white space.
  var plainText: String {
    let text = stringValue
    return XMLCharacters.isSpace(text) ? "" : text
  }

  /// Whether it contains both elements and text.
  var isMixed: Bool {
    !children.isEmpty && nodes.contains { $0.isText && $0.isWritten }
  }

  /// Whether the run writes it: the mark of a stack, or name or UUID of the resource.
  var isOfRun: Bool {
    if namespaceURI == Self.markNamespace { return true }
    guard let parent, parent.parent == nil, parent.name == "domain" || parent.name == "network"
    else { return false }
    return name == "name" || name == "uuid"
  }
}
