import VMScriptSyntax

/// A compiled script with all that it imports: immutable, shared freely between threads.
public struct Program: Sendable {
  let code: Code
  /// The main file's name.
  let name: String
  /// The name in a `stack "…"` statement with a literal.
  let declaredStack: String?
  /// The engine that compiled it, with its limits and access.
  let engine: Engine

  /// All sources, for rendering diagnostics.
  public var sources: SourceMap { code.sources }

  /// The stack of this script: its declared name, or the base name of its file.
  public var stackName: String { stackName(EvaluationOptions()) }

  package init(_ code: Code, name: String, engine: Engine) {
    self.code = code
    self.name = name
    self.engine = engine
    declaredStack = Self.literalStack(code)
  }

  private static func literalStack(_ code: Code) -> String? {
    guard let main = code.modules.last else { return nil }
    for statement in code.children(of: main.root) {
      let node = code[statement]
      guard node.kind == .stackStatement else { continue }
      let name = code[code.child(0, of: node)]
      if name.kind == .stringLiteral, case .string(let text) = code.literals[Int(name.data)] {
        return text
      }
    }
    return nil
  }

  /// Returns the stack for the base name of a file.
  ///
  /// Characters that are not allowed are replaced and long names shortened. A digest of the whole
  /// base name then distinguishes two files that would otherwise share a stack.
  static func standardStack(for name: String) -> String {
    let file = SourcePath.fileName(of: name)
    // Text without a file has a name such as `<stdin>`, which no file has.
    let isFile = !(file.hasPrefix("<") && file.hasSuffix(">"))
    let base =
      isFile
      ? file.hasSuffix(".vmscript") ? String(file.dropLast(9)) : file
      : String(file.dropFirst().dropLast())
    guard !base.isEmpty else { return "main" }
    if isFile { return stackName(resembling: base) ?? "main" }
    return isStackName(base) ? base : String(fit(base).prefix(maximumStackLength))
  }

  /// Returns the stack of a base name of a file, which the same name on a command line selects; nil
  /// for an empty name and for a path.
  public static func stackName(resembling base: String) -> String? {
    guard !base.isEmpty, !base.contains("/") else { return nil }
    return isStackName(base)
      ? base : Identity.distinct(fit(base), from: base, limit: maximumStackLength)
  }

  private static func fit(_ name: String) -> String {
    String(name.map { isStackName(String($0)) ? $0 : "_" })
  }

  /// The longest name of a stack, in bytes.
  public static let maximumStackLength = 64

  /// Returns whether a stack can have this name: 1 to ``maximumStackLength`` ASCII letters, digits,
  /// `_` and `-`.
  public static func isStackName(_ name: String) -> Bool {
    (1...maximumStackLength).contains(name.utf8.count)
      && name.utf8.allSatisfy {
        (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || $0 == 95
          || $0 == 45
      }
  }

  /// The rule of ``isStackName(_:)`` in words, for messages.
  public static var stackNameRule: String {
    "up to \(maximumStackLength) letters, digits, `_` and `-`"
  }
}

extension Program {
  /// Whether the script or its imports declare, look up or act on resources.
  ///
  /// If it is false, the script has the same meaning with and without a host. Takes time linear in
  /// its length.
  public var speaksOfResources: Bool {
    let isLookUp = code.targets.contains { target in
      if case .builtin(let index) = target {
        Builtin.functions[Int(index)].group == .resources
      } else {
        false
      }
    }
    return isLookUp
      || code.nodes.contains { node in
        if node.kind == .resource { return code.vocabulary.kind(code.name(node))?.isCustom != true }
        return node.kind == .clone || node.kind == .verbStatement
      }
  }

  /// The names of all parameters, in the order of the script.
  public var parameters: [String] {
    guard let main = code.modules.last else { return [] }
    return code.children(of: main.root).map { code[$0] }
      .filter { $0.kind == .paramStatement }.map(code.name)
  }
}

extension Program {
  /// Returns the stack's name in an evaluation with these options.
  ///
  /// A literal name, or one in the options, is known at once. A name that the script computes
  /// requires an evaluation, without a host.
  ///
  /// - Returns: the name, and the errors that kept it from being computed.
  public func resolveStackName(
    _ options: EvaluationOptions = EvaluationOptions()
  ) -> (name: String, diagnostics: [Diagnostic]) {
    let known = stackName(options)
    guard options.stack == nil, declaredStack == nil, hasStackStatement else { return (known, []) }
    let outcome = evaluate(options)
    let name = outcome.declarations.stack
    return (name, name == known ? outcome.diagnostics : [])
  }

  private var hasStackStatement: Bool {
    guard let main = code.modules.last else { return false }
    return code.children(of: main.root).contains { code[$0].kind == .stackStatement }
  }
}

extension Program {
  /// Evaluates the program; blocks the calling thread until it is done.
  ///
  /// The evaluation runs on its own thread with a large stack, so that the limit on depth applies
  /// before the caller's stack overflows. It calls `host` from that thread.
  ///
  /// - Returns: the outputs and declarations so far, and every error; never throws.
  public func evaluate(
    _ options: EvaluationOptions = EvaluationOptions(), host: any EvaluationHost = OfflineHost()
  ) -> EvaluationOutcome {
    evaluate(options, host: host, earlier: [])
  }

