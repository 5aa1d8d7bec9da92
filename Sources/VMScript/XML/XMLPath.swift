/// A path to elements of a document, or to an attribute of them, in the part of XPath 1.0 that
/// selects libvirt's elements: `/domain/devices/disk[target/@dev='vda']/driver/@cache`.
///
/// Steps lead from the root to children (`/name`, `/*`), to elements at any depth (`//name`) and to
/// parents (`..`). Each step may have predicates: positions, comparisons of attributes and texts,
/// `and`, `or` and a few functions. A name matches with its prefix as written, because a script
/// declares no namespaces.
package struct XMLPath {
  /// The error for a text that is not a supported path.
  package struct Malformed: Error, Equatable {
    /// The error, in words.
    package let reason: String
    /// The offset of the place in the text, in bytes.
    package let offset: Int
  }

  /// The nodes to which a step leads, and the predicates that they must satisfy.
  struct Step {
    let axis: Axis
    var predicates: [XMLPredicate] = []
  }

  /// The relation of a step's nodes to the node that it starts from.
  enum Axis: Equatable {
    /// The child elements of a name; nil for any name.
    case child(String?)
    case attribute(String)
    case text
    case itself
    case parent
    /// The node and everything below it: the step that `//` abbreviates.
    case descendants
  }

  /// The steps from the document to the elements.
  let steps: [Step]
  /// The attribute at the end of the path; nil if the path ends in an element.
  package let attribute: String?

  /// Parses a path.
  package init(_ text: String) throws(Malformed) {
    var parser = XMLPathParser(text)
    var steps = try parser.path()
    attribute = if case .attribute(let name)? = steps.last?.axis { name } else { nil }
    if attribute != nil { steps.removeLast() }
    self.steps = steps
  }

  private init(_ steps: [Step], _ attribute: String?) {
    self.steps = steps
    self.attribute = attribute
  }

  /// The number of steps.
  var depth: Int { steps.count }

  /// The names of the elements from the root on; nil if another step or a predicate is among the
  /// steps.
  package var names: [String]? {
    let names = steps.compactMap { step -> String? in
      guard case .child(let name) = step.axis, step.predicates.isEmpty else { return nil }
      return name
    }
    return names.count == steps.count ? names : nil
  }

  /// Returns whether it can lead to elements of a document whose root has this name.
  package func startsAt(_ root: String) -> Bool {
    switch steps.first?.axis {
    case .child(let name): name == nil || name == root
    case .descendants: true
    default: false
    }
  }

  /// Returns the elements at the path, in document order. For the path of an attribute, these are
  /// the elements that have it.
  package func elements(from root: XMLElement) -> [XMLElement] {
    let found = XMLPathEvaluation(root).nodes(at: steps[...], from: [.document])
    return found.compactMap { node in
      guard case .element(let element) = node else { return nil }
      return attribute.map { element[$0] != nil } ?? true ? element : nil
    }
  }

  /// Returns the elements at the path without applying its predicates, for an incomplete document.
  package func elementsByName(from root: XMLElement) -> [XMLElement] {
    XMLPath(steps.map { Step(axis: $0.axis) }, nil).elements(from: root)
  }
}

/// A predicate of a step, or a part of one.
indirect enum XMLPredicate {
  /// One of the parts holds.
  case any([XMLPredicate])
  /// All parts hold.
  case all([XMLPredicate])
  case comparison(XMLPredicate, Comparison, XMLPredicate)
  case number(Double)
  case text(String)
  /// The nodes at a path from the tested node, or from the document.
  case nodes([XMLPath.Step], isAbsolute: Bool)
  case not(XMLPredicate)
  /// The position of the tested node among the nodes of the step, from 1.
  case position
  /// The number of the nodes of the step.
  case last
  case count(XMLPredicate)
  case contains(XMLPredicate, XMLPredicate)
  case startsWith(XMLPredicate, XMLPredicate)

  /// The operators of comparisons.
  enum Comparison: String, CaseIterable {
    // An operator follows those that it begins with.
    case notEqual = "!=", notGreater = "<=", notLess = ">=", equal = "=", less = "<"
    case greater = ">"
  }
}

/// A node of a document, as paths select it.
enum XMLPathNode: Hashable {
  case document
  case element(XMLElement)
  case attribute(of: XMLElement, String)
  /// A text of an element, by its position among the element's nodes.
  case text(of: XMLElement, Int)

  /// The element that is or contains the node; nil for the document.
  var owner: XMLElement? {
    switch self {
    case .document: nil
    case .element(let element), .attribute(let element, _), .text(let element, _): element
    }
  }

  static func == (one: XMLPathNode, other: XMLPathNode) -> Bool {
    guard one.owner === other.owner else { return false }
    switch (one, other) {
    case (.document, .document), (.element, .element): return true
    case (.attribute(_, let name), .attribute(_, let otherName)): return name == otherName
    case (.text(_, let position), .text(_, let otherPosition)): return position == otherPosition
    default: return false
    }
  }

  func hash(into hasher: inout Hasher) { hasher.combine(owner.map(ObjectIdentifier.init)) }
}
