import Foundation
import FoundationXML

/// Text that the host gave as a definition and that is none.
public struct LiveXMLError: Error, Sendable {
  /// The element that was looked for, such as `domain`.
  public let expected: String
}

/// Reads the host's documents as trees.
enum LiveXML {
  /// A document whose root has a name.
  ///
  /// The parser recovers what it can of a damaged text; libvirt gives whole documents only.
  ///
  /// - Throws: `LiveXMLError` if there is no such root.
  static func document(_ text: String, root: String) throws(LiveXMLError) -> XMLDocument {
    // The parser crashes on empty text instead of refusing it. Nothing outside the text is loaded.
    guard text.contains("<"),
      let document = try? XMLDocument(xmlString: text, options: [.nodeLoadExternalEntitiesNever]),
      document.rootElement()?.name == root
    else { throw LiveXMLError(expected: root) }
    return document
  }
}

extension XMLNode {
  /// The child elements of a name, whatever their prefix.
  func elements(_ localName: String) -> [XMLElement] {
    (children ?? []).compactMap { $0 as? XMLElement }.filter { $0.localName == localName }
  }

  /// The first child element of a name.
  func element(_ localName: String) -> XMLElement? { elements(localName).first }
}

extension XMLElement {
  /// The text of an attribute.
  func text(_ attribute: String) -> String? { self.attribute(forName: attribute)?.stringValue }

  /// The URI of the namespace that the element's prefix stands for.
  var namespaceURI: String? { uri ?? resolveNamespace(forName: name ?? "")?.stringValue }
}
