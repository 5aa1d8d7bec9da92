import Foundation
import Testing

@Suite struct ExplainCommandTests {
  @Test func everyListedCodeIsExplained() throws {
    let list = try vmscript("explain")
    #expect(list.status == 0)
    let codes = list.output.split(separator: "\n").map { String($0.prefix(6)) }
    #expect(codes.contains("VM0801"))
    #expect(codes == codes.sorted())
    #expect(Set(codes).count == codes.count)
    for code in codes {
      let result = try vmscript("explain", code.lowercased())
      #expect(result.status == 0)
      #expect(result.output.hasPrefix("\(code): "))
    }
  }

  @Test func everyExplainedCodeIsReportedSomewhere() throws {
    let sources = packageFolder.appendingPathComponent("Sources")
    let files = FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)
    let texts = try (files?.allObjects ?? []).compactMap { $0 as? URL }
      .filter { $0.pathExtension == "swift" }
      .map { try String(contentsOf: $0, encoding: .utf8) }
    let table = /struct \w+: DiagnosticTable \{(?:.|\n)*?static let (\w+) =/
    var rows: Set<String> = []
    for match in texts.flatMap({ $0.matches(of: table) }) {
      for row in match.output.0.matches(of: /let (\w+) = DiagnosticCode\.of/) {
        rows.insert(".\(match.output.1).\(row.output.1)")
      }
    }
    #expect(rows.count > 200)
    let cited = Set(texts.flatMap { $0.matches(of: /\.[a-z]\w*\.\w+/).map { String($0.output) } })
    #expect(rows.subtracting(cited) == [])
  }

  @Test func anUnknownCodeIsAnError() throws {
    let result = try vmscript("explain", "VM9999\u{1B}[2J")
    #expect(result.status == 2)
    #expect(result.output == "")
    #expect(result.errors.contains("error[VM0802]"))
    #expect(!result.errors.contains("\u{1B}"))
  }

  @Test func theVersionIsPrinted() throws {
    let result = try vmscript("--version")
    #expect(result.status == 0)
    #expect(result.output == "0.1.0\n")
  }

  @Test func anUnknownOptionIsAUsageError() throws {
    let result = try vmscript("check", "-", "--nonsense")
    #expect(result.status == 64)
    #expect(result.errors.contains("--nonsense"))
  }
}
