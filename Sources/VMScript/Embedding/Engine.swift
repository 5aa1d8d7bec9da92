import VMScriptSyntax

/// The configuration of the language by a host: the names, access and limits of its scripts.
///
/// An engine is a value. Configure it, compile scripts with it, and evaluate a program any number
/// of times on any number of threads. A program is immutable and keeps the limits of its engine.
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
  /// The bounds of compiling and of each evaluation, unless its options override them.
  public var limits: Limits
  /// Finds the files that scripts import; without one, `import` is an error.
  public var importer: (any Importer)?
  /// The access of `read`, `lines`, `glob` and `env`; none unless granted.
  public var access: OutsideAccess
  /// The additions of the host to the language.
  package var vocabulary = Vocabulary()

  /// Creates an engine whose scripts have only the access that is granted here.
  public init(
    limits: Limits = Limits(), importer: (any Importer)? = nil,
    access: OutsideAccess = OutsideAccess()
  ) {
    self.limits = limits
    self.importer = importer
    self.access = access
  }

  /// Defines a value in every script; a script's own name hides it.
  ///
  ///     engine.define("zones", ["a", "b"], doc: "Zones with free machines")
  public mutating func define(_ name: String, _ value: some ScriptValue, doc: String = "") {
    vocabulary.define(name, value.scriptValue, doc: doc)
  }

  /// Defines a function in every script, with the arity and types of the closure.
  ///
  /// Trailing arguments of optional types may be left out. An error that the closure throws becomes
  /// a diagnostic at the call; a ``Diagnostic`` is reported as it is. An argument that is known
  /// only after apply makes the result unknown too. The closure may be called from many threads at
  /// once.
  ///
  ///     engine.function("quota", "Cores left to a team", parameters: ["team", "kind"]) {
  ///       (team: String, kind: String?) in try ledger.cores(team, kind)
  ///     }
  ///
  /// - Parameters:
  ///   - name: the name of the function.
  ///   - doc: one line for help, completion and hover.
  ///   - parameters: the arguments' names, for help, completion and hover, and for calls that name
  ///     them: `quota("web", kind: "gpu")`. Without them, arguments are given by position only.
  ///   - body: computes the result, without side effects: it may be called more often than
  ///     expected.
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

  /// Defines a function in every script that takes its arguments as values of the language, for
  /// hosts that know their functions only at run time.
  ///
  ///     engine.function("add", arity: 2...2) { values in
  ///       guard case (.int(let a), .int(let b)) = (values[0], values[1]) else { return .none }
  ///       return .int(a &+ b)
  ///     }
  ///
  /// - Parameters:
  ///   - name: the name of the function.
  ///   - doc: one line for help, completion and hover.
  ///   - arity: the number of arguments; `Int.max` for any number.
  ///   - parameters: the arguments' names, for help, completion and hover, and for calls that name
  ///     them; may be fewer than the arguments.
  ///   - body: receives as many arguments as the call has. If one is named, omitted arguments
  ///     before it are `none`.
  public mutating func function(
    _ name: String, _ doc: String = "", arity: ClosedRange<Int>, parameters: [String] = [],
    values body: @escaping @Sendable ([Value]) throws -> Value
  ) {
    vocabulary.define(HostFunction(name, doc, arity: arity, parameters: parameters, body: body))
  }

  /// Defines a kind of resources in every script. A resource such as `queue jobs { depth = 10 }` is
  /// then checked, completed and documented by its schema, like a `domain`.
  ///
  /// The function `queue("jobs")` finds a resource by name. ``EvaluationOutcome/declarations(of:)``
  /// returns the declared resources, and ``EvaluationOutcome/decode(_:declared:)`` decodes them.
  ///
  ///     engine.resource(
  ///       BlockSchema(
  ///         "queue", "A queue of jobs",
  ///         properties: [
  ///           PropertySchema("depth", .int(1...1_000), "Jobs that may wait", isRequired: true),
  ///           PropertySchema("retention", .duration, "How long one waits", defaultValue: .duration(.seconds(3600))),
  ///         ]))
  ///
  /// - Parameter schema: the schema, whose name is the word of a declaration; it replaces a kind of
  ///   the same name.
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

  /// Compiles a script with all that it imports, and returns every diagnostic.
  public func compilation(of source: SourceText) -> Compilation {
    EvaluationThread.run { Compiler(engine: self).compile(source) }
      ?? Compilation(program: nil, diagnostics: [.noThread()], sources: SourceMap())
  }
}

/// The source of a script.
public enum ScriptSource: Sendable {
  /// A file, by its path.
  case file(String)
  /// A text, with its name for messages.
  case text(String, name: String = "<script>")
  /// A source that was already read.
  case source(SourceText)

  /// - Throws: a diagnostic if a file cannot be read.
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

/// The result of compiling a script, with all diagnostics, warnings included.
public struct Compilation: Sendable {
  /// The program; nil if there are errors.
  public let program: Program?
  /// Errors and warnings. If only names are wrong, this includes the errors that evaluation would
  /// report for any parameters, so that one check shows all of them.
  public let diagnostics: [Diagnostic]
  /// The sources that the spans of the diagnostics point into.
  public let sources: SourceMap

  /// Returns the program.
  ///
  /// - Throws: the diagnostics if there are errors.
  public func get() throws(ScriptError) -> Program {
    guard let program, !diagnostics.hasErrors else {
      throw ScriptError(diagnostics, sources: sources)
    }
    return program
  }
}

/// Compiles a source and all of its imports into a program.
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
  /// Creates the code of all modules that were loaded and resolved so far.
  convenience init(loader: ModuleLoader, resolver: Resolver) {
    self.init(
      pool: loader.pool, targets: resolver.targets, functions: resolver.functions,
      modules: resolver.modules, globals: resolver.globals, names: loader.names,
      sources: loader.sources, vocabulary: resolver.vocabulary)
  }
}

/// The diagnostics of a script, with the sources that they refer to.
///
///     do {
///       _ = try Engine().compile(.text("let x = y"))
///     } catch {
///       print(error.rendered())  // the error, its line and the help
///       print(error.diagnostics.map(\.message))
///     }
public struct ScriptError: Error, Sendable {
  /// The diagnostics, including warnings, in the order in which they were found; at least one is an
  /// error.
  public let diagnostics: [Diagnostic]
  /// The sources that the spans of the diagnostics point into.
  public let sources: SourceMap

  /// Creates an error from diagnostics.
  public init(_ diagnostics: [Diagnostic], sources: SourceMap) {
    self.diagnostics = diagnostics
    self.sources = sources
  }

  /// Returns the diagnostics as the command line prints them: the error, the line, the help.
  ///
  /// - Parameter color: whether the text has terminal colours.
  public func rendered(color: Bool = false) -> String {
    let renderer = DiagnosticRenderer(sources: sources, color: color)
    return diagnostics.map(renderer.render).joined(separator: "\n")
  }
}

extension ScriptError: CustomStringConvertible {
  /// The diagnostics without colours.
  public var description: String { rendered() }
}
