import VMScriptSyntax

/// The call that is being written.
public struct CallSignature: Sendable {
  /// The name of the function.
  public let name: String
  /// Its parameters as they are written.
  public let parameters: [String]
  /// What the script says about it; may be empty.
  public let doc: String
  /// Which parameter is being given, from 0.
  public let active: Int
}

extension Analysis {
  /// The innermost call of a function of the script whose arguments hold a byte offset of a text that
  /// this is the analysis of, or of an earlier state.
  public func signature(at offset: Int, in script: SourceText) -> CallSignature? {
    let parse = CursorParse(Array(script.bytes.prefix(offset)))
    let tree = parse.tree
    for (id, child) in zip(parse.path, parse.path.dropFirst()).reversed() {
      guard tree[id].kind == .call else { continue }
      let callee = tree.child(0, of: id)
      guard child != callee, tree[callee].kind == .name || tree[callee].kind == .member else {
        continue
      }
      let name = parse.names[tree.name(of: callee)]
      // The call stands at the same place in the text that was analysed, unless that is older.
      let known =
        symbol(at: Int(tree.span(of: callee).end)).flatMap(definition(of:))
        ?? definitions.values.first { code.names[$0.name] == name && kind(of: $0) == .function }
      guard let known, let parameters = parameters(of: known) else { continue }
      let given = tree.children(of: id)
      return CallSignature(
        name: name, parameters: parameters, doc: documentation(of: known) ?? "",
        active: max(0, given.count - 2))
    }
    return nil
  }
}
