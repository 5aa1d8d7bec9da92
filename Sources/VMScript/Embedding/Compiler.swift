import VMScriptSyntax

/// Makes a program of a source and all that it imports.
struct Compiler {
  let engine: Engine

  func compile(_ main: SourceText) -> Compilation {
    var loader = ModuleLoader(engine: engine)
    _ = loader.load(main)
    guard !loader.isMainBroken else {
      return Compilation(
        program: nil, diagnostics: loader.diagnostics, sources: loader.sources)
    }
    let (code, resolver) = loader.resolve()
    let program = Program(code, name: main.name, engine: engine)
    let diagnostics = loader.diagnostics + resolver.diagnostics
    guard diagnostics.hasErrors else {
      return Compilation(program: program, diagnostics: diagnostics, sources: loader.sources)
    }
    let found = program.problems(.ofWrongNames, earlier: diagnostics).diagnostics
    return Compilation(program: nil, diagnostics: found, sources: loader.sources)
  }
}

extension Code {
  /// Everything that was loaded and resolved so far.
  convenience init(loader: ModuleLoader, resolver: Resolver) {
    self.init(
      pool: loader.pool, targets: resolver.targets, functions: resolver.functions,
      modules: resolver.modules, globals: resolver.globals, names: loader.names,
      sources: loader.sources, vocabulary: resolver.vocabulary)
  }
}
