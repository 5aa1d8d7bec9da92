import VMScriptSyntax

/// The meaning of a name, or the place of a binding's value, after resolution.
package enum Target: Sendable {
  case none
  /// A slot of the running function's frame.
  case local(UInt32)
  /// A top-level name of a module.
  case global(UInt32)
  /// A value that the running function captured when it was made.
  case capture(UInt32)
  /// The running function itself.
  case callee
  /// A function of the script that captures nothing.
  case function(UInt32)
  /// A position in ``Builtin/functions``.
  case builtin(UInt32)
  /// A name that the host defined: its position in ``Vocabulary/names``.
  case host(UInt32)
  /// A bare word as the value of a property with a fixed set of words.
  case word
  /// A block with functions, which can refer to each other.
  case hoists
  /// The names of an imported module, as a map.
  case module(UInt32)
}

/// A function or lambda of the script.
package final class FunctionCode: Sendable {
  package struct Parameter: Sendable {
    package let name: String
    /// The default value, evaluated in the function's own frame, so that it may refer to earlier
    /// parameters.
    package let defaultValue: NodeID
  }

  package let name: String
  package let parameters: [Parameter]
  package let parameterNames: [String]
  package let body: NodeID
  package let isExpression: Bool
  /// The number of slots in a frame; parameters take the first.
  package let slotCount: Int
  /// The places of the captured values in the enclosing function.
  package let captures: [Target]
  /// The height of the body's tree: the evaluator's stack that a call needs.
  package let height: Int
  package let span: Span

  package init(
    name: String, parameters: [Parameter] = [], body: NodeID = .absent, isExpression: Bool = true,
    slotCount: Int = 0, captures: [Target] = [], height: Int = 0, span: Span
  ) {
    self.name = name
    self.parameters = parameters
    parameterNames = parameters.map(\.name)
    self.body = body
    self.isExpression = isExpression
    self.slotCount = slotCount
    self.captures = captures
    self.height = height
    self.span = span
  }
}

/// A file of the program, after resolution.
package struct ModuleCode: Sendable {
  package let source: SourceID
  package let root: NodeID
  package let firstNode: Int
  /// The number of slots in the frame of its top-level blocks.
  package var slotCount: Int
  /// Its top-level names, in order; of equal ones the first counts.
  package let exports: [Export]
  private let index: [ExactText: Int]

  package init(source: SourceID, root: NodeID, firstNode: Int, slotCount: Int, exports: [Export]) {
    self.source = source
    self.root = root
    self.firstNode = firstNode
    self.slotCount = slotCount
    self.exports = exports
    index = Dictionary(zip(exports.map { ExactText($0.name) }, exports.indices)) { first, _ in first
    }
  }

  /// Returns the top-level name that importing files know by this text.
  package func export(_ name: String) -> Export? { index[ExactText(name)].map { exports[$0] } }

  /// A name that importing files can use.
  package struct Export: Sendable {
    package let name: String
    package let target: Target
    /// The place of its definition.
    package let span: Span
    /// Whether it is a `let` or a `param`.
    package let isVariable: Bool
  }
}

/// All modules of a program with every name resolved: immutable, shared by all of its evaluations.
///
/// The trees follow each other in one array, so that calls across modules are like any others.
package final class Code: Sendable {
  package let nodes: [Node]
  package let children: [NodeID]
  package let literals: [Value]
  private let namePlaces: NamePlaces
  package let targets: [Target]
  package let functions: [FunctionCode]
  package let modules: [ModuleCode]
  /// The first node of each module, in order.
  private let places: [(firstNode: Int, source: SourceID)]
  /// Names of the global slots.
  package let globals: [String]
  package let names: NameTable
  package let sources: SourceMap
  package let vocabulary: Vocabulary

  package init(
    pool: NodePool, targets: [Target], functions: [FunctionCode], modules: [ModuleCode],
    globals: [String], names: NameTable, sources: SourceMap, vocabulary: Vocabulary
  ) {
    nodes = pool.nodes
    children = pool.children
    literals = pool.literals
    namePlaces = pool.namePlaces
    self.targets = targets
    self.functions = functions
    self.modules = modules
    places = modules.map { ($0.firstNode, $0.source) }
    self.globals = globals
    self.names = names
    self.sources = sources
    self.vocabulary = vocabulary
  }

  /// The node itself, in constant time.
  package subscript(id: NodeID) -> Node { nodes[Int(id.index)] }

  /// Returns the target of a node's name, in constant time.
  package func target(of id: NodeID) -> Target { targets[Int(id.index)] }

  package func child(_ position: Int, of node: Node) -> NodeID {
    children[Int(node.firstChild) + position]
  }

  package func children(of node: Node) -> ArraySlice<NodeID> {
    children[Int(node.firstChild)..<Int(node.firstChild) + Int(node.childCount)]
  }

  package func child(_ position: Int, of id: NodeID) -> NodeID { child(position, of: self[id]) }

  package func children(of id: NodeID) -> ArraySlice<NodeID> { children(of: self[id]) }

  package func span(_ id: NodeID) -> Span {
    let node = self[id]
    var source = places[0].source
    for place in places.dropFirst() where place.firstNode <= Int(id.index) { source = place.source }
    return Span(source: source, start: node.start, length: node.length)
  }

  /// Returns the place of a node's name: a binding, a key, a member, the kind of a resource.
  package func nameSpan(_ id: NodeID) -> Span {
    let node = self[id]
    return Span(
      source: span(id).source, start: namePlaces[id] ?? node.start,
      length: UInt32(name(node).utf8.count))
  }

  /// Returns the source text of a node.
  package func text(_ id: NodeID) -> String {
    let span = span(id)
    let bytes = sources[span.source].bytes
    return String(decoding: bytes[Int(span.start)..<Int(span.end)], as: UTF8.self)
  }

  package func name(_ node: Node) -> String { names[Name(index: node.data)] }
}

