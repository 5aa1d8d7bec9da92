import CLibxml2

/// The document as libxml2 reads it: nothing from the network, no entity replaced, no limit lifted.
enum Libxml2 {
  enum Reading {
    case malformed
    /// A document with a type declaration, which our reader refuses.
    case typed
    /// A well-formed document whose namespaces are not: libxml2 reports it and goes on.
    case unclearNamespaces
    case tree(TreeText)
  }

  /// - Parameter text: a text without NUL.
  static func read(_ text: String) -> Reading {
    // SAFETY: the context is freed once, after the document, and nothing of either leaves the call.
    guard let context = xmlNewParserCtxt() else { return .malformed }
    defer { xmlFreeParserCtxt(context) }
    // SAFETY: libxml2 reads as many bytes as the text has, before the call returns.
    let document = text.withCString {
      xmlCtxtReadMemory(context, $0, Int32(text.utf8.count), nil, nil, options)
    }
    guard let document else { return .malformed }
    // SAFETY: the document is owned here and freed once; the nodes are only read before.
    defer { xmlFreeDoc(document) }
    if document.pointee.intSubset != nil { return .typed }
    guard context.pointee.nsWellFormed == 1 else { return .unclearNamespaces }
    guard let root = xmlDocGetRootElement(document) else { return .malformed }
    var tree = TreeText()
    add(root, to: &tree)
    return .tree(tree)
  }

  /// Returns the positions of the elements that a path selects, among all elements of the document;
  /// for attributes, those of their elements. Returns nil for a path or a document that libxml2
  /// refuses.
  static func positions(_ path: String, in text: String) -> [Int]? {
    // SAFETY: libxml2 reads as many bytes as the text has, before the call returns.
    let document = text.withCString {
      xmlReadMemory($0, Int32(text.utf8.count), nil, nil, options)
    }
    guard let document else { return nil }
    // SAFETY: the document is owned here and freed last; context and result refer to its nodes.
    defer { xmlFreeDoc(document) }
    guard let root = xmlDocGetRootElement(document), let context = xmlXPathNewContext(document)
    else { return nil }
    defer { xmlXPathFreeContext(context) }
    xmlSetStructuredErrorFunc(context, { _, _ in })
    defer { xmlSetStructuredErrorFunc(nil, nil) }
    guard let result = xmlXPathEvalExpression(path, context) else { return nil }
    defer { xmlXPathFreeObject(result) }
    var order: [xmlNodePtr: Int] = [:]
    func number(_ node: xmlNodePtr) {
      guard node.pointee.type == XML_ELEMENT_NODE else { return }
      order[node] = order.count
      for child in list(node.pointee.children, next: \.next) { number(child) }
    }
    number(root)
    // SAFETY: a set of nodes has as many addresses as it says, each of a node of the document.
    guard let nodes = result.pointee.nodesetval, let table = nodes.pointee.nodeTab else {
      return []
    }
    let found = (0..<Int(nodes.pointee.nodeNr)).compactMap { position -> Int? in
      guard let node = table[position] else { return nil }
      return order[node] ?? node.pointee.parent.flatMap { order[$0] }
    }
    return Set(found).sorted()
  }

  // The text is decoded already, so the declared encoding says nothing.
  private static let options = [
    XML_PARSE_NOERROR, XML_PARSE_NOWARNING, XML_PARSE_NONET, XML_PARSE_NOCDATA,
    XML_PARSE_IGNORE_ENC,
  ].reduce(Int32(0)) { $0 | Int32($1.rawValue) }

  // SAFETY: of the nodes and strings below, libxml2 owns all and changes none while they are read;
  // every string ends with NUL. Depth is bounded by libxml2's own limit of 256.
  private static func add(_ node: xmlNodePtr, to tree: inout TreeText) {
    switch node.pointee.type {
    case XML_ELEMENT_NODE:
      tree.start(name(node.pointee.name, node.pointee.ns))
      for declaration in list(node.pointee.nsDef, next: \.next) {
        let prefix = string(declaration.pointee.prefix)
        tree.namespace(
          prefix.isEmpty ? "xmlns" : "xmlns:" + prefix, string(declaration.pointee.href))
      }
      for attribute in list(node.pointee.properties, next: \.next) {
        let value = list(attribute.pointee.children, next: \.next).map {
          string($0.pointee.content)
        }
        tree.attribute(
          name(attribute.pointee.name, attribute.pointee.ns), value.joined())
      }
      for child in list(node.pointee.children, next: \.next) { add(child, to: &tree) }
      tree.end()
    case XML_COMMENT_NODE: tree.verbatim("<!--\(string(node.pointee.content))-->")
    case XML_PI_NODE:
      tree.verbatim("<?\(string(node.pointee.name)) \(string(node.pointee.content))?>")
    default: tree.text(string(node.pointee.content))
    }
  }

  private static func list<Node>(
    _ first: UnsafeMutablePointer<Node>?, next: KeyPath<Node, UnsafeMutablePointer<Node>?>
  ) -> [UnsafeMutablePointer<Node>] {
    Array(sequence(first: first) { $0?.pointee[keyPath: next] }.prefix { $0 != nil }).compactMap {
      $0
    }
  }

  private static func name(_ local: UnsafePointer<xmlChar>?, _ namespace: xmlNsPtr?) -> String {
    let prefix = string(namespace?.pointee.prefix)
    return prefix.isEmpty ? string(local) : "\(prefix):\(string(local))"
  }

  private static func string(_ text: UnsafePointer<xmlChar>?) -> String {
    text.map { String(cString: $0) } ?? ""
  }

  private static func string(_ text: UnsafeMutablePointer<xmlChar>?) -> String {
    string(text.map { UnsafePointer($0) })
  }
}
