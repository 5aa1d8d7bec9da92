/// The evaluation of a path on a document, by the rules of XPath 1.0.
final class XMLPathEvaluation {
  private let root: XMLElement
  /// The positions of the elements in the document.
  private lazy var order = Dictionary(
    uniqueKeysWithValues: ([root] + root.descendants).enumerated().map {
      (ObjectIdentifier($1), $0)
    })

  init(_ root: XMLElement) { self.root = root }

  /// The node that a predicate tests.
  private struct Context {
    let node: XMLPathNode
    /// The position among the nodes of the step, from 1.
    let position: Int
    /// The number of the nodes of the step.
    let count: Int
  }

  /// The value of a part of a predicate.
  private enum Value {
    case nodes([XMLPathNode])
    case number(Double)
    case text(String)
    case truth(Bool)
  }

  /// Returns the nodes to which steps lead, each once, in document order.
  func nodes(at steps: ArraySlice<XMLPath.Step>, from start: [XMLPathNode]) -> [XMLPathNode] {
    var nodes = start
    for step in steps {
      var met: Set<XMLPathNode> = []
      let found = nodes.flatMap { self.nodes(of: step, from: $0) }.filter {
        met.insert($0).inserted
      }
      nodes = nodes.count > 1 && step.axis != .descendants ? inOrder(found) : found
    }
    return nodes
  }

