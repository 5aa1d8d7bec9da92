import VMScriptSyntax

/// The nodes of several trees behind each other, literals turned into values.
package struct NodePool {
  package var nodes: [Node] = []
  package var children: [NodeID] = []
  package var literals: [Value] = []
  /// Where names stand that are not at the start of their node.
  package private(set) var namePlaces = NamePlaces()

  /// Appends a tree and gives its root in the pool.
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
    // The first tree's nodes keep their places.
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
  /// Whether it stands for a value that ``NodePool/literals`` holds.
  package var isLiteral: Bool { self == .stringLiteral || holdsNumber }

  /// Whether `data` is an index into the tree's numeric literals.
  package var holdsNumber: Bool {
    switch self {
    case .intLiteral, .floatLiteral, .sizeLiteral, .durationLiteral, .ipLiteral, .cidrLiteral: true
    default: false
    }
  }
}
