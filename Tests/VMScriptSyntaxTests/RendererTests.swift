import Foundation
import Testing

@testable import VMScriptSyntax

@Suite struct RendererTests {
  private func span(_ parsed: Parsed, _ text: String) -> Span {
    let source = parsed.sources.sources[0]
    let haystack = String(decoding: source.bytes, as: UTF8.self)
    let start = haystack.range(of: text).map { haystack[..<$0.lowerBound].utf8.count } ?? 0
    return Span(
      source: SourceID(index: 0), start: UInt32(start), length: UInt32(text.utf8.count))
  }

  @Test func showsTheShapeOfTheHandbook() {
    let parsed = parsed("\n\n\n\n\ndomain web {\n  memroy = 2GiB\n}\n", name: "lab.vmscript")
    let diagnostic = Diagnostic(
      code: DiagnosticCode(210), "unknown property `memroy` in `domain`",
      at: .init(span(parsed, "memroy"), "no such property"),
      secondary: [.init(span(parsed, "domain web"), "in this domain")],
      helps: [.init("did you mean `memory`?")])
    let text = DiagnosticRenderer(sources: parsed.sources, color: false).render(diagnostic)
    #expect(
      text == """
        error[VM0210]: unknown property `memroy` in `domain`
          ┌─ lab.vmscript:7:3
          │
        6 │ domain web {
          │ ---------- in this domain
        7 │   memroy = 2GiB
          │   ^^^^^^ no such property
          = help: did you mean `memory`?

        """)
  }

  @Test func tabsWideCharactersAndControlCharactersKeepTheColumns() {
    let parsed = parsed("\tlet 名 = \"\u{1B}\" + x\n")
    let text = DiagnosticRenderer(sources: parsed.sources, color: false).render(
      Diagnostic(code: DiagnosticCode(1), "m", at: .init(span(parsed, "x"), "here")))
    #expect(text.contains("1 │     let 名 = \"\\u{1B}\" + x\n  │                         ^ here\n"))
    #expect(!text.contains("\u{1B}"))
  }

  @Test func aLongLineIsTrimmedAroundTheSpan() {
    let line =
      String(repeating: "a ", count: 500_000) + "HERE" + String(repeating: " b", count: 500_000)
    let parsed = Parsed(
      result: ParseResult(
        tree: .empty(source: SourceID(index: 0)), diagnostics: [], completeness: .complete),
      names: NameTable(), sources: sourceMap(line))
    let text = DiagnosticRenderer(sources: parsed.sources, color: false).render(
      Diagnostic(
        code: DiagnosticCode(1), "m",
        at: .init(Span(source: SourceID(index: 0), start: 1_000_000, length: 4))))
    #expect(text.count < 1_000)
    #expect(text.contains("HERE"))
  }

  @Test func aSpanOfSeveralLinesMarksItsFirstAndItsLast() {
    let parsed = parsed("let x = [\n  1,\n  2,\n]\n")
    let text = DiagnosticRenderer(sources: parsed.sources, color: false).render(
      Diagnostic(
        code: DiagnosticCode(1), "m", at: .init(span(parsed, "[\n  1,\n  2,\n]"), "this list")))
    #expect(text.contains("1 │ let x = [\n  │         ^ from here\n  ·\n4 │ ]\n  │ ^ this list\n"))
  }

  @Test func theEndOfAnEmptyFileCanBeShown() {
    let parsed = parsed("")
    let text = DiagnosticRenderer(sources: parsed.sources, color: false).render(
      Diagnostic(
        code: DiagnosticCode(1), "m",
        at: .init(Span(source: SourceID(index: 0), start: 0, length: 0))))
    #expect(text.contains("1 │\n  │ ^\n"))
  }

  @Test func jsonNamesThePlaceAndEscapesText() {
    let parsed = parsed("let x = y\n")
    let json = DiagnosticRenderer(sources: parsed.sources, color: false).json(
      Diagnostic(
        .warning, code: DiagnosticCode(7), "a \"b\"\n", at: .init(span(parsed, "y"), "l"),
        notes: ["n"]))
    #expect(
      json.hasPrefix(
        #"{"severity": "warning", "code": "VM0007", "message": "a \"b\"\n", "file": "test.vmscript", "line": 1, "column": 9, "endLine": 1, "endColumn": 10"#
      ))
  }

  @Test func coloursAreThereOnlyWhenAsked() {
    let diagnostic = Diagnostic(code: DiagnosticCode(1), "evil \u{1B}[2J")
    let plain = DiagnosticRenderer(sources: SourceMap(), color: false).render(diagnostic)
    #expect(plain == "error[VM0001]: evil \\u{1B}[2J\n")
    let colored = DiagnosticRenderer(sources: SourceMap(), color: true).render(diagnostic)
    #expect(colored.hasPrefix("\u{1B}[1;31merror[VM0001]\u{1B}[0m"))
  }

  @Test func closestFindsASlipAndNothingElse() {
    #expect(closest(to: "memroy", among: ["cpus", "memory", "nic"]) == "memory")
    #expect(closest(to: "gib", among: ["MiB", "GiB"]) == "GiB")
    #expect(closest(to: "zzz", among: ["memory"]) == nil)
  }

  private func sourceMap(_ text: String) -> SourceMap {
    var map = SourceMap()
    _ = map.add(SourceText(name: "long", text: text))
    return map
  }
}
