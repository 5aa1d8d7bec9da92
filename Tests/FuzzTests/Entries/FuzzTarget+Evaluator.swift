import Synchronization
import VMScript
import VMScriptSyntax

extension FuzzTarget {
  /// Evaluated twice a script comes to the same, within its limits, and all of it can be shown.
  static func evaluator(_ bytes: [UInt8]) -> String? {
    let compilation = Engine().compilation(of: SourceText(name: "f", bytes: bytes))
    if let problem = DiagnosticCheck.problem(compilation.diagnostics, compilation.sources) {
      return problem
    }
    guard let program = compilation.program else { return nil }
    let options = EvaluationOptions(limits: limits)
    if let problem = DiagnosticCheck.problem(program.check(options), program.sources) {
      return problem
    }
    let first = Finding(program, options)
    let second = Finding(program, options)
    if let problem = first.problem { return problem }
    return first.isSame(as: second) ? nil : "evaluated again it comes to something else"
  }

  static let limits = Limits(
    steps: 20_000, depth: 100, memory: .mib(1), output: .kib(64), time: .seconds(5))
}

/// The result of an evaluation.
private struct Finding {
  private let outcome: EvaluationOutcome
  private let outputs: String
  private let declarations: [String]
  private let printed: [String]

  init(_ program: Program, _ options: EvaluationOptions) {
    let host = OfflineHost()
    outcome = program.evaluate(options, host: host)
    outputs = Value.map(outcome.outputs).json()
    declarations = outcome.declarations.declarations.map { "\($0.name) \($0.document.json())" }
    printed = host.lines
  }

  var problem: String? {
    if let problem = DiagnosticCheck.problem(outcome.diagnostics, outcome.sources) {
      return problem
    }
    guard JSONText.isSound(outputs) else { return "the outputs are no JSON" }
    // An escape makes at most six bytes of one.
    if outputs.utf8.count > 8 << 20 { return "the outputs are more than the memory" }
    if printed.reduce(0, { $0 + $1.utf8.count }) > 64 << 10 { return "too much is printed" }
    for output in outcome.outputs.keys { _ = try? outcome.decode(Anything.self, output: output) }
    for kind in ["image", "net", "domain"] {
      _ = try? outcome.decode([Anything].self, declared: kind)
    }
    return nil
  }

  func isSame(as other: Finding) -> Bool {
    // Time alone may run out once and not again.
    let codes = (outcome.diagnostics + other.outcome.diagnostics).map(\.code.number)
    if codes.contains(417) { return true }
    let renderer = DiagnosticRenderer(sources: outcome.sources, color: false)
    return outputs == other.outputs && declarations == other.declarations
      && printed == other.printed
      && renderer.render(outcome.diagnostics) == renderer.render(other.outcome.diagnostics)
  }
}

/// Reads every result in every way that a host can.
private struct Anything: Decodable {
  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  init(from decoder: any Decoder) throws {
    if let map = try? decoder.container(keyedBy: Key.self) {
      for key in map.allKeys { _ = try map.decode(Anything.self, forKey: key) }
    }
    if var list = try? decoder.unkeyedContainer() {
      while !list.isAtEnd { _ = try list.decode(Anything.self) }
    }
    guard let value = try? decoder.singleValueContainer() else { return }
    _ = value.decodeNil()
    _ = try? value.decode(Bool.self)
    _ = try? value.decode(Int.self)
    _ = try? value.decode(UInt8.self)
    _ = try? value.decode(Double.self)
    _ = try? value.decode(String.self)
    _ = try? value.decode(ByteSize.self)
    _ = try? value.decode(Duration.self)
    _ = try? value.decode(IPAddress.self)
    _ = try? value.decode(Subnet.self)
  }
}
