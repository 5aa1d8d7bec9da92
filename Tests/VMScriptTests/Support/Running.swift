import VMScriptSyntax

@testable import VMScript

/// The results of a script without a connection.
struct Ran {
  let outcome: EvaluationOutcome?
  let diagnostics: [Diagnostic]
  let lines: [String]
  let verbs: [VerbRequest]
  /// The names of the script and of all that it imports.
  let sources: [String]

  var json: String? { outcome.map { Value.map($0.outputs).json(indentation: nil) } }
  var codes: [Int] { diagnostics.map(\.code.number) }
  var messages: [String] { diagnostics.map(\.message) }
  var declarations: [Declaration] { outcome?.declarations.declarations ?? [] }
  func output(_ name: String) -> Value? { outcome?.outputs[name] }
  func domain(_ name: String) -> Declaration? {
    declarations.first { $0.kind == .domain && $0.name == name }
  }
}

func run(
  _ text: String, name: String = "test.vmscript", set parameters: [String: String] = [:],
  importer: (any Importer)? = nil, limits: Limits = Limits()
) -> Ran {
  let compiled = Engine(importer: importer).compilation(of: SourceText(name: name, text: text))
  let sources = compiled.sources.sources.map(\.name)
  guard let program = compiled.program else {
    return Ran(
      outcome: nil, diagnostics: compiled.diagnostics, lines: [], verbs: [], sources: sources)
  }
  let host = OfflineHost()
  let outcome = program.evaluate(
    EvaluationOptions(parameters: parameters, limits: limits), host: host)
  return Ran(
    outcome: outcome, diagnostics: compiled.diagnostics + outcome.diagnostics, lines: host.lines,
    verbs: host.verbs, sources: sources)
}
