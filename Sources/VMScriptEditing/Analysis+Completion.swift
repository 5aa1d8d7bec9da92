import VMScript
import VMScriptSyntax

extension Analysis {
  /// What may stand at a byte offset of a text that this is the analysis of, or of an earlier state.
  ///
  /// - Parameters:
  ///   - offset: bytes before the place.
  ///   - script: the text as it is now.
  ///   - importer: finds what the text imports.
  /// - Returns: the context of the place, for what only the caller knows, and all candidates.
  public func completion(
    at offset: Int, in script: SourceText, importer: (any Importer)?
  ) -> (context: CursorContext, candidates: [Candidate]) {
    let context = CursorContext(
      before: Array(script.bytes.prefix(offset)), engine: Engine(importer: importer))
    var names = context.namesInScope(of: script, importer: importer, values: values)
    let known = Set(names.map(\.text))
    names += topLevelNames.filter { !known.contains($0.text) }
    let candidates = context.candidates(names, in: script.name) + resources(context.resourceKinds)
    let named = Set(candidates.map(\.text))
    let quoted = resources(context.quotedKinds).filter { !named.contains($0.text) }.map {
      Candidate(Value.string($0.text).literal, $0.kind, doc: $0.doc)
    }
    return (context, candidates + quoted)
  }

  /// Names of the resources that the script declares, as far as they are written out.
  private func resources(_ kinds: [ResourceKind]) -> [Candidate] {
    code.nodes.compactMap { node in
      let kind: ResourceKind?
      let name: NodeID
      switch node.kind {
      case .resource:
        (kind, name) = (ResourceKind(rawValue: code.name(node)), code.child(0, of: node))
      case .clone: (kind, name) = (.domain, code.child(1, of: node))
      default: return nil
      }
      guard let kind, kinds.contains(kind), let text = code.writtenName(name) else { return nil }
      return Candidate(text, .resource, doc: kind.rawValue)
    }
  }
}

extension CursorContext {
  /// The names that the resolver knows at the cursor; none where no name is read.
  func namesInScope(
    of script: SourceText, importer: (any Importer)?, values: [String: Value]
  ) -> [KnownName] {
    guard parse.place == .word, let cursor = parse.path.last, parse.tree[cursor].kind == .name
    else {
      return []
    }
    var loader = ModuleLoader(engine: Engine(importer: importer))
    loader.names = parse.names
    let source = loader.sources.add(script)
    _ = loader.load(script, source, parse.tree)
    guard let main = loader.modules.last else { return [] }
    var record = NameRecord()
    record.observed = NodeID(index: cursor.index + UInt32(main.firstNode))
    let analysis = Analysis(loader, record, values, findsSymbols: false)
    let visible = analysis.visible.sorted { $0.start > $1.start }
    return visible.compactMap { analysis.definitions[$0] }.map { analysis.knownName($0) }
  }
}

extension Code {
  /// The name of a resource if it does not have to be computed.
  func writtenName(_ id: NodeID) -> String? {
    let node = self[id]
    switch node.kind {
    case .name where node.flags.contains(.bareName): return name(node)
    case .stringLiteral:
      if case .string(let text) = literals[Int(node.data)] { return text }
      return nil
    default: return nil
    }
  }
}
