import VMScriptSyntax

/// The language as a host wants it: what scripts may use, reach and take.
///
/// An engine is a value. Set it up, compile scripts with it, and evaluate a program as often as you
/// like, from as many threads as you like: a program never changes, and knows its engine's limits.
///
///     var engine = Engine(limits: Limits(steps: 1_000_000, memory: .mib(64)))
///     engine.importer = .directory("conf.d")
///     engine.define("region", "eu-1")
///     engine.function("quota", "Cores left to a team") { (team: String, kind: String?) in
///       kind == "gpu" ? 2 : 16
///     }
///     let program = try engine.compile(
///       .text("param replicas: int\noutput cores = quota(\"web\") / replicas"))
///
///     struct Lab: Decodable { var cores: Int }
///     let lab = try program.decode(Lab.self, parameters: ["replicas": 4])
public struct Engine: Sendable {
  /// The bounds of compiling and of each evaluation, unless its options say otherwise.
  public var limits: Limits
  /// Finds the files that scripts import; without one, `import` is an error.
  public var importer: (any Importer)?
  /// What `read`, `lines`, `glob` and `env` may reach; nothing unless granted.
  public var access: OutsideAccess
  /// What the host added to the language.
  package var vocabulary = Vocabulary()

  /// An engine whose scripts reach nothing but what they are granted here.
  public init(
    limits: Limits = Limits(), importer: (any Importer)? = nil,
    access: OutsideAccess = OutsideAccess()
  ) {
    self.limits = limits
    self.importer = importer
    self.access = access
  }

  // MARK: What scripts know

  /// Gives a value a name in every script; a script's own name hides it.
  ///
  ///     engine.define("zones", ["a", "b"], doc: "Where machines may stand")
  public mutating func define(_ name: String, _ value: some ScriptValue, doc: String = "") {
    vocabulary.define(name, value.scriptValue, doc: doc)
  }

  /// Gives every script a function; arity and types are the closure's.
  ///
  /// What takes `none`, such as an optional, may be left out at the end. An error that the closure
  /// throws becomes a diagnostic at the call, a ``Diagnostic`` itself; an argument that is known only
  /// after apply makes the result so. The closure may be called from many threads at once.
  ///
  ///     engine.function("quota", "Cores left to a team", parameters: ["team", "kind"]) {
  ///       (team: String, kind: String?) in try ledger.cores(team, kind)
  ///     }
  ///
  /// - Parameters:
  ///   - name: what scripts call it.
  ///   - doc: one line for help, completion and hover.
  ///   - parameters: the arguments' names, for help, completion and hover, and for calls that name
  ///     them: `quota("web", kind: "gpu")`. Without them arguments are given by position only.
  ///   - body: computes the result, without side effects: it may be called more often than it seems.
  public mutating func function<each Argument: ScriptValue, Result: ScriptValue>(
    _ name: String, _ doc: String = "", parameters: [String] = [],
    _ body: @escaping @Sendable (repeat each Argument) throws -> Result
  ) {
    var types: [String] = []
    var required = 0
    for type in repeat (each Argument).self {
      types.append(type.scriptType)
      if type.init(scriptValue: .none) == nil { required = types.count }
    }
    vocabulary.define(
      HostFunction(
        name, doc, arity: required...types.count, types: types, parameters: parameters
      ) { values in
        var reader = ArgumentReader(values)
        return try body(repeat try reader.next((each Argument).self)).scriptValue
      })
  }

  /// Gives every script a function that takes its arguments as values of the language, for hosts
  /// that learn of their functions only when they run.
  ///
  ///     engine.function("add", arity: 2...2) { values in
  ///       guard case (.int(let a), .int(let b)) = (values[0], values[1]) else { return .none }
  ///       return .int(a &+ b)
  ///     }
  ///
  /// - Parameters:
  ///   - name: what scripts call it.
  ///   - doc: one line for help, completion and hover.
  ///   - arity: how many arguments it takes; `Int.max` is any number.
  ///   - parameters: the arguments' names, for help, completion and hover, and for calls that name
  ///     them; may be fewer than the arguments.
  ///   - body: gets as many arguments as the call has; where one is named, `none` for those before it
  ///     that are left out.
  public mutating func function(
    _ name: String, _ doc: String = "", arity: ClosedRange<Int>, parameters: [String] = [],
    values body: @escaping @Sendable ([Value]) throws -> Value
  ) {
    vocabulary.define(HostFunction(name, doc, arity: arity, parameters: parameters, body: body))
  }

