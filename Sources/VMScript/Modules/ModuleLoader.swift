import VMScriptSyntax

/// Parses a file and its imports, each file once, imported ones first.
package struct ModuleLoader {
  package struct Module {
    package let root: NodeID
    package let source: SourceID
    package let firstNode: Int
    /// The module of each import statement.
    package let imports: [NodeID: Int]
  }

  package let engine: Engine
  package var sources = SourceMap()
  package var names = NameTable()
  package var pool = NodePool()
  package var modules: [Module] = []
  /// The texts of the `##` lines, by statement in the pool.
  package var documentation: [NodeID: String] = [:]
  package var diagnostics: [Diagnostic] = []
  /// Whether the main file could not be parsed. Broken imports do not count: the rest of the
  /// program is still checked.
  package private(set) var isMainBroken = false
  private var loaded: [String: Int] = [:]
  /// The places of the imports of files that could not be parsed, by file name; they were reported.
  package private(set) var broken: [String: Span] = [:]
  /// The names of the files that are being loaded, the main one first.
  private var chain: [String] = []

  /// The longest chain of imports.
  package static let maximumDepth = 100
  /// The remaining bytes of source; the compiled form takes about fifty times as much.
  private var room: Int64

  package init(engine: Engine) {
    self.engine = engine
    room = engine.limits.memory.bytes / 50
  }

  /// Loads a source and returns the index of its module; nil if it could not be parsed.
  package mutating func load(_ source: SourceText) -> Int? {
    if chain.isEmpty { isMainBroken = true }
    let id = sources.add(source)
    room -= Int64(source.bytes.count)
    guard room >= 0 else {
      diagnostics.append(.sourceTooLarge(engine.limits.memory, id))
      return nil
    }
    let parsed = parse(source, id: id, names: &names)
    diagnostics += parsed.diagnostics
    let isBroken = parsed.diagnostics.hasErrors
    if chain.isEmpty {
      isMainBroken = isBroken
    } else if isBroken {
      return nil
    }
    return load(source, id, parsed.tree)
  }

  /// Continues with a source that was parsed with this loader's names.
  package mutating func load(_ source: SourceText, _ id: SourceID, _ tree: Tree) -> Int? {
    // The main file's name is unchanged from what the user typed.
    chain.append(SourcePath.normalized(source.name))
    defer { chain.removeLast() }
    var imports: [(statement: NodeID, module: Int)] = []
    for statement in tree.children(of: tree.root) where tree[statement].kind == .importStatement {
      if let module = load(statement, in: tree, of: source) { imports.append((statement, module)) }
    }
    let offset = UInt32(pool.nodes.count)
    let root = pool.append(tree)
    for (statement, text) in tree.documentation {
      documentation[NodeID(index: statement + offset)] = text
    }
    modules.append(
      Module(
        root: root, source: id, firstNode: Int(offset),
        imports: Dictionary(
          imports.map { (NodeID(index: $0.statement.index + offset), $0.module) },
          uniquingKeysWith: { first, _ in first })))
    loaded[source.name] = modules.count - 1
    return modules.count - 1
  }

  /// Returns the program of all loaded modules, with the diagnostics of its names.
  ///
  /// - Parameter record: receives the meaning of every name.
  package func resolve(
    recording record: inout NameRecord
  ) -> (code: Code, diagnostics: [Diagnostic]) {
    let (code, resolver) = resolve(record: record)
    record = resolver.record ?? record
    return (code, resolver.diagnostics)
  }

  /// Returns the program of all loaded modules, with the resolver that resolved its names.
  ///
  /// - Parameter record: receives the meaning of every name.
  func resolve(record: NameRecord? = nil) -> (code: Code, resolver: Resolver) {
    var resolver = Resolver(pool: pool, names: names, vocabulary: engine.vocabulary)
    resolver.record = record
    for module in modules {
      let resolved = resolver.resolve(
        root: module.root, source: module.source, firstNode: module.firstNode,
        imports: module.imports)
      resolver.modules.append(resolved)
    }
    return (Code(loader: self, resolver: resolver), resolver)
  }

  private mutating func load(_ statement: NodeID, in tree: Tree, of script: SourceText) -> Int? {
    let pathNode = tree.child(0, of: statement)
    let span = tree.span(of: pathNode)
    guard tree[pathNode].kind == .stringLiteral else {
      if tree[pathNode].kind != .error { diagnostics.append(.importPath(at: span)) }
      return nil
    }
    let path = tree.strings[Int(tree[pathNode].data)]
    guard let importer = engine.importer else {
      diagnostics.append(.noAccess("import", at: span))
      return nil
    }
    guard chain.count < Self.maximumDepth else {
      diagnostics.append(.importTooDeep(Self.maximumDepth, at: span))
      return nil
    }
    do {
      let source = try importer.load(
        path: path, from: script.name, bounds: ReadBounds(maximumBytes: max(0, Int(room)) + 1))
      if let known = loaded[source.name] { return known }
      if broken[source.name] != nil { return nil }
      if let start = chain.firstIndex(of: source.name) {
        diagnostics.append(.importCycle(Array(chain[start...]) + [source.name], at: span))
        return nil
      }
      let module = load(source)
      if module == nil { broken[source.name] = span }
      return module
    } catch {
      diagnostics.append(
        error.exceedsBounds
          ? .importTooLarge(engine.limits.memory, at: span)
          : .importFailed(path, reason: error.reason, at: span))
      return nil
    }
  }
}
