import VMScript
import VMScriptSyntax

/// All that an editor wants to know of a script: what is wrong with it, and what its words mean.
///
/// Made by the same parser, resolver and evaluation as a run, without a host. A text with mistakes
/// has an analysis too, as far as it can be understood. Immutable, shared freely between threads.
public struct Analysis: Sendable {
  /// A word of a script that means something.
  struct Symbol: Sendable {
    let span: Span
    let meaning: NameRecord.Meaning
  }

  /// What is wrong, in the order of the text.
  public private(set) var diagnostics: [Diagnostic]
  /// Values of the script's top-level names, as far as they are known without a host.
  public private(set) var values: [String: Value]
  let code: Code
  private let engine: Engine
  /// Whether the script and all that it imports could be parsed.
  private let isParsed: Bool
  /// The imported files that could not be parsed: by name, the place of the import.
  let brokenImports: [String: Span]
  /// By the places of their names.
  let definitions: [Span: NameRecord.Definition]
  /// By file, in the order of the text; a definition is among them.
  let symbols: [SourceID: [Symbol]]
  /// What the `##` lines say, by the node of the definition.
  let documentation: [NodeID: String]
  /// What can be named at the node that was observed.
  let visible: [Span]

  /// All files of the script, the script itself first.
  public var sources: SourceMap { code.sources }
  /// The script itself.
  public var main: SourceID { SourceID(index: 0) }

  /// Analyses a script, without an evaluation; see ``evaluated(_:)``.
  ///
  /// - Parameters:
  ///   - script: the text, and what its imports are relative to.
  ///   - engine: what the script knows and reaches.
  ///   - earlier: values of names, from an earlier state of the text.
  public init(_ script: SourceText, engine: Engine, earlier: [String: Value] = [:]) {
    var loader = ModuleLoader(engine: engine)
    _ = loader.load(script)
    self.init(loader, NameRecord(), earlier)
  }

  /// Analyses a script that knows and reaches no more than what it imports.
  public init(
    _ script: SourceText, importer: (any Importer)?, earlier: [String: Value] = [:]
  ) {
    self.init(script, engine: Engine(importer: importer), earlier: earlier)
  }

  /// The analysis with what an evaluation finds: all that `vmscript check` says, and values of
  /// names. Blocks the calling thread meanwhile, within the limits given.
  ///
  /// - Parameter options: what `check` would be given.
  /// - Returns: the whole analysis; nil where the options' cancellation has ended the evaluation.
  public func evaluated(_ options: EvaluationOptions) -> Analysis? {
    guard isParsed else { return self }
    let isWrong = diagnostics.hasErrors
    var given = isWrong ? .ofWrongNames : options
    given.cancellation = options.cancellation
    let outcome = Program(code, name: sources[main].name, engine: engine).problems(
      given, earlier: isWrong ? diagnostics : [])
    if let cancellation = options.cancellation, cancellation.isCancelled { return nil }
    var analysis = self
    analysis.diagnostics = (isWrong ? [] : diagnostics) + outcome.diagnostics
    for export in code.modules.last?.exports ?? [] {
      if let value = code.value(of: export.target, outcome.globals) {
        analysis.values[export.name] = value
      }
    }
    return analysis
  }

  /// The analysis of what was parsed, without an evaluation.
  ///
  /// - Parameter findsSymbols: whether to list the words that mean something, which takes time.
  init(
    _ loader: ModuleLoader, _ record: NameRecord, _ values: [String: Value],
    findsSymbols: Bool = true
  ) {
    var record = record
    let (code, problems) = loader.resolve(recording: &record)
    self.code = code
    engine = loader.engine
    isParsed = !loader.isMainBroken
    brokenImports = loader.broken
    self.values = values
    documentation = Dictionary(
      loader.documentation.map { (code.definingNode($0.key), $0.value) },
      uniquingKeysWith: { first, _ in first })
    diagnostics = loader.diagnostics + (isParsed ? problems : [])
    definitions = record.definitions
    visible = Array(record.visible.values)
    symbols = findsSymbols ? Self.symbols(record, in: code) : [:]
  }

  /// The words that mean something, definitions among them, by file.
  private static func symbols(_ record: NameRecord, in code: Code) -> [SourceID: [Symbol]] {
    var symbols: [SourceID: [Symbol]] = [:]
    // A name that is missing cannot be pointed at.
    for span in record.definitions.keys where span.length > 0 {
      symbols[span.source, default: []].append(Symbol(span: span, meaning: .definition(span)))
    }
    for use in record.uses + code.namedArguments(record) + code.resourceTexts(record) {
      if case .definition(let definition) = use.meaning, record.definitions[definition] == nil {
        continue
      }
      symbols[use.span.source, default: []].append(Symbol(span: use.span, meaning: use.meaning))
    }
    return symbols.mapValues { $0.sorted { $0.span.start < $1.span.start } }
  }
}

extension Code {
  /// What a name came to; nil where it came to nothing that can be shown.
  func value(of target: Target, _ globals: [Value?]) -> Value? {
    switch target {
    case .global(let slot):
      guard globals.indices.contains(Int(slot)), let value = globals[Int(slot)] else { return nil }
      if case .unknown = value { return nil }
      return value
    default: return nil
    }
  }
}
