import Testing

@testable import VMScriptShell

/// What the editor makes of text.
@Suite struct EntryTests {
  @Test func pastedTextHasNoControlCharacters() {
    func cleaned(_ text: String) -> String {
      EntryEditor.string(EntryEditor.cleaned(Array(text.unicodeScalars)))
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

  @Test(arguments: ["a", "a\nb", "a\\nb", "\\", "\\\\n\n", "größe\n  漢字"])
  func historyKeepsEntriesAsTheyAre(entry: String) {
    let line = HistoryFile.line(entry)
    #expect(!line.contains("\n"))
    #expect(HistoryFile.entry(line[...]) == entry)
  }

  @Test func secretsAreNotKept() {
    #expect(HistoryFile.mayKeep("domain a { }"))
    #expect(!HistoryFile.mayKeep(#"vnc { password = "x" }"#))
    #expect(!HistoryFile.mayKeep(#"let s = secret("x")"#))
  }

  @Test func historyIsWalkedByWhatWasTyped() {
    var history = History(["net a { }", "domain a { }", "print 1"])
    history.add("net a { }")
    #expect(history.entries == ["domain a { }", "print 1", "net a { }"])
    #expect(history.earlier(than: "d") == "domain a { }")
    #expect(history.earlier(than: "domain a { }") == nil)
    #expect(history.later(than: "domain a { }") == "d")
    #expect(history.suggestion(for: "pri") == "nt 1")
    #expect(history.suggestion(for: "") == nil)
    #expect(history.search("a {")?.entry == "net a { }")
    #expect(history.search("a {", before: 2)?.entry == "domain a { }")
  }
}
