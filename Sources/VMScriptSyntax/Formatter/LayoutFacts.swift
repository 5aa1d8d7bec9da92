/// What the layout of tokens depends on and only the tree knows, as byte offsets.
struct LayoutFacts {
  /// Where a statement, an entry of a body or an entry of a map begins.
  private(set) var entryStarts: Set<UInt32> = []
  /// Where the `{` of a block of statements or of a body stands, not that of a map.
  private(set) var blockStarts: Set<UInt32> = []
  /// Where what is called or indexed ends: its bracket follows without a space.
  private(set) var calleeEnds: Set<UInt32> = []
  /// Where the parameters of a function begin.
  private(set) var parameterStarts: Set<UInt32> = []
  /// Where a `-` or `...` has one operand only.
  private(set) var prefixStarts: Set<UInt32> = []

  init(_ tree: Tree) {
    for index in tree.nodes.indices {
      let id = NodeID(index: UInt32(index))
      let node = tree.nodes[index]
      switch node.kind {
      case .file, .block, .body, .map:
        for child in tree.children(of: id) { entryStarts.insert(tree[child].start) }
        if node.kind == .block || node.kind == .body { blockStarts.insert(node.start) }
      case .call, .index:
        calleeEnds.insert(tree.span(of: tree.child(0, of: id)).end)
      case .funcStatement:
        parameterStarts.insert(tree[tree.child(0, of: id)].start)
      case .unary, .spread:
        prefixStarts.insert(node.start)
      // The lowest int is written with its `-`.
      case .intLiteral where tree.literals[Int(node.data)] == NumberReader.lowest:
        prefixStarts.insert(node.start)
      default: break
      }
    }
  }
}
