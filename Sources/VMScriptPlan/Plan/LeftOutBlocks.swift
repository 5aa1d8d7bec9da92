import VMScript

/// The blocks of a resource that its new declaration leaves out, and so takes from it.
public struct LeftOutBlocks: Sendable {
  /// The resource.
  public let resource: ResourceReference
  /// The blocks as a script writes them on a line, such as `disk { size = 1GiB }`.
  public let blocks: [String]

  /// The blocks of an earlier declaration that a later one lacks; nil where there are none.
  ///
  /// A block is known by its label, one without by its position among its kind.
  package init?(of earlier: Declaration, without later: Declaration) {
    // A clone that leaves a block out inherits it.
    guard earlier.source == nil, later.source == nil else { return nil }
    let kept = Set(Self.keyed(later.body.blocks).map(\.key))
    let blocks = Self.keyed(earlier.body.blocks).filter { !kept.contains($0.key) }.map(\.block)
    guard !blocks.isEmpty else { return nil }
    resource = later.reference
    self.blocks = blocks.map(Self.line)
  }

  /// The devices that a declaration takes from a domain which the session has not declared before; nil
  /// where there are none.
  package init?(of change: Change) {
    guard change.kind == .domain, change.action == .update, change.source == nil else { return nil }
    let blocks = change.properties.filter { $0.name == "device" && $0.to == nil }.map(\.block)
    guard !blocks.isEmpty else { return nil }
    resource = change.reference
    self.blocks = blocks.map { path in
      let parts = path.split(separator: " ", maxSplits: 1).map(String.init)
      let label =
        parts.count == 2 && Int(parts[1]) == nil ? " " + Value.string(parts[1]).literal : ""
      return "\(parts.first ?? path)\(label) { … }"
    }
  }

  private static func keyed(_ blocks: [DeclaredBlock]) -> [(key: String, block: DeclaredBlock)] {
    var counts: [String: Int] = [:]
    return blocks.map { block in
      let name = block.schema.name
      if let label = block.label { return ("\(name) \(label)", block) }
      counts[name, default: 0] += 1
      return ("\(name) #\(counts[name, default: 0])", block)
    }
  }

  private static func line(_ block: DeclaredBlock) -> String {
    let label = block.label.map { " " + Value.string($0).literal } ?? ""
    let parts =
      block.properties.map { "\($0.schema.name) = \($0.value.literal)" } + block.blocks.map(line)
    return "\(block.schema.name)\(label) { \(parts.joined(separator: ", ")) }"
  }
}
