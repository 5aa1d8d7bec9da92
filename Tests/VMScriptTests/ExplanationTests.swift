import Testing

@testable import VMScript

@Suite struct ExplanationTests {
  @Test func everyCodeIsExplainedOnce() {
    let numbers =
      (LanguageExplanations.explanations + Validation.explanations).map(\.code.number)
    #expect(Set(numbers).count == numbers.count)
  }
}
