import VMScriptSyntax

/// What one entry of a session leaves to the next: the program so far, and what became of it.
struct SessionMemory {
  var loader: ModuleLoader
  var resolver: Resolver
  /// By global slot.
  var globals: [Value?]
  var registry: DeclarationRegistry
  var stackSpan: Span?
  /// Of local functions, which values of the session may still hold.
  var openCaptures: [FunctionValue.Captures] = []
  /// What was declared before the last entry.
  var declaredBefore: [Declaration] = []

  /// A session in which nothing was entered yet; `_` is none.
  init(stack: String, engine: Engine) {
    loader = ModuleLoader(engine: engine)
    let last = loader.names.intern(Session.lastValueName)
    resolver = Resolver(
      pool: loader.pool, names: loader.names, vocabulary: engine.vocabulary)
    let nowhere = Span(source: SourceID(index: 0), start: 0, length: 0)
    resolver.globals = [Session.lastValueName]
    resolver.inherited[last] = .init(target: .global(Self.lastValueSlot), span: nowhere)
    globals = [Value.none]
    registry = DeclarationRegistry(stack: stack)
  }

  /// The global that ``Session/lastValueName`` stands for.
  static let lastValueSlot: UInt32 = 0

  /// Parses and resolves an entry; after an error the program is as it was.
  ///
  /// - Returns: the program with the entry as its last module, and the first module that has not run;
  ///   nil where something is wrong.
  mutating func compile(
    _ source: SourceText
  ) -> (code: Code?, firstModule: Int, diagnostics: [Diagnostic]) {
    let (earlierLoader, earlierResolver) = (loader, resolver)
    let firstModule = loader.modules.count
    loader.diagnostics = []
    _ = loader.load(source)
    var diagnostics = loader.diagnostics
    if !loader.isMainBroken {
      resolver.extend(loader.pool, loader.names)
      for module in loader.modules[firstModule...] {
        resolver.modules.append(
          resolver.resolve(
            root: module.root, source: module.source, firstNode: module.firstNode,
            imports: module.imports))
      }
      diagnostics += resolver.diagnostics
    }
    guard !diagnostics.hasErrors else {
      // The sources stay, for the diagnostics point into them.
      let sources = loader.sources
      (loader, resolver) = (earlierLoader, earlierResolver)
      loader.sources = sources
      return (nil, firstModule, diagnostics)
    }
    let code = Code(loader: loader, resolver: resolver)
    return (code, firstModule, diagnostics)
  }

  /// Makes the names of the entry that was evaluated last known to the next one; those that came to
  /// nothing hide no earlier ones.
  mutating func keepNames() {
    for (name, known) in resolver.topLevel {
      if case .global(let slot) = known.target {
        switch globals[Int(slot)] {
        case nil: continue
        case .unknown(let origin)? where origin.isReported: continue
        default: break
        }
      }
      resolver.inherited[name] = known
    }
  }

  /// The value of a name, where it has one.
  func value(of known: Resolver.TopLevelName) -> Value? {
    switch known.target {
    case .global(let slot): globals[Int(slot)]
    case .function(let index): .function(FunctionValue(code: .script(Int(index))))
    default: nil
    }
  }
}
