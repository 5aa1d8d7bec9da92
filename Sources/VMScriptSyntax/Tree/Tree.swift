/// The position of a node in its ``Tree``.
public struct NodeID: Hashable, Sendable {
  /// The place in ``Tree/nodes``.
  public let index: UInt32
  /// The node at a place in ``Tree/nodes``.
  public init(index: UInt32) { self.index = index }
  /// The identifier of an optional child that is missing.
  public static let absent = NodeID(index: .max)
  /// Whether the child is missing.
  public var isAbsent: Bool { self == .absent }
}

/// One node of the flat tree; its ``NodeKind`` documents `data` and the children.
public struct Node: Sendable {
  /// The kind of the node, which determines the meaning of the rest.
  public var kind: NodeKind
  /// Facts that need no child.
  public var flags: NodeFlags
  /// The height of the subtree, in nodes: walking it takes stack for that many.
  public var height: UInt16 = 1
  /// Byte offset of the node's first byte.
  public var start: UInt32
  /// Length in bytes.
  public var length: UInt32
  /// A ``Name``, an ``Operator`` or an index into `tree.literals` or `tree.strings`, by kind.
  public var data: UInt32
  /// The position of its first child in ``Tree/children``.
  public var firstChild: UInt32
  /// The number of children, absent ones included.
  public var childCount: UInt32

  /// Creates a node without its children.
  init(
    kind: NodeKind, flags: NodeFlags = [], start: UInt32, length: UInt32, data: UInt32 = 0,
    firstChild: UInt32 = 0, childCount: UInt32 = 0
  ) {
    self.kind = kind
    self.flags = flags
    self.start = start
    self.length = length
    self.data = data
    self.firstChild = firstChild
    self.childCount = childCount
  }
}

/// Facts about a node that need no child of their own.
public struct NodeFlags: OptionSet, Sendable {
  /// One bit per fact.
  public let rawValue: UInt8
  /// Creates the facts of a bit mask.
  public init(rawValue: UInt8) { self.rawValue = rawValue }
  /// `func f(x) = EXPR`: the body is an expression, not a block.
  public static let expressionBody = NodeFlags(rawValue: 1)
  /// `stop T force`.
  public static let force = NodeFlags(rawValue: 2)
  /// The expression was in parentheses.
  public static let parenthesized = NodeFlags(rawValue: 4)
  /// The label of a block or the name of a resource was a bare identifier, not a string.
  public static let bareName = NodeFlags(rawValue: 8)
}

/// A parsed file as flat arrays: immutable once built, shared freely between threads.
public struct Tree: Sendable {
  /// The file that the offsets of the nodes refer to.
  public let source: SourceID
  /// All nodes; a child precedes its parent.
  public internal(set) var nodes: [Node] = []
  /// Children of all nodes, each node's in one run.
  public internal(set) var children: [NodeID] = []
  /// Bit patterns of numeric literals: `Int64` for int, size (bytes), duration (milliseconds);
  /// `Double.bitPattern` for float; the address for IPv4; `address << 8 | prefix` for CIDR.
  public internal(set) var literals: [UInt64] = []
  /// Texts of string literals and of the literal parts of interpolations, escapes resolved.
  public internal(set) var strings: [String] = []
  /// The places of names that are not at the start of their node.
  package internal(set) var namePlaces = NamePlaces()
  /// The `##` lines above a statement, without their marks, by node of the statement.
  public internal(set) var documentation: [UInt32: String] = [:]
  /// The `file` node.
  public internal(set) var root: NodeID = .absent

  /// Creates a tree without nodes.
  public init(source: SourceID) { self.source = source }

  /// The node itself, in constant time.
  public internal(set) subscript(id: NodeID) -> Node {
    get { nodes[Int(id.index)] }
    set { nodes[Int(id.index)] = newValue }
  }

  /// Returns the tree of a file without statements.
  static func empty(source: SourceID) -> Tree {
    var tree = Tree(source: source)
    tree.nodes = [
      Node(kind: .file, start: 0, length: 0)
    ]
    tree.root = NodeID(index: 0)
    return tree
  }

  /// Appends a node without children.
  mutating func append(_ node: Node) -> NodeID {
    nodes.append(node)
    nodes[nodes.count - 1].firstChild = UInt32(children.count)
    return NodeID(index: UInt32(nodes.count - 1))
  }

  /// Appends a node whose children are the nodes of `pending` from `mark` on.
  mutating func append(
    _ node: Node, children pending: [NodeID], from mark: Int
  ) -> (id: NodeID, height: UInt16) {
    var node = node
    node.firstChild = UInt32(children.count)
    node.childCount = UInt32(pending.count - mark)
    var height: UInt16 = 0
    for position in mark..<pending.count {
      let child = pending[position]
      children.append(child)
      if !child.isAbsent { height = max(height, self[child].height) }
    }
    node.height = height < .max ? height + 1 : height
    nodes.append(node)
    return (NodeID(index: UInt32(nodes.count - 1)), node.height)
  }

  /// Returns the `##` lines directly above a statement, separated by `\n`.
  public func documentation(of id: NodeID) -> String? { documentation[id.index] }

  /// Returns the children of `id` in order; a missing optional child is ``NodeID/absent``.
  public func children(of id: NodeID) -> ArraySlice<NodeID> {
    let node = self[id]
    let first = Int(node.firstChild)
    return children[first..<first + Int(node.childCount)]
  }

  /// Returns the child at a position, counted from 0, in constant time. The position must be below
  /// ``Node/childCount``.
  public func child(_ position: Int, of id: NodeID) -> NodeID {
    children[Int(self[id].firstChild) + position]
  }

  /// Returns the bytes of the file that the node covers.
  public func span(of id: NodeID) -> Span {
    let node = self[id]
    return Span(source: source, start: node.start, length: node.length)
  }

  /// Returns the name in `data` of this node.
  public func name(of id: NodeID) -> Name { Name(index: self[id].data) }

  /// Returns the byte offset of the name in `data` of this node; the start of the node if the name
  /// is missing.
  public func nameStart(of id: NodeID) -> UInt32 { namePlaces[id] ?? self[id].start }
}

/// The places of names that are not at the start of their node: of a `let`, of a member, of a name
/// in parentheses.
///
/// Other nodes take no room. The order is that of the nodes.
package struct NamePlaces: Sendable {
  private struct Place {
    let node: UInt32
    let start: UInt32
  }

  private var places: [Place] = []

  package init() {}

  /// The offset of the first byte of a node's name; nil if it is the first byte of the node.
  package subscript(id: NodeID) -> UInt32? {
    let position = position(of: id.index)
    guard position < places.count, places[position].node == id.index else { return nil }
    return places[position].start
  }

  /// Adds the place of a node's name, unless it has one. Takes constant time for the last node.
  mutating func insert(_ start: UInt32, of id: NodeID) {
    let isLast = places.last.map { $0.node < id.index } ?? true
    let position = isLast ? places.count : position(of: id.index)
    if !isLast, places[position].node == id.index { return }
    places.insert(Place(node: id.index, start: start), at: position)
  }

  /// Adds the places of another tree, whose first node gets a number.
  package mutating func append(_ other: NamePlaces, firstNode: UInt32) {
    places += other.places.map { Place(node: $0.node + firstNode, start: $0.start) }
  }

  /// Returns the position of the first place whose node is not before a given one.
  private func position(of node: UInt32) -> Int {
    var (low, high) = (0, places.count)
    while low < high {
      let middle = (low + high) / 2
      if places[middle].node < node { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
