import VMScript
import VMScriptSyntax

/// The `xml` blocks of a domain: they say what no property covers.
enum XMLPatch {
  /// Appends to every element that a path leads to, unless what would be appended is there already:
  /// an update meets what an earlier run appended.
  static func apply(_ declaration: Declaration, to root: XMLElement) throws(Diagnostic) {
    _ = try appended(declaration, to: root)
  }

  /// The patches that a definition, which is left as it is, does not have yet. What an earlier patch
  /// appended, and no patch says any more, stays.
  static func differences(
    _ declaration: Declaration, definition root: XMLElement
  ) throws(Diagnostic) -> [PropertyDifference] {
    try appended(declaration, to: root.copy()).map { path, text in
      PropertyDifference(
        block: "xml \(path)", name: "append", from: nil, to: .string(text), impact: .nextStart)
    }
  }

  /// Appends what is missing; gives the patches that something was missing of.
  private static func appended(
    _ declaration: Declaration, to root: XMLElement
  ) throws(Diagnostic) -> [(path: String, text: String)] {
    var met: Set<ObjectIdentifier> = []
    var appended: [(path: String, text: String)] = []
    for block in declaration.body.blocks("xml") {
      guard let property = block.property("append"), case .string(let text) = property.value,
        let label = block.label
      else { continue }
      let found = try path(label, block).elements(from: root)
      guard !found.isEmpty else { throw XMLMessages.noMatch(label, block) }
      let fragment = try fragment(text, property)
      var isMissing = false
      for target in found {
        let earlier = target.children.first {
          $0.includes(fragment) && !met.contains(ObjectIdentifier($0))
        }
        let element = earlier ?? fragment.copy()
        if earlier == nil {
          target.append(.element(element))
          isMissing = true
        }
        met.insert(ObjectIdentifier(element))
      }
      if isMissing { appended.append((label, text)) }
    }
    return appended
  }

  private static func path(_ text: String, _ block: DeclaredBlock) throws(Diagnostic) -> XMLPath {
    do { return try XMLPath(text) } catch { throw XMLMessages.unsupportedPath(text, block) }
  }

  private static func fragment(
    _ text: String, _ property: DeclaredProperty
  ) throws(Diagnostic) -> XMLElement {
    do { return try .parse(text) } catch { throw XMLMessages.badFragment(property, error) }
  }
}

extension XMLElement {
  /// Whether everything that `other` says stands here as well; libvirt adds addresses and aliases,
  /// and writes the declarations of namespaces elsewhere.
  fileprivate func includes(_ other: XMLElement) -> Bool {
    guard localName == other.localName, namespaceURI == other.namespaceURI else { return false }
    let attributes = other.attributes.filter { $0.key != "xmlns" && !$0.key.hasPrefix("xmlns:") }
    guard attributes.allSatisfy({ self[$0.key] == $0.value }) else { return false }
    if other.children.isEmpty { return other.nodes.isEmpty || stringValue == other.stringValue }
    return other.children.allSatisfy { part in children.contains { $0.includes(part) } }
  }
}
