import VMScript

/// The stack's mark on a domain, with the domain's labels.
package struct DomainMetadata {
  package static let namespace = XMLElement.markNamespace
  package static let prefix = "vmscript"

  /// An element's name within the mark.
  package static func name(_ localName: String) -> String { "\(prefix):\(localName)" }

  package let declaration: Declaration
  package let stack: String
  /// Where the stack is run from; nil keeps what is recorded.
  package let origin: StackOrigin?

  package init(_ declaration: Declaration, stack: String, origin: StackOrigin? = nil) {
    self.declaration = declaration
    self.stack = stack
    self.origin = origin
  }

  /// Puts the mark in place of an earlier one; other metadata stays.
  package func write(to root: XMLElement) {
    let metadata = root.ensure("metadata")
    let earlier = Self.mark(in: root)
    var labels = earlier.map(Self.labels) ?? [:]
    if case .map(let declared) = declaration.body["labels"] {
      labels = declared.mapValues { .string($0.description) }
    }
    earlier?.detach()
    let mark = metadata.add(Self.name("resource"), ["xmlns:\(Self.prefix)": Self.namespace])
    mark["stack"] = stack
    mark["kind"] = declaration.kind.rawValue
    mark["name"] = declaration.name
    switch declaration.source {
    case .declared(let name), .host(let name): mark["source"] = name
    case nil: break
    }
    (origin ?? earlier.flatMap(StackOrigin.init(mark:)))?.write(to: mark)
    for (key, value) in labels {
      mark.add(Self.name("label"), ["key": key, "value": value.description])
    }
  }

  /// The change of the labels, if they are otherwise.
  package static func difference(_ property: DeclaredProperty, live root: XMLElement)
    -> PropertyDifference?
  {
    guard case .map(let declared) = property.value else { return nil }
    let found = mark(in: root).map(labels) ?? [:]
    let wanted = declared.mapValues { .string($0.description) }
    guard Value.map(found) != .map(wanted) else { return nil }
    return PropertyDifference(
      name: property.schema.name, from: .map(found), to: property.value,
      impact: property.schema.impact, live: property.schema.live)
  }

  /// The mark as `virDomainSetMetadata` takes it, which adds the namespace by itself; nil where there
  /// is none.
  package static func bareMark(in root: XMLElement) -> XMLElement? { mark(in: root).map(bare) }

  private static func bare(_ element: XMLElement) -> XMLElement {
    let copy = XMLElement(name: element.localName)
    for (name, value) in element.attributes where !name.hasPrefix("xmlns") { copy[name] = value }
    for child in element.children { copy.append(.element(bare(child))) }
    return copy
  }

  /// The mark; nil on a domain that no stack made.
  package static func mark(in root: XMLElement) -> XMLElement? {
    root.first("metadata")?.all("resource", namespace: namespace).first
  }

  private static func labels(_ mark: XMLElement) -> ValueMap {
    var labels: ValueMap = [:]
    for label in mark.all("label", namespace: namespace) {
      if let key = label["key"], let value = label["value"] { labels[key] = .string(value) }
    }
    return labels
  }
}