  /// Sorts nodes by their place. Nodes of one element keep their order.
  private func inOrder(_ nodes: [XMLPathNode]) -> [XMLPathNode] {
    func place(_ node: XMLPathNode) -> Int {
      node.owner.flatMap { order[ObjectIdentifier($0)] } ?? -1
    }
    return nodes.enumerated().map { (place($1), $0, $1) }
      .sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.2)
  }

  private func nodes(of step: XMLPath.Step, from node: XMLPathNode) -> [XMLPathNode] {
    step.predicates.reduce(candidates(step.axis, node)) { nodes, predicate in
      nodes.enumerated().filter { index, node in
        let context = Context(node: node, position: index + 1, count: nodes.count)
        return switch value(of: predicate, context) {
        case .number(let number): number == Double(context.position)
        case let value: isTrue(value)
        }
      }.map(\.element)
    }
  }

  private func candidates(_ axis: XMLPath.Axis, _ node: XMLPathNode) -> [XMLPathNode] {
    switch axis {
    case .child(let name):
      return children(of: node).filter { name == nil || $0.name == name }
        .map(XMLPathNode.element)
    case .attribute(let name):
      guard case .element(let element) = node, name != "xmlns",
        !name.hasPrefix("xmlns:"), element[name] != nil
      else { return [] }
      return [.attribute(of: element, name)]
    case .text:
      guard case .element(let element) = node else { return [] }
      return element.nodes.indices.filter { element.nodes[$0].isText }
        .map { .text(of: element, $0) }
    case .itself: return [node]
    case .parent:
      guard case .element(let element) = node else {
        return node.owner.map { [.element($0)] } ?? []
      }
      return [element === root ? .document : element.parent.map(XMLPathNode.element) ?? .document]
    case .descendants:
      let below = children(of: node).flatMap { [$0] + $0.descendants }
      return [node] + below.map(XMLPathNode.element)
    }
  }

  private func children(of node: XMLPathNode) -> [XMLElement] {
    switch node {
    case .document: [root]
    case .element(let element): element.children
    case .attribute, .text: []
    }
  }

  private func value(of predicate: XMLPredicate, _ context: Context) -> Value {
    switch predicate {
    case .any(let parts): .truth(parts.contains { isTrue(value(of: $0, context)) })
    case .all(let parts): .truth(parts.allSatisfy { isTrue(value(of: $0, context)) })
    case .comparison(let one, let comparison, let other):
      .truth(compare(value(of: one, context), comparison, value(of: other, context)))
    case .number(let number): .number(number)
    case .text(let text): .text(text)
    case .nodes(let steps, let isAbsolute):
      .nodes(nodes(at: steps[...], from: [isAbsolute ? .document : context.node]))
    case .not(let part): .truth(!isTrue(value(of: part, context)))
    case .position: .number(Double(context.position))
    case .last: .number(Double(context.count))
    case .count(let part):
      if case .nodes(let nodes) = value(of: part, context) {
        .number(Double(nodes.count))
      } else {
        .number(0)
      }
    case .contains(let whole, let part):
      .truth(contains(text(value(of: whole, context)), text(value(of: part, context))))
    case .startsWith(let whole, let part):
      .truth(
        text(value(of: whole, context)).utf8.starts(with: text(value(of: part, context)).utf8))
    }
  }

  private func contains(_ whole: String, _ part: String) -> Bool {
    part.isEmpty || Array(whole.utf8).contains(Array(part.utf8))
  }

  // MARK: Conversions

  private func isTrue(_ value: Value) -> Bool {
    switch value {
    case .nodes(let nodes): !nodes.isEmpty
    case .number(let number): number != 0 && !number.isNaN
    case .text(let text): !text.isEmpty
    case .truth(let truth): truth
    }
  }

  private func text(_ node: XMLPathNode) -> String {
    switch node {
    case .document: return root.stringValue
    case .element(let element): return element.stringValue
    case .attribute(let element, let name): return element[name] ?? ""
    case .text(let element, let position):
      if case .text(let text) = element.nodes[position] { return text }
      return ""
    }
  }

  private func text(_ value: Value) -> String {
    switch value {
    case .nodes(let nodes): nodes.first.map(text) ?? ""
    case .number(let number): Int(exactly: number).map(String.init) ?? String(number)
    case .text(let text): text
    case .truth(let truth): truth ? "true" : "false"
    }
  }

  private func number(_ value: Value) -> Double {
    switch value {
    case .number(let number): number
    case .truth(let truth): truth ? 1 : 0
    case .nodes, .text: number(text(value))
    }
  }

  /// Returns the number that a text holds: digits with one point and a sign, in white space.
  private func number(_ text: String) -> Double {
    let plain = String(
      decoding: text.utf8.drop(while: XMLCharacters.isSpace).reversed()
        .drop(while: XMLCharacters.isSpace).reversed(), as: UTF8.self)
    let digits = plain.utf8.drop { $0 == UInt8(ascii: "-") }
    guard plain.utf8.count - digits.count <= 1, digits.contains(where: XMLCharacters.isDigit),
      digits.allSatisfy({ XMLCharacters.isDigit($0) || $0 == UInt8(ascii: ".") })
    else { return .nan }
    // XPath allows a number to end in a point.
    return Double(plain.hasSuffix(".") ? plain + "0" : plain) ?? .nan
  }

  // MARK: Comparisons

  /// Compares values; one of the nodes of a path must satisfy the comparison.
  private func compare(
    _ one: Value, _ comparison: XMLPredicate.Comparison, _ other: Value
  ) -> Bool {
    switch (one, other) {
    case (.nodes, .truth), (.truth, .nodes):
      holds(comparison, .truth(isTrue(one)), .truth(isTrue(other)))
    case (.nodes(let nodes), _):
      nodes.contains { compare(.text(text($0)), comparison, other) }
    case (_, .nodes(let nodes)):
      nodes.contains { holds(comparison, one, .text(text($0))) }
    default: holds(comparison, one, other)
    }
  }

  private func holds(
    _ comparison: XMLPredicate.Comparison, _ one: Value, _ other: Value
  ) -> Bool {
    switch comparison {
    case .equal: areEqual(one, other)
    case .notEqual: !areEqual(one, other)
    case .less: number(one) < number(other)
    case .notGreater: number(one) <= number(other)
    case .greater: number(one) > number(other)
    case .notLess: number(one) >= number(other)
    }
  }

  private func areEqual(_ one: Value, _ other: Value) -> Bool {
    switch (one, other) {
    case (.truth, _), (_, .truth): isTrue(one) == isTrue(other)
    case (.number, _), (_, .number): number(one) == number(other)
    default: text(one).utf8.elementsEqual(text(other).utf8)
    }
  }
}
