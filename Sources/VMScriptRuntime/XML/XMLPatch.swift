import Foundation
import FoundationXML
import VMScript
import VMScriptSyntax

/// The `xml` blocks of a domain: they say what no property covers.
enum XMLPatch {
  /// Elements from the root, each with an attribute or a position where that is needed to tell it
  /// apart. FoundationXML crashes on text that is no XPath, so nothing else gets there.
  private nonisolated(unsafe) static let pathForm =
    /(\/[A-Za-z_][A-Za-z0-9_:.\-]*(\[([0-9]+|@[A-Za-z_:]+='[^'\]]*')\])?)+/

  static func apply(_ declaration: Declaration, to document: XMLDocument) throws(Diagnostic) {
    for block in declaration.body.blocks("xml") {
      guard let property = block.property("append"), case .string(let text) = property.value,
        let path = block.label
      else { continue }
      guard path.wholeMatch(of: pathForm) != nil else { throw XMLMessages.noMatch(path, block) }
      let found = ((try? document.nodes(forXPath: path)) ?? []).compactMap { $0 as? XMLElement }
      guard !found.isEmpty else { throw XMLMessages.noMatch(path, block) }
      for target in found {
        let element: XMLElement
        do { element = try XMLTree.fragment(text) } catch {
          throw XMLMessages.badFragment(property)
        }
        // An update meets what an earlier run appended.
        let form = element.xmlString(options: [.nodeCompactEmptyElement])
        let isThere = (target.children ?? []).contains {
          $0.xmlString(options: [.nodeCompactEmptyElement]) == form
        }
        if !isThere { target.addChild(element) }
      }
    }
  }
}
