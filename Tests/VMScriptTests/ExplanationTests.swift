import Testing

@testable import VMScript

@Suite struct ExplanationTests {
  @Test func everyCodeIsExplainedOnce() {
    let codes = LanguageCodes.ofCheck
    #expect(codes.count > 100)
    #expect(Set(codes).count == codes.count)
    for code in codes {
      #expect(!code.title.isEmpty && !code.explanation.isEmpty, "\(code)")
      #expect(code.origin == .script, "\(code)")
    }
  }
}
