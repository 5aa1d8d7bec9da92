import Foundation
import FoundationXML
import Testing

/// Looks into a document by XPath.
struct XMLQuery {
  private let document: XMLDocument

  init(_ text: String) throws { document = try XMLDocument(xmlString: text) }

  /// The text of the first node, such as an attribute; nil if there is none.
  subscript(path: String) -> String? { all(path).first }

  /// The texts of all nodes, in their order.
  func all(_ path: String) -> [String] {
    let nodes = try? document.nodes(forXPath: path)
    return withExtendedLifetime(document) { (nodes ?? []).map { $0.stringValue ?? "" } }
  }

  func has(_ path: String) -> Bool { !all(path).isEmpty }
}