  /// - Parameter earlier: the errors of a program that cannot run, evaluated only to find more.
  func evaluate(
    _ options: EvaluationOptions, host: any EvaluationHost, earlier: [Diagnostic]
  ) -> EvaluationOutcome {
    EvaluationThread.run { evaluateHere(options, host: host, earlier: earlier) }
      ?? EvaluationOutcome(
        outputs: [:], declarations: DeclarationSet(stack: stackName(options)),
        diagnostics: [.noThread()], sources: sources)
  }

  /// Returns the stack's name for these options: given, declared, or the file's base name.
  public func stackName(_ options: EvaluationOptions = EvaluationOptions()) -> String {
    options.stack ?? declaredStack ?? Program.standardStack(for: name)
  }

  private func evaluateHere(
    _ options: EvaluationOptions, host: any EvaluationHost, earlier: [Diagnostic]
  ) -> EvaluationOutcome {
    var evaluator = Evaluator(
      code: code, engine: engine, options: options, host: host, name: name,
      stack: stackName(options),
      earlier: earlier)
    evaluator.run()
    return EvaluationOutcome(
      outputs: evaluator.outputs, declarations: evaluator.registry.set,
      diagnostics: evaluator.diagnostics, sources: code.sources,
      origin: OutputOrigin(code: code, statements: evaluator.outputStatements),
      globals: evaluator.globals)
  }
}

extension Program {
  /// Evaluates without a host and returns every error that it finds, in the order of the text.
  ///
  /// A required parameter without a value, and everything that only a host knows, is unknown.
  /// Branches that depend on an unknown value are not checked.
  ///
  /// - Parameters:
  ///   - options: the options of the evaluation.
  ///   - judge: finds further errors in the declarations of a script without other errors, by the
  ///     host's own rules.
  public func check(
    _ options: EvaluationOptions = EvaluationOptions(),
    judge: (DeclarationSet) -> [Diagnostic] = { _ in [] }
  ) -> [Diagnostic] {
    problems(options, earlier: [], judge: judge).diagnostics
  }

  /// Returns earlier diagnostics with those of an evaluation without a host, in the order of the
  /// text. Returns the values of the names of all modules too, by slot.
  package func problems(
    _ options: EvaluationOptions, earlier: [Diagnostic],
    judge: (DeclarationSet) -> [Diagnostic] = { _ in [] }
  ) -> (diagnostics: [Diagnostic], globals: [Value?]) {
    var options = options
    options.leavesParametersOpen = true
    let outcome = evaluate(options, host: OfflineHost { _ in }, earlier: earlier)
    let found = earlier + outcome.diagnostics
    let hasErrors = found.contains { $0.severity == .error }
    let judged = hasErrors ? [] : judge(outcome.declarations)
    return ((found + judged).inOrderOfPlace, outcome.globals)
  }
}

extension EvaluationOptions {
  /// The options that find the errors that a program with wrong names has for any parameters.
  package static var ofWrongNames: EvaluationOptions {
    var options = EvaluationOptions()
    options.limits = Limits(steps: 1_000_000, memory: .mib(64), time: .seconds(1))
    options.ignoresOutside = true
    return options
  }
}

extension Program {
  /// Evaluates the program without a host; blocks the calling thread until it is done.
  ///
  ///     let outcome = program.evaluate(parameters: ["replicas": 3, "zones": ["a", "b"]])
  ///     print(outcome.outputs["cores"] ?? .none)
  ///
  /// - Parameter parameters: values of the script's `param`s.
  public func evaluate(parameters: [String: any ScriptValue]) -> EvaluationOutcome {
    evaluate(EvaluationOptions(values: parameters.mapValues(\.scriptValue)))
  }

  /// Evaluates the program and decodes its outputs into a Swift value, whose keys are their names.
  ///
  ///     struct Lab: Decodable {
  ///       var cores: Int
  ///       var memory: ByteSize
  ///       var zones: [String]?
  ///     }
  ///     let lab = try program.decode(Lab.self, parameters: ["replicas": 3])
  ///
  /// - Parameters:
  ///   - type: the type of the value.
  ///   - parameters: values of the script's `param`s.
  ///   - options: the other options of the evaluation.
  /// - Throws: the errors of the script, or the place of the value that does not fit the type.
  public func decode<T: Decodable>(
    _ type: T.Type, parameters: [String: any ScriptValue] = [:],
    options: EvaluationOptions = EvaluationOptions()
  ) throws(ScriptError) -> T {
    var options = options
    options.values.merge(parameters.mapValues(\.scriptValue)) { $1 }
    return try evaluate(options).decode(type)
  }
}
