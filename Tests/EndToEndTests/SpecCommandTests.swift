import Foundation
import SpecSuite
import Testing

/// The suite of the language once more, as `vmscript eval` and `vmscript check` show it.
@Suite struct SpecCommandTests {
  @Test(arguments: try SpecCase.all())
  func aScriptMatchesItsExpectations(script: SpecCase) throws {
    let runner = CommandLineRunner()
    let directives = try script.directives()
    guard runner.obstacle(directives) == nil else { return }
    let shown = try runner.run(script)
    let expected = runner.expectation(script.expected(), directives)
    for place in expected.keys.sorted() {
      #expect(shown[place] == expected[place], "\(script.path): \(place)")
    }
  }

  @Test(arguments: try SpecCase.formatted())
  func aFormattedScriptMatchesItsExpectation(script: SpecCase) throws {
    let runner = CommandLineRunner()
    let formatted = script.expected().fmt
    #expect(try runner.format(script.bytes()) == formatted)
    #expect(try runner.format(Array(formatted.utf8)) == formatted)
  }
}

/// Runs cases with the built program, in the folder of each.
struct CommandLineRunner: SpecRunner, SpecFormatter {
  func format(_ text: [UInt8]) throws -> String {
    try vmscript(["fmt", "-"], input: text).output
  }

  func obstacle(_ directives: SpecDirectives) -> String? {
    directives.refusesAccess ? "whoever calls the command line may read files" : nil
  }

  func run(_ script: SpecCase) throws -> [String: String] {
    let directives = try script.directives()
    var arguments = [directives.isCheckOnly ? "check" : "eval", script.file.lastPathComponent]
    if directives.showsResources { arguments.append("--resources") }
    for setting in directives.settings {
      arguments += ["--set", "\(setting.name)=\(setting.value)"]
    }
    if let stack = directives.stack { arguments += ["--stack", stack] }
    for (name, value) in directives.limits { arguments += ["--limit", "\(name)=\(value)"] }
    var environment = ["SPEC": SpecDirectives.variable]
    for variable in directives.environment {
      environment["VMSCRIPT_\(variable.name)"] = variable.value
    }
    let result = try vmscript(arguments, environment: environment, folder: script.folder)
    return [
      "standard output": result.output, "standard error": result.errors,
      "exit code": "\(result.status)",
    ]
  }

  /// Only a script without errors has outputs; its printed lines precede the errors.
  func expectation(_ results: SpecResults, _ directives: SpecDirectives) -> [String: String] {
    let document = results.json.isEmpty ? "{}\n" : results.json
    return [
      "standard output": directives.isCheckOnly || results.hasErrors ? "" : document,
      "standard error": results.out + results.err,
      "exit code": results.hasErrors ? "2" : "0",
    ]
  }
}
