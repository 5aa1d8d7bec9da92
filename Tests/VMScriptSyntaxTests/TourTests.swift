import Testing

@testable import VMScriptSyntax

@Suite struct TourTests {
  @Test func everyTourScriptParsesWithoutADiagnostic() throws {
    let scripts = try tourScripts()
    #expect(scripts.count >= 9)
    for script in scripts {
      let parsed = parsed(bytes: script.bytes, name: script.name)
      #expect(parsed.result.diagnostics.map(\.message) == [], "\(script.name)")
      #expect(parsed.places == [], "\(script.name)")
      #expect(parsed.result.completeness == .complete)
    }
  }
}
