import TestSupport
import VMScript
import VMScriptSyntax

/// A random stack: resources with random rows of the schema, each in one of two values.
struct RandomStack: Sendable {
  /// A resource with rows of `RowChanges`, by their numbers.
  private struct Resource {
    let kind: String
    let name: String
    /// Whether each row has its second value.
    var rows: [Int: Bool]
    var source: String?
    var isStopped = false
    /// Whether its disk is edited before its first boot.
    var isCustomized = false
  }

  private var resources: [Resource] = []

  /// A new stack.
  init(_ random: inout SeededGenerator) {
    for number in 0..<Int.random(in: 0...2, using: &random) { add("net", "n\(number)", &random) }
    for number in 0..<Int.random(in: 0...2, using: &random) { add("image", "i\(number)", &random) }
    for number in 0..<Int.random(in: 1...3, using: &random) { add("domain", "d\(number)", &random) }
    for number in 0..<Int.random(in: 0...2, using: &random) {
      let sources = resources.filter { $0.kind == "domain" && $0.source == nil }
      guard let source = sources.randomElement(using: &random) else { continue }
      resources.append(
        Resource(kind: "domain", name: "c\(number)", rows: [:], source: source.name))
    }
  }

  private mutating func add(
    _ kind: String, _ name: String, _ random: inout SeededGenerator
  ) {
    var rows: [Int: Bool] = [:]
    // A protected resource would not be deleted at the end.
    let candidates = RowChanges.all.indices.filter {
      RowChanges.all[$0].kind == kind && !RowChanges.all[$0].change.row.hasSuffix(" protect")
    }
    for _ in 0..<Int.random(in: 0...4, using: &random) {
      guard let row = candidates.randomElement(using: &random) else { continue }
      rows[row] = Bool.random(using: &random)
    }
    resources.append(
      Resource(
        kind: kind, name: name, rows: rows,
        isStopped: kind == "domain" && Bool.random(using: &random),
        isCustomized: kind == "domain" && Int.random(in: 0..<3, using: &random) == 0))
  }

  /// The same stack after somebody has edited it.
  func edited(_ random: inout SeededGenerator) -> RandomStack {
    var stack = self
    let sources = Set(stack.resources.compactMap(\.source))
    stack.resources.removeAll { resource in
      resource.name.hasPrefix("e")
        || !sources.contains(resource.name) && Int.random(in: 0..<6, using: &random) == 0
    }
    for index in stack.resources.indices {
      for row in stack.resources[index].rows.keys.sorted() {
        switch Int.random(in: 0..<4, using: &random) {
        case 0: stack.resources[index].rows[row]?.toggle()
        case 1: stack.resources[index].rows[row] = nil
        default: break
        }
      }
      if stack.resources[index].source == nil, Int.random(in: 0..<3, using: &random) == 0 {
        stack.resources[index].isStopped.toggle()
      }
    }
    if Bool.random(using: &random) { stack.add("domain", "e\(stack.resources.count)", &random) }
    return stack
  }

  /// The script, `lone-a` and `lone-b` being volumes of the host.
  var script: String {
    let head = """
      stack "lab"
      let given_a = image("lone-a")
      let given_b = image("lone-b")
      net base_net { mode = isolated, subnet = 10.61.0.0/24 }
      let given_n = net("base_net")

      """
    return head + resources.enumerated().map { text(of: $1, at: $0) }.joined(separator: "\n")
  }

  private func text(of resource: Resource, at position: Int) -> String {
    if let source = resource.source {
      return "clone \(source) as \(resource.name) { memory = 64MiB }"
    }
    var parts: [String] = []
    var met: Set<String> = []
    // A domain that runs is not cloned.
    let isStopped = resource.isStopped || resources.contains { $0.source == resource.name }
    if resource.kind == "domain", isStopped {
      parts.append("state = stopped")
      met.insert("state")
    }
    for row in resource.rows.keys.sorted() {
      let change = RowChanges.all[row]
      // A block that stands once, and a property, stand once.
      let body = RowChanges.body(of: change, isChanged: resource.rows[row] ?? false)
      let own = RowChanges.parts(of: body)
      guard own.allSatisfy({ !met.contains($0.name) }) else { continue }
      met.formUnion(own.map(\.name))
      parts += own.map(\.text)
    }
    switch resource.kind {
    case "domain":
      if !met.contains("memory") { parts.append("memory = 64MiB") }
      if resource.isCustomized, !met.contains("disk") {
        parts.append("disk { image = given_a }")
        parts.append("customize { }")
      }
    case "net":
      if !met.contains("subnet") { parts.append("subnet = 10.62.0.0/24") }
      if !met.contains("mode") { parts.append("mode = isolated") }
    default:
      if parts.isEmpty { parts.append("size = 1MiB") }
    }
    let body = parts.joined(separator: "\n  ")
    return "\(resource.kind) \(resource.name) {\n  \(body)\n}"
      .replacing("OTHER", with: "other").replacing("POOL", with: "default")
      .replacing("LONE", with: "lone").replacing("IMAGE-a", with: "given_a")
      .replacing("IMAGE-b", with: "given_b").replacing("NET-a", with: "given_n")
      .replacing("UNIQUE", with: "00000000000\(position % 10)")
      .replacing(/10\.62\.\d+\./) { _ in "10.62.\(position)." }
  }
}
