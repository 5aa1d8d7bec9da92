/// The places of names that do not stand at the start of their node: of a `let`, of a member, of a
/// name in parentheses.
///
/// Takes no room for the other nodes. The order is that of the nodes.
package struct NamePlaces: Sendable {
  private struct Place {
    let node: UInt32
    let start: UInt32
  }

  private var places: [Place] = []

  package init() {}

  /// The offset of the first byte of a node's name; nil where it is the first byte of the node.
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

  /// The position of the first place whose node is not before a given one.
  private func position(of node: UInt32) -> Int {
    var (low, high) = (0, places.count)
    while low < high {
      let middle = (low + high) / 2
      if places[middle].node < node { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
