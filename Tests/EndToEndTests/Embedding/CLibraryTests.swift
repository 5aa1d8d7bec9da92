import Foundation
import SpecSuite
import Testing
import VMScript

/// The library in C programs; their own checks are in `Tests/CLibrary`.
@Suite struct CLibraryTests {
  @Test func everyFunctionTakesGoodAndBadInput() throws {
    let prefix = try Prefix.shared.get()
    let program = try prefix.compile("Tests/CLibrary/library.c")
    let result = try run(program, [], environment: prefix.environment)
    #expect(result.status == 0, "\(result.errors)")
  }

  @Test func theSuiteIsHeldToThroughC() throws {
    let runner = try CLibraryRunner()
    for script in try SpecCase.all() {
      #expect(
        try runner.run(script)
          == runner.expectation(
            script.expected(), script.directives()), "\(script.path)")
    }
  }
}

/// Runs cases with a C program that knows nothing but `vmscript.h`; all of them at once.
struct CLibraryRunner: SpecRunner {
  private let results: [String: [String: String]]

  init() throws {
    let prefix = try Prefix.shared.get()
    let program = try prefix.compile("Tests/CLibrary/spec.c")
    let cases = try SpecCase.all()
    let output = try Prefix.succeed(
      program, [], input: try cases.flatMap(Self.fields), environment: prefix.environment)
    let given = try FieldReader.cases(output)
    guard given.count == cases.count else {
      throw Prefix.Failed(description: "\(given.count) results of \(cases.count) cases")
    }
    results = Dictionary(uniqueKeysWithValues: zip(cases.map(\.path), given))
  }

  func run(_ script: SpecCase) throws -> [String: String] {
    guard let given = results[script.path] else { return [:] }
    func part(_ name: String) -> String { given[name] ?? "" }
    let diagnostics = [part("compiling"), part("err")].filter { !$0.isEmpty }
    var document = ""
    let outputs = try Value(json: part("outputs"))
    if try script.directives().showsResources {
      let resources = try Value(json: part("resources"))
      document = Value.map(["outputs": outputs, "resources": resources]).json() + "\n"
    } else if part("outputs") != "{}" {
      document = outputs.json() + "\n"
    }
    return ["out": part("out"), "json": document, "err": diagnostics.joined(separator: "\n")]
  }

  /// A case as the program reads it.
  private static func fields(_ script: SpecCase) throws -> [UInt8] {
    let directives = try script.directives()
    var bytes: [UInt8] = []
    func field(_ key: String, _ content: [UInt8]) {
      bytes += Array("\(key) \(content.count)\n".utf8) + content + [10]
    }
    func text(_ key: String, _ content: String) { field(key, Array(content.utf8)) }
    text("name", script.file.lastPathComponent)
    field("source", try script.bytes())
    text("folder", script.folder.path)
    text("settings", json(directives.settings))
    text("fallbacks", json(directives.environment))
    if let stack = directives.stack { text("stack", stack) }
    if directives.grantsAccess { text("access", SpecDirectives.variable) }
    if directives.isCheckOnly { text("check", "1") }
    for (name, value) in directives.limits {
      text(name, "\(ByteSize(value)?.bytes ?? Int64(value) ?? 0)")
    }
    text("run", "")
    return bytes
  }

  private static func json(_ pairs: [(name: String, value: String)]) -> String {
    Dictionary(pairs.map { ($0.name, $0.value) }) { $1 }.scriptValue.json(indentation: nil)
  }
}

/// Reads what the program writes: fields with their length, a case after another.
private enum FieldReader {
  static func cases(_ output: String) throws -> [[String: String]] {
    var rest = Array(output.utf8)[...]
    var cases: [[String: String]] = []
    var fields: [String: String] = [:]
    while let end = rest.firstIndex(of: 10) {
      let head = String(decoding: rest[..<end], as: UTF8.self).split(separator: " ")
      guard head.count == 2, let length = Int(head[1]), end + length + 1 < rest.endIndex else {
        throw Prefix.Failed(description: "no field: \(head)")
      }
      let content = rest[(end + 1)..<(end + 1 + length)]
      fields[String(head[0])] = String(decoding: content, as: UTF8.self)
      rest = rest[(end + length + 2)...]
      if head[0] == "end" {
        cases.append(fields)
        fields = [:]
      }
    }
    return cases
  }
}
