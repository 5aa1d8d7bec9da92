import Testing

@testable import VMScriptShell

/// Where libedit puts characters.
@Suite struct EditLayoutTests {
  private func places(_ text: String, prompt: Int = 4, columns: Int = 10) -> [[Int]] {
    EditLayout(prompt: prompt, line: Array(text.unicodeScalars), columns: columns).places
      .map { [$0.row, $0.column] }
  }

  @Test func aFullRowEndsAtOnce() {
    #expect(places("abcdef") == [[0, 4], [0, 5], [0, 6], [0, 7], [0, 8], [0, 9], [1, 0]])
  }

  @Test func lineEndsBeginRows() {
    #expect(places("a\n\nb") == [[0, 4], [0, 5], [1, 0], [2, 0], [2, 1]])
    #expect(places("abcdef\nb").suffix(3) == [[1, 0], [2, 0], [2, 1]])
  }

  @Test func nothingIsAsWideAsThePrompt() {
    #expect(places("") == [[0, 4]])
    #expect(places("", prompt: 10) == [[1, 0]])
  }
}
