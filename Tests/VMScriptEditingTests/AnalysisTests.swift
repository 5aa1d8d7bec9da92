import Foundation
import Testing
import VMScriptSyntax

@testable import VMScript
@testable import VMScriptEditing

/// The analysis of a script for editors.
@Suite struct AnalysisTests {
  /// Files by path, for imports.
  private struct Files: Importer {
    var texts: [String: String] = [:]
    func load(path: String, from script: String) throws(ImportFailure) -> SourceText {
      guard let text = texts[path] else { throw ImportFailure("there is no such file") }
      return SourceText(name: path, text: text)
    }
  }

  private func analysis(_ text: String, _ files: [String: String] = [:]) throws -> Analysis {
    let analysis = Analysis(
      SourceText(name: "main.vmscript", text: text), importer: Files(texts: files))
    return try #require(analysis.evaluated(EvaluationOptions()))
  }

  /// Every use of the name at `⟨…⟩` and nothing else is found from every one of them.
  @Test(arguments: [
    "let ⟨a⟩ = 1\nprint ⟨a⟩, \"\\(⟨a⟩ + 1)\", [a for a in [⟨a⟩]], ⟨a⟩",
    "let  ⟨a⟩ = 1; print (⟨a⟩), (  ⟨a⟩ ).x",
    "let a = 1\nif true { let ⟨a⟩ = a; print ⟨a⟩ }\nprint a",
    "print ⟨f⟩(1)\nfunc ⟨f⟩(x) = x > 0 ? ⟨f⟩(x - 1) : 0",
    "func f(⟨x⟩, y = ⟨x⟩) { let z = ⟨x⟩; return y => ⟨x⟩ + y + z }",
    "func f(x) = x\nfunc g(⟨x⟩) = f(x: ⟨x⟩)",
    "func f(⟨x⟩) = ⟨x⟩\nprint f(⟨x⟩: 1), { x: 2 }.x",
    "let f = (⟨x⟩) => ⟨x⟩; print f(⟨x⟩: 1)",
    "for ⟨i⟩ in 1...3 { domain \"d\\(⟨i⟩)\" { cpus = ⟨i⟩ } }",
    "for k, ⟨v⟩ in { a: 1 } { print k, ⟨v⟩ }",
    "print [⟨x⟩ + y for ⟨x⟩ in [1] for y in [⟨x⟩] if ⟨x⟩ > 1]",
    "image ⟨image⟩ { size = 1GiB }\ndomain a { disk { image = ⟨image⟩ } }\nprint ⟨image⟩.path",
    "domain ⟨a⟩ { }\nclone ⟨a⟩ as b { }\nstart ⟨a⟩\nwait [⟨a⟩, b] for ⟨a⟩.ip != none",
    "param   ⟨n⟩ : int = 3\noutput n = ⟨n⟩",
    "net n { mode = nat }\nlet ⟨nat⟩ = 1; print ⟨nat⟩",
  ])
  func usesOfAName(marked: String) throws {
    var text = ""
    var expected: [Range<Int>] = []
    for part in marked.split(separator: "⟨", omittingEmptySubsequences: false) {
      let pieces = part.split(separator: "⟩", omittingEmptySubsequences: false)
      if pieces.count == 2 {
        let start = text.utf8.count
        text += pieces[0]
        expected.append(start..<text.utf8.count)
      }
      text += pieces.last ?? ""
    }
    let analysis = try analysis(text)
    for range in expected {
      for offset in [range.lowerBound, range.upperBound] {
        let definition = try #require(analysis.definition(at: offset), "\(offset) in \(text)")
        #expect(expected.contains(Int(definition.start)..<Int(definition.end)))
        let uses = analysis.references(to: definition, in: "main.vmscript")
        #expect(uses.map { Int($0.start)..<Int($0.end) } == expected)
      }
    }
  }

