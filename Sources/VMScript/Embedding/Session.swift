import OrderedCollections
import Synchronization
import VMScriptSyntax

/// A program that grows entry by entry, as a shell has it: each sees what those before it left.
///
///     let session = Session(stack: "lab")
///     _ = session.enter(SourceText(name: "<1>", text: "let size = 2GiB"), host: host) { _ in }
///     _ = session.enter(SourceText(name: "<2>", text: "size / 4"), host: host) { print($0) }
///
/// An entry is a module that knows all names of the earlier ones. A name that is defined again hides
/// the earlier one for what is entered from then on; a resource that is declared again takes the
/// place of the earlier declaration. An entry that is wrong by its text leaves nothing behind; one
/// that fails on its way leaves what it came to.
public final class Session: Sendable {
  /// The name of the last value that was shown.
  public static let lastValueName = "_"

  /// The functions that every script knows, in the order of the documentation.
  public static var builtinNames: [String] { Builtin.functions.map(\.name) }

  private let options: EvaluationOptions
  private let engine: Engine
  private let memory: Mutex<SessionMemory>
  /// Readable while an entry is evaluated, by the host that it waits for.
  private let knownSources = Mutex(SourceMap())

  /// A session in which nothing was entered yet.
  ///
  /// - Parameters:
  ///   - stack: the stack that its resources belong to, until an entry says otherwise.
  ///   - engine: what entries know, reach and take.
  ///   - options: hold for every entry; steps and memory are counted for each anew.
  public init(
    stack: String, engine: Engine = Engine(), options: EvaluationOptions = EvaluationOptions()
  ) {
    self.options = options
    self.engine = engine
    memory = Mutex(SessionMemory(stack: stack, engine: engine))
  }

  deinit { memory.withLock { $0.openCaptures.forEach { $0.clear() } } }

  /// Evaluates an entry; blocks the calling thread until it is done.
  ///
  /// - Parameters:
  ///   - source: the entry's text, and what messages call it.
  ///   - host: answers what is read of resources and runs verbs.
  ///   - show: takes the value of each expression that stands for itself, from another thread.
  /// - Returns: outputs of this entry, all declarations of the session, and every error.
  public func enter(
    _ source: SourceText, host: any EvaluationHost, show: @escaping @Sendable (Value) -> Void
  ) -> EvaluationOutcome {
    EvaluationThread.run { self.enterHere(source, host, show) }
      ?? EvaluationOutcome(
        outputs: [:], declarations: declarations, diagnostics: [.noThread()], sources: sources)
  }

  private func enterHere(
    _ source: SourceText, _ host: any EvaluationHost, _ show: (Value) -> Void
  ) -> EvaluationOutcome {
    memory.withLock { memory in
      let (code, firstModule, diagnostics) = memory.compile(source)
      let sources = memory.loader.sources
      knownSources.withLock { $0 = sources }
      memory.declaredBefore = memory.registry.set.declarations
      guard let code else {
        return EvaluationOutcome(
          outputs: [:], declarations: memory.registry.set, diagnostics: diagnostics,
          sources: sources)
      }
      var evaluator = Evaluator(
        code: code, engine: engine, options: options, host: host, memory: memory)
      evaluator.runEntry(from: firstModule, show: show)
      memory.globals = evaluator.globals
      memory.registry = evaluator.registry
      memory.stackSpan = evaluator.stackSpan
      memory.openCaptures = evaluator.openCaptures
      memory.keepNames()
      return EvaluationOutcome(
        outputs: evaluator.outputs, declarations: evaluator.registry.set,
        diagnostics: diagnostics + evaluator.diagnostics, sources: sources,
        origin: OutputOrigin(code: code, statements: evaluator.outputStatements))
    }
  }

  /// Takes back what the last entry declared and what did not take effect; what it declared again is
  /// as it was declared before.
  ///
  /// - Returns: what was taken back.
  @discardableResult
  public func withdrawDeclarations(
    unless tookEffect: (Declaration) -> Bool
  ) -> [Declaration] {
    memory.withLock { memory in
      let earlier = Dictionary(memory.declaredBefore.map { ($0.key, $0) }, uniquingKeysWith: { $1 })
      let declared = memory.registry.set.declarations
      let withdrawn = declared.filter { declaration in
        !tookEffect(declaration) && declaration.revision != earlier[declaration.key]?.revision
      }
      guard !withdrawn.isEmpty else { return [] }
      let keys = Set(withdrawn.map(\.key))
      memory.registry.replaceAll(
        with: declared.compactMap { keys.contains($0.key) ? earlier[$0.key] : $0 })
      return withdrawn
    }
  }

  /// Declares again what the last entry deleted, for it was only tried out.
  public func restoreDeleted() {
    memory.withLock { memory in
      let deleted = memory.declaredBefore.filter {
        memory.registry.find($0.kind, $0.name) == nil
      }
      guard !deleted.isEmpty else { return }
      memory.registry.replaceAll(with: deleted + memory.registry.set.declarations)
    }
  }

  /// Forgets everything that was entered; what took effect stays in effect.
  ///
  /// - Parameter stack: the stack from now on; nil keeps it.
  public func reset(stack: String? = nil) {
    memory.withLock { memory in
      memory.openCaptures.forEach { $0.clear() }
      memory = SessionMemory(
        stack: stack ?? memory.registry.set.stack, engine: engine)
    }
  }

  /// What is declared, with the stack it belongs to.
  public var declarations: DeclarationSet { memory.withLock(\.registry.set) }

  /// All entries and what they imported, to show diagnostics with.
  public var sources: SourceMap { knownSources.withLock(\.self) }

  /// The session's names in alphabetical order with their values; a module has none.
  public var names: OrderedDictionary<String, Value?> {
    memory.withLock { memory in
      let pairs = memory.resolver.inherited.map { name, known in
        (memory.loader.names[name], memory.value(of: known))
      }
      return OrderedDictionary(uniqueKeysWithValues: pairs.sorted { $0.0 < $1.0 })
    }
  }
}

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
