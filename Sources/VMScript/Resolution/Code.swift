import VMScriptSyntax

/// What a name, or the place where a binding is stored, was resolved to.
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
  /// A name that the host defined: its place in ``Vocabulary/names``.
  case host(UInt32)
  /// A bare word where a property takes one of a fixed set.
  case word
  /// Of a block: it holds functions, which are known to each other.
  case hoists
  /// The names of an imported module, as a map.
  case module(UInt32)
}

/// A function or lambda of the script.
package final class FunctionCode: Sendable {
  package struct Parameter: Sendable {
    package let name: String
    /// Evaluated in the function's own frame, so that it may speak of earlier parameters.
    package let standard: NodeID
  }

  package let name: String
  package let parameters: [Parameter]
  package let parameterNames: [String]
  package let body: NodeID
  package let isExpression: Bool
  /// Slots of a frame; parameters take the first.
  package let slotCount: Int
  /// Where the enclosing function finds what this one captures.
  package let captures: [Target]
  /// Nodes below each other in the body: what a call needs of the evaluator's stack.
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
  /// Slots of the frame in which its top-level blocks run.
  package var slotCount: Int
  /// Its top-level names, in order; of two that are the same the first counts.
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

  /// The top-level name that importing files know by this text.
  package func export(_ name: String) -> Export? { index[ExactText(name)].map { exports[$0] } }

  /// A name that importing files can use.
  package struct Export: Sendable {
    package let name: String
    package let target: Target
    /// Where it is defined.
    package let span: Span
    /// Whether it is a `let` or a `param`.
    package let isVariable: Bool
  }
}

/// All modules of a program with every name resolved: immutable, shared by all of its evaluations.
///
/// The trees stand behind each other in one array, so that a function of another module is called
/// like any other.
package final class Code: Sendable {
  package let nodes: [Node]
  package let children: [NodeID]
  package let literals: [Value]
  private let namePlaces: NamePlaces
  package let targets: [Target]
  package let functions: [FunctionCode]
  package let modules: [ModuleCode]
  /// Where each module's nodes begin, in order.
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

  /// What the name of a node was resolved to, in constant time.
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

  /// Where the name of a node stands: what is bound, a key, a member, the kind of a resource.
  package func nameSpan(_ id: NodeID) -> Span {
    let node = self[id]
    return Span(
      source: span(id).source, start: namePlaces[id] ?? node.start,
      length: UInt32(name(node).utf8.count))
  }

  /// The source text of a node.
  package func text(_ id: NodeID) -> String {
    let span = span(id)
    let bytes = sources[span.source].bytes
    return String(decoding: bytes[Int(span.start)..<Int(span.end)], as: UTF8.self)
  }

  package func name(_ node: Node) -> String { names[Name(index: node.data)] }
}
