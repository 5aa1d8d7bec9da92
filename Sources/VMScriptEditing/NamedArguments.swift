import VMScript
import VMScriptSyntax

extension Code {
  /// The names of arguments as uses of the parameters that they are given to, where the function
  /// that is called is known by its name.
  func namedArguments(_ record: NameRecord) -> [NameRecord.Use] {
    var definitions: [Span: Span] = [:]
    for use in record.uses {
      if case .definition(let definition) = use.meaning { definitions[use.span] = definition }
    }
    var found: [NameRecord.Use] = []
    for (index, node) in nodes.enumerated() where node.kind == .call {
      let arguments = children(of: node).dropFirst().filter { self[$0].kind == .namedArgument }
      guard !arguments.isEmpty, let callee = calledName(NodeID(index: UInt32(index))),
        let function = definitions[callee].flatMap({ record.definitions[$0] })
      else { continue }
      for argument in arguments {
        let name = Name(index: self[argument].data)
        guard let parameter = parameter(name, of: function.node) else { continue }
        found.append(
          NameRecord.Use(
            span: nameSpan(argument), meaning: .definition(nameSpan(parameter))))
      }
    }
    return found
  }

  /// Where the name of the function stands that a call calls.
  private func calledName(_ call: NodeID) -> Span? {
    let callee = child(0, of: call)
    switch self[callee].kind {
    case .name, .member: return nameSpan(callee)
    default: return nil
    }
  }

  private func parameter(_ name: Name, of definition: NodeID) -> NodeID? {
    parameters(of: definition)?.first { self[$0].data == name.index }
  }

  /// The parameters of a `func` statement, or of the lambda that a `let` names.
  func parameters(of definition: NodeID) -> ArraySlice<NodeID>? {
    var node = self[definition]
    if node.kind == .letStatement {
      node = self[child(0, of: node)]
      guard node.kind == .lambda else { return nil }
    } else if node.kind != .funcStatement {
      return nil
    }
    return children(of: self[child(0, of: node)])
  }
}