  /// Gives every script a kind of resources: `queue jobs { depth = 10 }` is then checked, completed
  /// and documented by its schema as a `domain` is.
  ///
  /// `queue("jobs")` finds one by its name. What was declared is in
  /// ``EvaluationOutcome/declarations(of:)``, and decodes with ``EvaluationOutcome/decode(_:declared:)``.
  ///
  ///     engine.resource(
  ///       BlockSchema(
  ///         "queue", "A queue of jobs",
  ///         properties: [
  ///           PropertySchema("depth", .int(1...1_000), "Jobs that may wait", isRequired: true),
  ///           PropertySchema("retention", .duration, "How long one waits", standard: .duration(.seconds(3600))),
  ///         ]))
  ///
  /// - Parameter schema: its name is the word that declares one; a kind of the same word is replaced.
  public mutating func resource(_ schema: BlockSchema) { vocabulary.define(schema) }

  /// The kinds of resources that the host defined, in the order of their definition.
  public var resources: [BlockSchema] { Array(vocabulary.kinds.values) }

  // MARK: Compiling

  /// Compiles a script with all that it imports.
  ///
  /// - Returns: the program, which can be evaluated any number of times.
  /// - Throws: every error that shows before evaluation.
  public func compile(_ source: ScriptSource) throws(ScriptError) -> Program {
    let text: SourceText
    do throws(Diagnostic) { text = try source.read() } catch {
      throw ScriptError([error], sources: SourceMap())
    }
    return try compilation(of: text).get()
  }

  /// Compiles a script with all that it imports, and gives every diagnostic.
  public func compilation(of source: SourceText) -> Compilation {
    EvaluationThread.run { Compiler(engine: self).compile(source) }
      ?? Compilation(program: nil, diagnostics: [.noThread()], sources: SourceMap())
  }
}

/// Where a script comes from.
public enum ScriptSource: Sendable {
  /// A file, by its path.
  case file(String)
  /// A text; messages call it by the name.
  case text(String, name: String = "<script>")
  /// A source that was read already.
  case source(SourceText)

  /// - Throws: a diagnostic where a file cannot be read.
  func read() throws(Diagnostic) -> SourceText {
    switch self {
    case .text(let text, let name): return SourceText(name: name, text: text)
    case .source(let source): return source
    case .file(let path):
      do throws(ImportFailure) {
        return SourceText(
          name: path, bytes: try ImportFailure.wrapping { try GuardedFile.read(path) })
      } catch {
        throw .unreadable(path, error.reason)
      }
    }
  }
}

/// What compiling a script came to, for whoever shows all diagnostics, warnings included.
public struct Compilation: Sendable {
  /// The program; nil where there are errors.
  public let program: Program?
  /// Errors and warnings. Where only names are wrong, what evaluation would refuse whatever the
  /// parameters is among them, so that one look shows all of it.
  public let diagnostics: [Diagnostic]
  /// What the spans of the diagnostics point into.
  public let sources: SourceMap

  /// The program.
  ///
  /// - Throws: the diagnostics where there are errors.
  public func get() throws(ScriptError) -> Program {
    guard let program, !diagnostics.hasErrors else {
      throw ScriptError(diagnostics, sources: sources)
    }
    return program
  }
}

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

/// Everything that is wrong with a script, with the sources that it speaks of.
///
///     do {
///       _ = try Engine().compile(.text("let x = y"))
///     } catch {
///       print(error.rendered())  // the line, what is wrong with it and what to do
///       print(error.diagnostics.map(\.message))
///     }
public struct ScriptError: Error, Sendable {
  /// What is wrong, warnings among it, in the order of its finding; at least one is an error.
  public let diagnostics: [Diagnostic]
  /// What the spans of the diagnostics point into.
  public let sources: SourceMap

  /// An error of these diagnostics.
  public init(_ diagnostics: [Diagnostic], sources: SourceMap) {
    self.diagnostics = diagnostics
    self.sources = sources
  }

  /// The diagnostics as the command line shows them: what is wrong, the line, what to do.
  ///
  /// - Parameter color: whether the text has a terminal's colours.
  public func rendered(color: Bool = false) -> String {
    let renderer = DiagnosticRenderer(sources: sources, color: color)
    return diagnostics.map(renderer.render).joined(separator: "\n")
  }
}

extension ScriptError: CustomStringConvertible {
  /// The diagnostics without colours.
  public var description: String { rendered() }
}
