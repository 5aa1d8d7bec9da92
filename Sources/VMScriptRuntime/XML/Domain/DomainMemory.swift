import VMScript
import VMScriptSyntax

/// Memory: the most that the machine may have, and what it has of it.
enum DomainMemory {
  static func write(_ memory: DeclaredBlock, to root: XMLElement) throws(Diagnostic) {
    let before = root.text(at: "memory")
    try XMLRows.write(memory, to: root)
    // A new maximum is what it has, unless that is said too.
    if memory["current"] == nil, root.text(at: "memory") != before { root.remove("currentMemory") }
  }

  /// The changes; those up to the maximum of a running machine take effect at once.
  static func differences(
    _ memory: DeclaredBlock, definition root: XMLElement, running: RunningMachine?
  ) -> [PropertyDifference] {
    let isLive = kibibytes(memory).flatMap { running?.canHave(kibibytes: $0) } ?? false
    return XMLRows.differences(memory, path: "memory", live: root) { row in
      switch row.name {
      case "max": isLive && memory["current"] == nil ? .live : .nextStart
      case "current": isLive ? .live : .nextStart
      default: row.impact
      }
    }
  }

  /// What the machine shall have, in KiB.
  static func kibibytes(_ memory: DeclaredBlock) -> Int64? {
    guard let property = memory.property("current") ?? memory.property("max") else { return nil }
    return property.schema.xml?.texts(of: property.value).first.flatMap { Int64($0) }
  }
}
