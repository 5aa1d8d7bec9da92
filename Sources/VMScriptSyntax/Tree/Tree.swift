/// The position of a node in its ``Tree``.
public struct NodeID: Hashable, Sendable {
  public let index: UInt32
  public init(index: UInt32) { self.index = index }
  /// Stands where an optional child is not there.
  public static let absent = NodeID(index: .max)
  public var isAbsent: Bool { self == .absent }
}

/// One node of the flat tree; what `data` and the children mean is said by each ``NodeKind``.
public struct Node: Sendable {
  public var kind: NodeKind
  public var flags: NodeFlags
  public var start: UInt32
  public var length: UInt32
  /// A ``Name``, an ``Operator`` or an index into `tree.literals` or `tree.strings`, by kind.
  public var data: UInt32
  public var firstChild: UInt32
  public var childCount: UInt32
}

/// Facts about a node that need no child of their own.
public struct NodeFlags: OptionSet, Sendable {
  public let rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }
  /// `func f(x) = EXPR`: the body is an expression, not a block.
  public static let expressionBody = NodeFlags(rawValue: 1)
  /// `stop T force`.
  public static let force = NodeFlags(rawValue: 2)
  /// The expression stood in parentheses.
  public static let parenthesized = NodeFlags(rawValue: 4)
  /// The label of a block or the name of a resource was a bare identifier, not a string.
  public static let bareName = NodeFlags(rawValue: 8)
}

/// A parsed file as flat arrays: immutable once built, shared freely between threads.
public struct Tree: Sendable {
  public let source: SourceID
  public internal(set) var nodes: [Node] = []
  /// Children of all nodes, each node's in one run.
  public internal(set) var children: [NodeID] = []
  /// Bit patterns of numeric literals: `Int64` for int, size (bytes), duration (milliseconds);
  /// `Double.bitPattern` for float; the address for IPv4; `address << 8 | prefix` for CIDR.
  public internal(set) var literals: [UInt64] = []
  /// Texts of string literals and of the literal parts of interpolations, escapes resolved.
  public internal(set) var strings: [String] = []
  /// The `##` lines above a statement, without their marks, by the statement's node.
  var documentation: [UInt32: String] = [:]
  /// The `file` node.
  public internal(set) var root: NodeID = .absent

  public init(source: SourceID) { self.source = source }

  public subscript(id: NodeID) -> Node { nodes[Int(id.index)] }

  /// A tree of a file without statements.
  static func empty(source: SourceID) -> Tree {
    var tree = Tree(source: source)
    tree.nodes = [
      Node(kind: .file, flags: [], start: 0, length: 0, data: 0, firstChild: 0, childCount: 0)
    ]
    tree.root = NodeID(index: 0)
    return tree
  }

  /// What the `##` lines directly above a statement say; lines are separated by `\n`.
  public func documentation(of id: NodeID) -> String? { documentation[id.index] }

  /// The children of `id` in order; an optional child that is not there is ``NodeID/absent``.
  public func children(of id: NodeID) -> ArraySlice<NodeID> {
    let node = self[id]
    let first = Int(node.firstChild)
    return children[first..<first + Int(node.childCount)]
  }

  public func child(_ position: Int, of id: NodeID) -> NodeID {
    children[Int(self[id].firstChild) + position]
  }

  public func span(of id: NodeID) -> Span {
    let node = self[id]
    return Span(source: source, start: node.start, length: node.length)
  }

  /// The name that `data` of this node holds.
  public func name(of id: NodeID) -> Name { Name(index: self[id].data) }
}
