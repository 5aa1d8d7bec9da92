import Testing

@testable import VMScriptShell

/// The editor's handling of text.
@Suite struct EntryTests {
  @Test func pastedTextHasNoControlCharacters() {
    func cleaned(_ text: String) -> String {
      Entry.string(EntryEditor.cleaned(Array(text.unicodeScalars)))
    }
    #expect(cleaned("a\r\nb\rc\n") == "a\nb\nc")
    #expect(cleaned("a\tb\u{1B}[31m\u{7}c\u{9B}") == "a    b[31mc")
  }

  @Test(arguments: [
    ("", 0), ("domain a {", 1), ("domain a {\nnic { x = [", 2), ("}", 0), ("f(1)", 0),
    ("f([{", 1), ("print \"{ \\(f(", 1), ("# {", 0), ("a {\n\n\nb {\n}", 1), ("a {\nf(\ng([", 3),
  ])
  func linesAreIndentedByOpenBrackets(text: String, depth: Int) {
    #expect(OpenBrackets(in: text).depth == depth)
  }

  @Test(arguments: [
    ("a {\nb {", 1, 1), ("a {\nb {", 2, 0), ("f([{", 1, 0), ("f([{", 3, 0), ("", 1, 0),
    ("a {\nf([", 1, 1), ("a {\nf([", 2, 1), ("a {\nf([", 9, 0),
  ])
  func closingBracketsStandWhereTheirLineBegins(text: String, count: Int, depth: Int) {
    #expect(OpenBrackets(in: text).depth(closing: count) == depth)
  }
}
