import VMScriptSyntax

extension Program {
  /// Whether anything in the script or its imports declares, looks up or acts on resources.
  ///
  /// A script of which this is false means the same with and without a host. Linear in its length.
  public var speaksOfResources: Bool {
    let isLookUp = code.targets.contains { target in
      if case .builtin(let index) = target {
        Builtin.functions[Int(index)].group == .resources
      } else {
        false
      }
    }
    return isLookUp
      || code.nodes.contains { node in
        if node.kind == .resource { return code.vocabulary.kind(code.name(node))?.isCustom != true }
        return node.kind == .clone || node.kind == .verbStatement
      }
  }

  /// The names of all parameters, in the order of the script.
  public var parameters: [String] {
    guard let main = code.modules.last else { return [] }
    return code.children(of: main.root).map { code[$0] }
      .filter { $0.kind == .paramStatement }.map(code.name)
  }
}