/// The nodes of several trees, one after another, with literals converted to values.
package struct NodePool {
  package var nodes: [Node] = []
  package var children: [NodeID] = []
  package var literals: [Value] = []
  /// The places of names that are not at the start of their node.
  package private(set) var namePlaces = NamePlaces()

  /// Appends a tree and returns its root in the pool.
  package mutating func append(_ tree: Tree) -> NodeID {
    let nodeOffset = UInt32(nodes.count)
    let childOffset = UInt32(children.count)
    literals.reserveCapacity(literals.count + tree.literals.count + tree.strings.count)
    nodes += tree.nodes
    children += tree.children
    namePlaces.append(tree.namePlaces, firstNode: nodeOffset)
    for index in Int(nodeOffset)..<nodes.count {
      nodes[index].firstChild += childOffset
      guard nodes[index].kind.isLiteral, let literal = Self.literal(nodes[index], in: tree) else {
        continue
      }
      nodes[index].data = UInt32(literals.count)
      literals.append(literal)
    }
    // The nodes of the first tree keep their positions.
    if nodeOffset > 0 {
      for index in Int(childOffset)..<children.count where !children[index].isAbsent {
        children[index] = NodeID(index: children[index].index + nodeOffset)
      }
    }
    return NodeID(index: tree.root.index + nodeOffset)
  }

  private static func literal(_ node: Node, in tree: Tree) -> Value? {
    if node.kind == .stringLiteral { return .string(tree.strings[Int(node.data)]) }
    guard node.kind.holdsNumber else { return nil }
    let bits = tree.literals[Int(node.data)]
    switch node.kind {
    case .floatLiteral: return .float(Double(bitPattern: bits))
    case .sizeLiteral: return .size(ByteSize(bytes: Int64(bitPattern: bits)))
    case .durationLiteral: return .duration(.milliseconds(Int64(bitPattern: bits)))
    case .ipLiteral: return .ip(IPAddress(value: UInt32(truncatingIfNeeded: bits)))
    case .cidrLiteral:
      let address = IPAddress(value: UInt32(truncatingIfNeeded: bits >> 8))
      return .cidr(Subnet(address: address, prefix: Int(bits & 255)))
    default: return .int(Int64(bitPattern: bits))
    }
  }
}

extension NodeKind {
  /// Whether its value is in ``NodePool/literals``.
  package var isLiteral: Bool { self == .stringLiteral || holdsNumber }

  /// Whether `data` is an index into the tree's numeric literals.
  package var holdsNumber: Bool {
    switch self {
    case .intLiteral, .floatLiteral, .sizeLiteral, .durationLiteral, .ipLiteral, .cidrLiteral: true
    default: false
    }
  }
}

/// The place of an entry of a body in the script, for diagnostics.
struct EntryPlace {
  let whole: Span
  let key: Span
  let value: Span
  /// The node of the value, if it was written out.
  let node: NodeID?

  init(whole: Span, key: Span, value: Span, node: NodeID?) {
    self.whole = whole
    self.key = key
    self.value = value
    self.node = node
  }

  /// Creates the place of a value whose parts have no places, or only those within `node`.
  init(_ span: Span, node: NodeID? = nil) {
    self.init(whole: span, key: span, value: span, node: node)
  }
}

extension Code {
  /// Returns the place of a map's entry: within the map if it is written out, otherwise the map's.
  func place(ofKey key: String, in place: EntryPlace) -> EntryPlace {
    guard let map = place.node, self[map].kind == .map else { return EntryPlace(place.value) }
    let entries = children(of: map)
    guard let entry = entries.last(where: { isEntry($0, of: key) }) else {
      return EntryPlace(place.value)
    }
    let parts = self[entry]
    let (name, value) = (child(0, of: parts), child(1, of: parts))
    return EntryPlace(whole: span(entry), key: span(name), value: span(value), node: value)
  }

  private func isEntry(_ id: NodeID, of key: String) -> Bool {
    let entry = self[id]
    guard entry.kind == .mapEntry else { return false }
    let name = self[child(0, of: entry)]
    guard name.kind == .stringLiteral, case .string(key) = literals[Int(name.data)] else {
      return false
    }
    return true
  }

  /// Returns the place of a list's element: within the list if it is written out, otherwise the
  /// list's.
  func place(ofElement index: Int, in place: EntryPlace) -> EntryPlace {
    guard let list = place.node, self[list].kind == .list else { return EntryPlace(place.value) }
    let elements = children(of: list)
    guard elements.count > index, !elements.contains(where: { self[$0].kind == .spread })
    else { return EntryPlace(place.value) }
    let element = elements[elements.startIndex + index]
    return EntryPlace(span(element), node: element)
  }
}
