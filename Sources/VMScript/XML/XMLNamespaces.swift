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
