import VMScript

/// Memory: the most that the machine may have, and what it has of it.
struct DomainMemory {
  private let block: DeclaredBlock
  /// The row that says what the machine has.
  private let property: DeclaredProperty
  /// What the machine shall have, in KiB.
  package let kibibytes: Int64

  /// Reads a declaration; nil where it says nothing of memory.
  init?(_ declaration: Declaration) {
    guard let block = declaration.body.block("memory"),
      let property = block.property("current") ?? block.property("max"),
      let kibibytes = property.schema.xml?.texts(of: property.value).first.flatMap({ Int64($0) })
    else { return nil }
    self.block = block
    self.property = property
    self.kibibytes = kibibytes
  }

  /// A new maximum is what the machine has, unless that is said too.
  package func complete(_ root: XMLElement, before: String?) {
    if block["current"] == nil, root.text(at: Self.maximum) != before {
      root.remove("currentMemory")
    }
  }

  /// When a change of a row takes effect: at once up to the maximum of a running machine.
  package func impact(of row: PropertySchema, _ running: RunningMachine?) -> Impact {
    let isLive = row === property.schema && running?.canHave(kibibytes: kibibytes) ?? false
    return isLive ? .live : .nextStart
  }

  /// The difference of a running machine that has less; one that has more than declared need not
  /// give it back.
  func lack(_ machine: RunningMachine) -> PropertyDifference? {
    guard let present = machine.kibibytes, kibibytes > present,
      machine.canHave(kibibytes: kibibytes)
    else { return nil }
    let isShorthand = property.schema.name == block.schema.shorthand
    return PropertyDifference(
      block: isShorthand ? "" : block.schema.name,
      name: isShorthand ? block.schema.name : property.schema.name,
      from: .size(ByteSize(bytes: present * 1024)), to: .size(ByteSize(bytes: kibibytes * 1024)),
      impact: .live, live: property.schema.live)
  }

  /// Where the maximum stands in a definition.
  static let maximum = "memory"
}
