import VMScript
import VMScriptSyntax

/// The signature of the call at the cursor.
public struct CallSignature: Sendable {
  /// The name of the function.
  public let name: String
  /// The parameters as the function declares them.
  public let parameters: [String]
  /// One sentence of the reference, or the documentation in the script; may be empty.
  public let doc: String
  /// The position of the current parameter, from 0.
  public let active: Int
}

extension Analysis {
  /// Returns the signatures of the innermost call whose arguments contain a byte offset. The call
  /// may be of a function of the script, a built-in function or a method. A method of a value of
  /// unknown type has a signature for each type that has the method.
  ///
  /// - Parameters:
  ///   - offset: a byte offset in `script`.
  ///   - script: the current text, which may be newer than this analysis.
  public func signatures(at offset: Int, in script: SourceText) -> [CallSignature] {
    let context = CursorContext(before: Array(script.bytes.prefix(offset)))
    let parse = context.parse
    let tree = parse.tree
    for (id, child) in zip(parse.path, parse.path.dropFirst()).reversed() {
      guard tree[id].kind == .call else { continue }
      let callee = tree.child(0, of: id)
      guard child != callee, tree[callee].kind == .name || tree[callee].kind == .member else {
        continue
      }
      let argument = tree.children(of: id).dropFirst().lastIndex(of: child)
      let position = (argument ?? tree.children(of: id).endIndex) - tree.children(of: id).startIndex
      let given =
        tree[child].kind == .namedArgument ? parse.names[tree.name(of: child)] : nil
      let found = signatures(of: callee, context, position: position - 1, named: given)
      if !found.isEmpty { return found }
    }
    return []
  }

  private func signatures(
    of callee: NodeID, _ context: CursorContext, position: Int, named: String?
  ) -> [CallSignature] {
    let parse = context.parse
    let name = parse.names[parse.tree.name(of: callee)]
    // The call is at the same place in the analysed text, unless that is older.
    switch symbol(at: Int(parse.tree.nameStart(of: callee)))?.meaning {
    case .definition(let span):
      let known = definitions[span].flatMap { signature(of: $0, position, named) }
      if let known { return [known] }
    case .builtin(let builtin): return [CallSignature(builtin.reference, position)]
    default: break
    }
    if parse.tree[callee].kind == .member {
      let base = context.type(of: parse.tree.child(0, of: callee), in: "", topLevelNames)
      let types = base.map { [Reference.type($0.name)].compactMap(\.self) } ?? Reference.types
      let entries = types.flatMap(\.methods).filter { $0.name == name }
      var forms: Set<String> = []
      return entries.filter { forms.insert($0.form).inserted }.map { CallSignature($0, position) }
    }
    let known = definitions.values.filter { code.names[$0.name] == name }
      .sorted { ($0.span.source.index, $0.span.start) < ($1.span.source.index, $1.span.start) }
    if let found = known.lazy.compactMap({ self.signature(of: $0, position, named) }).first {
      return [found]
    }
    return Builtin.function(name).map { [CallSignature($0.reference, position)] } ?? []
  }

  private func signature(
    of definition: NameRecord.Definition, _ position: Int, _ named: String?
  ) -> CallSignature? {
    guard let nodes = code.parameters(of: definition.node) else { return nil }
    let active = named.flatMap { named in
      nodes.firstIndex { code.name(code[$0]) == named }.map { $0 - nodes.startIndex }
    }
    return CallSignature(
      name: code.names[definition.name], parameters: nodes.map(code.text),
      doc: documentation(of: definition) ?? "", active: active ?? position)
  }
}

extension CallSignature {
  /// Creates the signature of a function of the reference; its last parameter may be repeated.
  init(_ entry: ReferenceEntry, _ position: Int) {
    let list = entry.form.dropFirst(entry.name.count + 1).dropLast()
    let parameters = list.isEmpty ? [] : list.split(separator: ", ").map(String.init)
    let isOpen = parameters.last == "…"
    self.init(
      name: entry.name, parameters: parameters, doc: entry.doc + ".",
      active: isOpen ? min(position, parameters.count - 1) : position)
  }
}
