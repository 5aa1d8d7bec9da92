import VMScript
import VMScriptSyntax

/// The analysis of a script for an editor: its errors, and the meaning of its words.
///
/// It uses the parser, resolver and evaluation of a run, without a host. A text with errors has an
/// analysis too, as far as it can be understood. An analysis is immutable and shared freely between
/// threads.
public struct Analysis: Sendable {
  /// A word of a script that has a meaning.
  struct Symbol: Sendable {
    let span: Span
    let meaning: NameRecord.Meaning
  }

  /// The diagnostics, in the order of the text.
  public private(set) var diagnostics: [Diagnostic]
  /// Values of the script's top-level names, as far as they are known without a host.
  public private(set) var values: [String: Value]
  let code: Code
  private let engine: Engine
  /// Whether the script and all that it imports could be parsed.
  private let isParsed: Bool
  /// The places of the imports of files that could not be parsed, by file name.
  let brokenImports: [String: Span]
  /// The definitions, by the places of their names.
  let definitions: [Span: NameRecord.Definition]
  /// The symbols by file, in the order of the text, including definitions.
  let symbols: [SourceID: [Symbol]]
  /// The texts of the `##` lines, by node of the definition.
  let documentation: [NodeID: String]
  /// The names that are visible at the observed node.
  let visible: [Span]

  /// All files of the script, the script itself first.
  public var sources: SourceMap { code.sources }
  /// The script itself.
  public var main: SourceID { SourceID(index: 0) }

  /// Analyses a script, without an evaluation; see ``evaluated(_:)``.
  ///
  /// - Parameters:
  ///   - script: the text; its imports are relative to its name.
  ///   - engine: the engine, which determines what the script may use and reach.
  ///   - earlier: values of names, from an earlier state of the text.
  public init(_ script: SourceText, engine: Engine, earlier: [String: Value] = [:]) {
    var loader = ModuleLoader(engine: engine)
    _ = loader.load(script)
    self.init(loader, NameRecord(), earlier)
  }

  /// Analyses a script that may use nothing but its imports.
  public init(
    _ script: SourceText, importer: (any Importer)?, earlier: [String: Value] = [:]
  ) {
    self.init(script, engine: Engine(importer: importer), earlier: earlier)
  }

  /// Returns the analysis with the results of an evaluation: all diagnostics of `vmscript check`,
  /// and values of names. Blocks the calling thread, within the limits of the options.
  ///
  /// - Parameter options: the options of the evaluation.
  /// - Returns: the whole analysis; nil if the options' cancellation ended the evaluation.
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

  /// Creates the analysis of parsed modules, without an evaluation.
  ///
  /// - Parameter findsSymbols: whether to collect the symbols, which takes time.
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

