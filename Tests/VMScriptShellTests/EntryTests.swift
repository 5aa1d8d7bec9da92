import Testing

@testable import VMScriptShell

/// What the editor makes of text.
@Suite struct EntryTests {
  @Test func pastedTextHasNoControlCharacters() {
    func cleaned(_ text: String) -> String {
      Entry.string(EntryEditor.cleaned(Array(text.unicodeScalars)))
    }
    #expect(cleaned("a\r\nb\rc\n") == "a\nb\nc")
    #expect(cleaned("a\tb\u{1B}[31m\u{7}c\u{9B}") == "a    b[31mc")
  }

  @Test(arguments: [
    ("", 0), ("domain a {", 1), ("domain a { nic { x = [", 3), ("}", 0), ("f(1)", 0),
    ("print \"{ \\(f(", 2), ("# {", 0),
  ])
  func linesAreIndentedByOpenBrackets(text: String, depth: Int) {
    #expect(EntryEditor.depth(of: text) == depth)
  }
}
