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
    // A row of a table of explanations; a diagnostic's number; a row of a table of messages.
    let explanation = /(?:DiagnosticExplanation|\.init)\(\s*(\d{3}),/
    let number = /(?:code: (?:\w+ \? )?|DiagnosticCode\()(\d{3})\b/
    let message = /[^.\w]\(\s*(\d{3}),\s*["\w]/
    func all(_ form: Regex<(Substring, Substring)>) -> Set<Substring> {
      Set(texts.flatMap { $0.matches(of: form).map(\.output.1) })
    }
    let explained = all(explanation)
    #expect(explained.count > 200)
    #expect(explained.subtracting(all(number)).subtracting(all(message)) == [])
    #expect(all(number).subtracting(explained) == [])
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
