import Foundation
import VMScript
import VMScriptSyntax

/// A program that evaluates the script that its argument names, and trusts it with nothing: no
/// files but those of its folder to import, no environment, little memory, little time.
///
/// Writes the diagnostics, then the outputs, and at last that it is still there. Arguments behind the
/// script are the limits on memory, in MiB, and on time, in milliseconds.
@main struct HostileHost {
  static func main() throws {
    let file = URL(fileURLWithPath: CommandLine.arguments[1])
    let source = SourceText(name: file.lastPathComponent, bytes: Array(try Data(contentsOf: file)))
    let numbers = CommandLine.arguments.dropFirst(2).compactMap { Int64($0) }
    let engine = Engine(
      limits: Limits(
        steps: 20_000_000, memory: .mib(numbers.first ?? 64), output: .mib(1),
        time: .milliseconds(numbers.last ?? 3_000)),
      importer: .directory(file.deletingLastPathComponent().path))
    let compilation = engine.compilation(of: source)
    let outcome = compilation.program?.evaluate()
    let renderer = DiagnosticRenderer(sources: compilation.sources, color: false)
    print(renderer.render(compilation.diagnostics + (outcome?.diagnostics ?? [])))
    if let outcome { print(Value.map(outcome.outputs).json()) }
    print("still there")
  }
}
