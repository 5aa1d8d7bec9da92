import OrderedCollections
import Synchronization
import VMScriptSyntax

/// A program that grows entry by entry, as in a shell: each entry sees the results of earlier ones.
///
///     let session = Session(stack: "lab")
///     _ = session.enter(SourceText(name: "<1>", text: "let size = 2GiB"), host: host) { _ in }
///     _ = session.enter(SourceText(name: "<2>", text: "size / 4"), host: host) { print($0) }
///
/// An entry is a module that can use all names of earlier ones. A name that is defined again hides
/// the earlier one in later entries. A resource that is declared again replaces the earlier
/// declaration. An entry with an error in its text has no effect; one that fails during evaluation
/// keeps its results up to that point.
public final class Session: Sendable {
  /// The name of the last value shown.
  public static let lastValueName = "_"

  /// The functions that every script knows, in the order of the documentation.
  public static var builtinNames: [String] { Builtin.functions.map(\.name) }

  private let options: EvaluationOptions
  private let engine: Engine
  private let memory: Mutex<SessionMemory>
  /// Readable during the evaluation of an entry, by the host that the entry waits for.
  private let knownSources = Mutex(SourceMap())

  /// Creates a session without entries.
  ///
  /// - Parameters:
  ///   - stack: the stack of its resources, until an entry names another one.
  ///   - engine: the engine, with the names, access and limits of the entries.
  ///   - options: the options of every entry; steps and memory are counted for each entry.
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
  ///   - source: the entry's text, with its name for messages.
  ///   - host: reads attributes of resources and runs verbs.
  ///   - show: receives the value of each statement that is an expression, on another thread.
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
        diagnostics: diagnostics + memory.unreported(evaluator.diagnostics), sources: sources,
        origin: OutputOrigin(code: code, statements: evaluator.outputStatements))
    }
  }

  /// Withdraws the declarations of the last entry that did not take effect; restores the earlier
  /// declarations that it replaced.
  ///
  /// - Returns: the withdrawn resources.
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

  /// Restores the declarations that the last entry deleted, because it was only a trial.
  public func restoreDeleted() {
    memory.withLock { memory in
      let deleted = memory.declaredBefore.filter {
        memory.registry.find($0.kind, $0.name) == nil
      }
      guard !deleted.isEmpty else { return }
      memory.registry.replaceAll(with: deleted + memory.registry.set.declarations)
    }
  }

  /// Removes all entries; changes to the host remain.
  ///
  /// - Parameter stack: the new stack; nil keeps the current one.
  public func reset(stack: String? = nil) {
    memory.withLock { memory in
      memory.openCaptures.forEach { $0.clear() }
      memory = SessionMemory(
        stack: stack ?? memory.registry.set.stack, engine: engine)
    }
  }

  /// The declarations, with their stack.
  public var declarations: DeclarationSet { memory.withLock(\.registry.set) }

  /// All entries and their imports, for rendering diagnostics.
  public var sources: SourceMap { knownSources.withLock(\.self) }

  /// The session's names in alphabetical order with their values; a module has no value.
  public var names: OrderedDictionary<String, Value?> {
    memory.withLock { memory in
      let pairs = memory.resolver.inherited.map { name, known in
        (memory.loader.names[name], memory.value(of: known))
      }
      return OrderedDictionary(uniqueKeysWithValues: pairs.sorted { $0.0 < $1.0 })
    }
  }
}

/// The state that one entry of a session leaves to the next: the program so far, and its values.
struct SessionMemory {
  var loader: ModuleLoader
  var resolver: Resolver
  /// The values by global slot.
  var globals: [Value?]
  var registry: DeclarationRegistry
  var stackSpan: Span?
  /// The captures of local functions, which values of the session may still refer to.
  var openCaptures: [FunctionValue.Captures] = []
  /// The declarations before the last entry.
  var declaredBefore: [Declaration] = []
  /// The warnings so far. Each entry is checked with all earlier ones, which repeats their warnings.
  private var reported: Set<Warning> = []

  private struct Warning: Hashable {
    let code: Int
    let message: String
    let span: Span?
  }

  /// Returns the errors, and the warnings that no earlier entry had.
  mutating func unreported(_ diagnostics: [Diagnostic]) -> [Diagnostic] {
    diagnostics.filter { diagnostic in
      guard diagnostic.severity != .error else { return true }
      let warning = Warning(
        code: diagnostic.code.number, message: diagnostic.message, span: diagnostic.primary?.span)
      return reported.insert(warning).inserted
    }
  }

  /// Creates the state of a session without entries, in which `_` is `none`.
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

  /// The global of ``Session/lastValueName``.
  static let lastValueSlot: UInt32 = 0

  /// Parses and resolves an entry; after an error the program is unchanged.
  ///
  /// - Returns: the program with the entry as its last module, and the first module that has not
  ///   run; nil if there is an error.
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
      // The sources stay, because the diagnostics point into them.
      let sources = loader.sources
      (loader, resolver) = (earlierLoader, earlierResolver)
      loader.sources = sources
      return (nil, firstModule, diagnostics)
    }
    let code = Code(loader: loader, resolver: resolver)
    return (code, firstModule, diagnostics)
  }

  /// Makes the names of the last entry visible to the next one; names without a value hide no
  /// earlier ones.
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

  /// Returns the value of a name, if it has one.
  func value(of known: Resolver.TopLevelName) -> Value? {
    switch known.target {
    case .global(let slot): globals[Int(slot)]
    case .function(let index): .function(FunctionValue(code: .script(Int(index))))
    default: nil
    }
  }
}
