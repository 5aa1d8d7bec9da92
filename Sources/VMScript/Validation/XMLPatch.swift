import VMScriptSyntax

/// An `xml` block, parsed and checked as far as the script alone allows.
package struct XMLPatch {
  /// The longest fragment that a definition accepts, in bytes.
  static let maximumLength = 262_144

  /// The block.
  package let block: DeclaredBlock
  /// The path as written.
  package let path: String
  /// The path to the edited elements.
  package let steps: XMLPath
  /// The edits.
  package let operations: XMLOperations

  /// Parses a block; nil if a part of it is not known yet.
  ///
  /// - Parameter kind: the kind of the resource.
  /// - Throws: a diagnostic for an invalid path or an invalid edit.
  package init?(_ block: DeclaredBlock, of kind: ResourceKind) throws(Diagnostic) {
    guard let path = block.label, !block.properties.contains(where: { $0.value.isUnknown }) else {
      return nil
    }
    self.block = block
    self.path = path
    do { steps = try XMLPath(path) } catch { throw PatchMessages.malformedPath(path, error, block) }
    operations = try Self.operations(of: block, depth: steps.depth)
    try Self.checkCombination(operations, steps, block)
    if path.contains("\(Self.ownPrefix):") || operations.additions.contains(where: \.element.isOwn)
      || Self.editsIdentity(path, operations)
    {
      throw PatchMessages.ownElement(block)
    }
    guard steps.startsAt(kind.rootName) else { throw PatchMessages.noMatch(path, block) }
  }

  /// Reads the edits of a block.
  ///
  /// - Parameter depth: the number of steps of its path.
  private static func operations(
    of block: DeclaredBlock, depth: Int
  ) throws(Diagnostic) -> XMLOperations {
    var operations = XMLOperations()
    if let property = block.property("set"), case .map(let attributes) = property.value {
      for (name, value) in attributes {
        guard XMLCharacters.isAttributeName(name) else {
          throw PatchMessages.badAttribute(name, property)
        }
        guard value.description.unicodeScalars.allSatisfy(XMLCharacters.allows) else {
          throw PatchMessages.badCharacter(property)
        }
        operations.attributes.append(.init(name, value.description))
      }
    }
    if let property = block.property("text"), case .string(let text) = property.value {
      guard text.unicodeScalars.allSatisfy(XMLCharacters.allows) else {
        throw PatchMessages.badCharacter(property)
      }
      operations.text = XMLCharacters.lines(of: text)
    }
    for place in XMLOperations.Place.allCases {
      guard let property = block.property(place.rawValue) else { continue }
      for text in property.texts {
        let element = try fragment(text, property, depth: depth)
        operations.additions.append(.init(place, element, text: text))
      }
    }
    operations.isRemoval = block["remove"] == .bool(true)
    return operations
  }

  private static func fragment(
    _ text: String, _ property: DeclaredProperty, depth: Int
  ) throws(Diagnostic) -> XMLElement {
    if text.utf8.count > maximumLength { throw PatchMessages.tooLarge(property) }
    let fragment: XMLElement
    do { fragment = try XMLElement.parse(text) } catch {
      throw PatchMessages.badFragment(property, error)
    }
    if let fault = fragment.namespaceFault() { throw PatchMessages.namespace(property, fault) }
    guard depth + fragment.height <= XMLReader.maximumDepth else {
      throw PatchMessages.badFragment(property, MalformedXML(.tooDeep, line: 1))
    }
    return fragment
  }

  /// - Throws: for a block without an edit, or with edits that exclude each other.
  private static func checkCombination(
    _ operations: XMLOperations, _ steps: XMLPath, _ block: DeclaredBlock
  ) throws(Diagnostic) {
    guard !operations.isEmpty else { throw PatchMessages.noEdit(block) }
    let names = block.properties.map(\.schema.name)
    if let attribute = steps.attribute, let other = names.first(where: { $0 != "remove" }) {
      throw PatchMessages.attributePath(attribute, other, block)
    }
    if operations.isRemoval, let other = ["set", "text", "append"].first(where: names.contains) {
      throw PatchMessages.contradiction(other, "remove", block)
    }
    if operations.text != nil, names.contains("append") {
      throw PatchMessages.contradiction("text", "append", block)
    }
  }

  private static let ownPrefix = "vmscript"

  /// Returns whether it adds a second name, UUID or mark to the resource, which can have only one.
  private static func editsIdentity(_ path: String, _ operations: XMLOperations) -> Bool {
    (path == "/domain" || path == "/network")
      && operations.additions.contains { $0.place == .append && $0.element.isIdentity }
  }
}

extension XMLPatch {
  /// Throws if the block edits what the run itself sets: name, UUID or mark.
  ///
  /// - Parameter element: an element at its path.
  package func checkOwnership(of element: XMLElement) throws(Diagnostic) {
    let isTop = element.parent.map { $0.parent == nil } ?? false
    let changes = operations.isRemoval || operations.text != nil || !operations.attributes.isEmpty
    if element.isInMark || (isTop && element.isIdentity && changes) {
      throw PatchMessages.ownElement(block)
    }
    for addition in operations.additions where addition.element.isIdentity {
      let parent = addition.place == .append ? element : element.parent
      if let parent, parent.parent == nil { throw PatchMessages.ownElement(block) }
    }
  }
}

extension ResourceKind {
  /// The name of the root of libvirt's document.
  package var rootName: String { self == .net ? "network" : rawValue }
}

extension DeclaredProperty {
  /// The text of the value, or the texts of a list.
  fileprivate var texts: [String] {
    switch value {
    case .string(let text): [text]
    case .list(let items): items.map(\.description)
    default: []
    }
  }
}

extension XMLElement {
  /// The namespace of the marks that a stack puts into definitions.
  package static let markNamespace = "https://vmscript.dev/xmlns/1"

  /// Whether it is a part of a mark, or contains one.
  fileprivate var isOwn: Bool {
    attributes.values.contains(Self.markNamespace) || children.contains { $0.isOwn }
  }

  /// Whether it is the mark of a stack, or inside of it.
  fileprivate var isInMark: Bool {
    sequence(first: self) { $0.parent }.contains { $0.namespaceURI == Self.markNamespace }
  }

  /// Whether a root has one element of this name, which the run writes.
  fileprivate var isIdentity: Bool { ["name", "uuid", "metadata"].contains(name) }
}

extension Validation {
  /// Returns the errors of a resource's invalid patches.
  static func patches(of resource: Declaration) -> [Diagnostic] {
    resource.body.blocks("xml").compactMap { block in
      do throws(Diagnostic) {
        _ = try XMLPatch(block, of: resource.kind)
        return nil
      } catch { return error }
    }
  }
}
