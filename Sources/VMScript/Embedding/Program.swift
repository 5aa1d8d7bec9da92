import VMScriptSyntax

/// A compiled script with all that it imports: immutable, shared freely between threads.
public struct Program: Sendable {
  let code: Code
  /// The main file's name.
  let name: String
  /// The name in a literal `stack "…"` statement.
  let declaredStack: String?
  /// What it was compiled with, for its limits and for what it may reach.
  let engine: Engine

  /// All sources, to show diagnostics with.
  public var sources: SourceMap { code.sources }

  /// The stack of this script: as declared, or the base name of its file.
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

  /// The base name of a file.
  ///
  /// Unfit characters are replaced and long names shortened; a digest of the whole base name then
  /// keeps two files apart that would otherwise share a stack.
  static func standardStack(for name: String) -> String {
    let file = SourcePath.fileName(of: name)
    // Text without a file has a name such as `<stdin>`, which is nobody else's.
    let isFile = !(file.hasPrefix("<") && file.hasSuffix(">"))
    let base =
      isFile
      ? file.hasSuffix(".vmscript") ? String(file.dropLast(9)) : file
      : String(file.dropFirst().dropLast())
    guard !base.isEmpty else { return "main" }
    if isFile { return stackName(resembling: base) ?? "main" }
    return isStackName(base) ? base : String(fit(base).prefix(maximumStackLength))
  }

  /// The stack that a base name of a file stands for, and that the same name on a command line means;
  /// nil for an empty name and for a path.
  public static func stackName(resembling base: String) -> String? {
    guard !base.isEmpty, !base.contains("/") else { return nil }
    return isStackName(base)
      ? base : Identity.distinct(fit(base), from: base, limit: maximumStackLength)
  }

  private static func fit(_ name: String) -> String {
    String(name.map { isStackName(String($0)) ? $0 : "_" })
  }

  /// Bytes that the name of a stack may have.
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
  /// Whether anything in the script or its imports declares, looks up or acts on resources.
  ///
  /// A script of which this is false means the same with and without a host. Linear in its length.
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
  /// The stack's name as an evaluation with these options would have it.
  ///
  /// A name that stands there as it is, or that the options give, is known at once; one that the
  /// script computes is evaluated for, without a host.
  ///
  /// - Returns: the name, and why it could not be computed.
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
  /// Runs on a thread of its own with a large stack, so that a limit of the script's depth is
  /// reached before a limit of the caller's stack; `host` is called from that thread.
  ///
  /// - Returns: outputs and declarations as far as it came, and every error; never throws.
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

  /// The stack's name for these options: given, declared, or the file's base name.
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
  /// Evaluates without a host and gives every error that shows that way, in the order of the text.
  ///
  /// A required parameter that was not given, and what only a host knows, is unknown; what a script
  /// decides by it is not judged.
  ///
  /// - Parameters:
  ///   - options: all that the evaluation is given.
  ///   - judge: finds what a host's own rules say against the declarations of a script that has no
  ///     other error.
  public func check(
    _ options: EvaluationOptions = EvaluationOptions(),
    judge: (DeclarationSet) -> [Diagnostic] = { _ in [] }
  ) -> [Diagnostic] {
    problems(options, earlier: [], judge: judge).diagnostics
  }

  /// What was found earlier and what an evaluation without a host finds, in the order of the text,
  /// with the values that the names of all modules came to, by slot.
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
  /// Finds in a program with wrong names what evaluation would refuse whatever it is given.
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

  /// Evaluates the program and makes a Swift value of its outputs, whose names are the keys.
  ///
  ///     struct Lab: Decodable {
  ///       var cores: Int
  ///       var memory: ByteSize
  ///       var zones: [String]?
  ///     }
  ///     let lab = try program.decode(Lab.self, parameters: ["replicas": 3])
  ///
  /// - Parameters:
  ///   - type: what to make of the outputs.
  ///   - parameters: values of the script's `param`s.
  ///   - options: all else that the evaluation is given.
  /// - Throws: the errors of the script, or where in it stands what does not fit the type.
  public func decode<T: Decodable>(
    _ type: T.Type, parameters: [String: any ScriptValue] = [:],
    options: EvaluationOptions = EvaluationOptions()
  ) throws(ScriptError) -> T {
    var options = options
    options.values.merge(parameters.mapValues(\.scriptValue)) { $1 }
    return try evaluate(options).decode(type)
  }
}