  /// Returns the symbols, including definitions, by file.
  private static func symbols(_ record: NameRecord, in code: Code) -> [SourceID: [Symbol]] {
    var symbols: [SourceID: [Symbol]] = [:]
    // A missing name has no place.
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
  /// Returns the value of a name; nil if it has none that can be shown.
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

extension Analysis {
  /// Returns the word that contains a byte offset of the script, or ends there.
  func symbol(at offset: Int) -> Symbol? {
    let symbols = symbols[main] ?? []
    var (low, high) = (0, symbols.count)
    while low < high {
      let middle = (low + high) / 2
      if Int(symbols[middle].span.start) <= offset { low = middle + 1 } else { high = middle }
    }
    // A cursor between two words belongs to the one that begins there.
    return symbols[..<low].suffix(2).last { Int($0.span.end) >= offset }
  }

  /// Returns the definition of the word at an offset of the script.
  public func definition(at offset: Int) -> Span? {
    guard let symbol = symbol(at: offset) else { return nil }
    switch symbol.meaning {
    case .definition(let span): return span
    case .module(let index):
      return Span(source: code.modules[index].source, start: 0, length: 0)
    default: return nil
    }
  }

  /// Returns every reference to a definition, including the definition itself, in the order of
  /// files and text.
  ///
  /// - Parameters:
  ///   - definition: the result of ``definition(at:)``, given by the name of its file and its
  ///     bytes.
  ///   - file: the name of the file of the definition.
  public func references(to definition: Span, in file: String) -> [Span] {
    let known = definitions.keys.first { span in
      span.start == definition.start && span.length == definition.length
        && sources[span.source].name == file
    }
    guard let known else { return [] }
    return symbols.keys.sorted { $0.index < $1.index }.flatMap { source in
      (symbols[source] ?? []).compactMap { symbol in
        if case .definition(known) = symbol.meaning { symbol.span } else { nil }
      }
    }
  }

  /// Returns the places in the script with the same meaning as the word at an offset, in the order
  /// of the text.
  public func occurrences(at offset: Int) -> [(span: Span, isDefinition: Bool)] {
    guard let symbol = symbol(at: offset) else { return [] }
    var seen: Set<Span> = []
    return (symbols[main] ?? []).compactMap { other in
      switch (symbol.meaning, other.meaning) {
      case (.definition(let span), .definition(let otherSpan)) where span == otherSpan:
        guard seen.insert(other.span).inserted else { return nil }
        return (other.span, span == other.span)
      case (.builtin(let builtin), .builtin(let otherBuiltin)) where builtin === otherBuiltin:
        return (other.span, false)
      default: return nil
      }
    }
  }

  /// Returns the definition at a place that ``definition(at:)`` returned.
  func definition(of symbol: Symbol) -> NameRecord.Definition? {
    if case .definition(let span) = symbol.meaning { definitions[span] } else { nil }
  }

  /// Returns where the script imports a file. For an indirect import, it is the first import on the
  /// way there.
  public func importPlace(of file: SourceID) -> Span? {
    if let span = brokenImports[sources[file].name], span.source == main { return span }
    let imports = (symbols[main] ?? []).compactMap { symbol -> (span: Span, source: SourceID)? in
      if case .module(let index) = symbol.meaning {
        (symbol.span, code.modules[index].source)
      } else {
        nil
      }
    }
    return (imports.first { $0.source == file } ?? imports.first)?.span
  }

  /// The names in the script, in the order of the text, with the kinds of their definitions.
  public var names: [(range: Range<Int>, kind: Candidate.Kind)] {
    (symbols[main] ?? []).compactMap { symbol in
      let range = Int(symbol.span.start)..<Int(symbol.span.end)
      switch symbol.meaning {
      case .definition(let span): return definitions[span].map { (range, kind(of: $0)) }
      case .builtin: return (range, .function)
      case .property: return (range, .property)
      case .block: return (range, .block)
      case .word: return (range, .word)
      case .type: return (range, .type)
      case .member, .module: return nil
      }
    }
  }
}

extension Analysis {
  /// Returns the kind of a definition.
  func kind(of definition: NameRecord.Definition) -> Candidate.Kind {
    let node = code[definition.node]
    switch node.kind {
    case .funcStatement: return .function
    case .paramStatement, .parameter: return .parameter
    case .name where definition.module != nil: return .module
    case .name where node.flags.contains(.bareName): return .resource
    default: return .variable
    }
  }

  /// Returns the text of the `##` lines above a definition.
  func documentation(of definition: NameRecord.Definition) -> String? {
    documentation[definition.node]
  }

  /// Returns a definition on one line: `func address(n, first = 10.0.0.1)`, `param n: int = 3`.
  func headline(of definition: NameRecord.Definition) -> String {
    let node = code[definition.node]
    let name = code.names[definition.name]
    switch node.kind {
    case .funcStatement: return "func \(name)\(code.text(code.child(0, of: node)))"
    case .letStatement, .paramStatement:
      return code.text(definition.node).split(separator: "\n").first.map(String.init) ?? name
    case .parameter: return code.text(definition.node)
    case .name where definition.module != nil: return "import … as \(name)"
    case .name where node.flags.contains(.bareName):
      return resourceHead(of: definition) ?? name
    default: return name
    }
  }

  private func resourceHead(of definition: NameRecord.Definition) -> String? {
    let source = sources[definition.span.source].bytes
    let end = Int(definition.span.end)
    let start = source[..<end].lastIndex { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: ";") }
    let line = String(decoding: source[(start.map { $0 + 1 } ?? 0)..<end], as: UTF8.self)
    return line.split(separator: " ").joined(separator: " ")
  }

  /// Returns the parameters of a function or lambda, as they are written.
  func parameters(of definition: NameRecord.Definition) -> [String]? {
    code.parameters(of: definition.node)?.map(code.text)
  }

  /// Returns a definition in the form that completion needs.
  func knownName(_ definition: NameRecord.Definition, hasMembers: Bool = true) -> KnownName {
    let text = code.names[definition.name]
    var members: [KnownName] = []
    if let module = definition.module, hasMembers {
      members = code.modules[module].exports.compactMap { export in
        definitions[export.span].map { knownName($0, hasMembers: false) }
      }
    }
    let kind = kind(of: definition)
    let isTopLevel = code.isGlobal(definition.node)
    return KnownName(
      text, kind, value: isTopLevel ? values[text] : nil,
      detail: kind == .module ? "module" : headline(of: definition),
      doc: documentation(of: definition) ?? "", members: members)
  }

  /// The names that the script defines or imports at its top level.
  var topLevelNames: [KnownName] {
    definitions.values.filter { definition in
      guard definition.span.source == main else { return false }
      return definition.module != nil || code.isGlobal(definition.node)
        || code.isTopLevelFunction(definition.node)
    }.sorted { $0.span.start < $1.span.start }.map { knownName($0) }
  }
}

extension Code {
  func isGlobal(_ id: NodeID) -> Bool {
    if case .global = target(of: id) { true } else { false }
  }

  func isTopLevelFunction(_ id: NodeID) -> Bool {
    let node = self[id]
    guard node.kind == .funcStatement else { return false }
    if case .function = target(of: id) { return true }
    return false
  }

  /// Returns the node that represents the definition of a statement: for a resource its name, if it
  /// is a bare one.
  func definingNode(_ statement: NodeID) -> NodeID {
    var node = self[statement]
    if node.kind == .expressionStatement { node = self[child(0, of: node)] }
    let name: NodeID
    switch node.kind {
    case .resource: name = child(0, of: node)
    case .clone: name = child(1, of: node)
    default: return statement
    }
    return self[name].flags.contains(.bareName) ? name : statement
  }
}