  @Test func namesOfImportedFiles() throws {
    let library = "## Doubles.\nfunc double(n) = n * 2\nlet base = double(1)\n"
    let text = "import \"l\" as lib\nimport \"m\"\nprint lib.double(lib.base), one\n"
    let analysis = try analysis(text, ["l": library, "m": "let one = 1\n"])
    #expect(analysis.diagnostics.isEmpty)
    func definition(_ word: String) throws -> String {
      let range = try #require(text.range(of: word, options: .backwards))
      let offset = text.utf8.distance(from: text.startIndex, to: range.lowerBound)
      let span = try #require(analysis.definition(at: offset))
      return "\(analysis.sources[span.source].name):\(span.start)"
    }
    #expect(try definition("double") == "l:17")
    #expect(try definition("base") == "l:39")
    #expect(try definition("one") == "m:4")
    #expect(try definition("lib.base") == "main.vmscript:14")
    #expect(try definition("\"l\"") == "l:0")
    let span = try #require(analysis.definition(at: text.utf8.count - 10))
    #expect(analysis.references(to: span, in: "l").count == 2)
  }

  @Test func diagnosticsAreThoseOfACheck() throws {
    for script in try specScripts() {
      let source = SourceText(name: script.path, bytes: Array(try Data(contentsOf: script)))
      let compiled = Engine(importer: .local).compilation(of: source)
      let (program, found) = (compiled.program, compiled.diagnostics)
      let options = EvaluationOptions(limits: Limits(steps: 2_000))
      let checked = found + (program?.check(options) ?? [])
      let analysis = try #require(Analysis(source, importer: .local).evaluated(options))
      #expect(
        analysis.diagnostics.map { "\($0)" } == checked.map { "\($0)" },
        "\(script.lastPathComponent)")
    }
  }

  /// An incomplete text is analysed as far as possible.
  @Test func mutilatedScriptsHaveAnAnalysis() throws {
    var random = SystemRandomNumberGenerator()
    for script in try specScripts() {
      let bytes = Array(try Data(contentsOf: script).prefix(3000))
      guard !bytes.isEmpty else { continue }
      for _ in 0..<4 {
        var text = bytes
        let start = Int.random(in: 0..<text.count, using: &random)
        text.removeSubrange(start..<min(text.count, start + Int.random(in: 1...40, using: &random)))
        let source = SourceText(name: "cut", bytes: text)
        let analysis = Analysis(source, importer: nil)
        let offset = Int.random(in: 0...text.count, using: &random)
        _ = analysis.definition(at: offset)
        _ = analysis.hover(at: offset)
        _ = analysis.completion(at: offset, in: source, importer: nil)
      }
    }
  }

  private func specScripts() throws -> [URL] {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Spec")
    let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
    let scripts = (files?.allObjects ?? []).compactMap { $0 as? URL }
      .filter { $0.pathExtension == "vmscript" }
    try #require(scripts.count > 100)
    return scripts.sorted { $0.path < $1.path }
  }

  @Test func localNamesComplete() {
    func names(_ text: String) -> [String] {
      let source = SourceText(name: "a", text: text)
      let offset = text.utf8.count
      let analysis = Analysis(source, importer: nil)
      let (context, candidates) = analysis.completion(at: offset, in: source, importer: nil)
      return candidates.map(\.text).filter { $0.hasPrefix(context.typed) && $0.count > 4 }
    }
    #expect(names("let outer = 1\nfunc f(outermost) = out").contains("outermost"))
    #expect(names("let outer = 1\nfunc f(outermost) = out").contains("outer"))
    #expect(names("for index in 1...3 { print ind") == ["index"])
    #expect(names("print [index for index in ind") == [])
    #expect(names("domain a { let inner = 1; cpus = inn") == ["inner"])
    #expect(names("if true { let inner = 1 }\nprint inn") == [])
    #expect(names("domain thing { }\nstart \"thi") == ["thing"])
  }
}
