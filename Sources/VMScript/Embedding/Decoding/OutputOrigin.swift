import VMScriptSyntax

/// Where the outputs of an evaluation stand in the script, for what is wrong with their values.
struct OutputOrigin: Sendable {
  let code: Code
  /// The output statements by name.
  let statements: [String: NodeID]

  /// The place of what a path leads to: an entry of a map or an element of a list where they are
  /// written out, else what holds them, else the value of the output.
  func place(of path: [any CodingKey]) -> EntryPlace? {
    guard let first = path.first, let statement = statements[first.stringValue] else { return nil }
    let value = code.child(1, of: statement)
    var place = EntryPlace(
      whole: code.span(statement), key: code.span(statement), value: code.span(value), node: value)
    for key in path.dropFirst() {
      place = followingName(place)
      let isList = place.node.map { code[$0].kind == .list } ?? false
      if isList, let index = key.intValue {
        place = code.place(ofElement: index, in: place)
      } else {
        place = code.place(ofKey: key.stringValue, in: place)
      }
    }
    return place
  }

  /// Where an output is missing: at the end of the main file.
  var end: Span? {
    guard let main = code.modules.last else { return nil }
    let length = code.sources[main.source].bytes.count
    return Span(source: main.source, start: UInt32(length), length: 0)
  }

  /// A name stands for what its `let` gives it.
  private func followingName(_ place: EntryPlace) -> EntryPlace {
    guard let node = place.node, code[node].kind == .name,
      case .global(let slot) = code.target(of: node), let statement = definition(of: slot)
    else { return place }
    let value = code.child(0, of: statement)
    return EntryPlace(whole: place.whole, key: place.key, value: place.value, node: value)
  }

  private func definition(of slot: UInt32) -> NodeID? {
    code.modules.lazy.flatMap { code.children(of: $0.root) }.first { statement in
      guard code[statement].kind == .letStatement, case .global(slot) = code.target(of: statement)
      else { return false }
      return true
    }
  }
}
