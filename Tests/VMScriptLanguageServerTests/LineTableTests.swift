import Testing

@testable import VMScriptLanguageServer

/// Positions and byte offsets.
@Suite struct LineTableTests {
  private func table(_ text: String, _ encoding: PositionEncoding = .utf16) -> LineTable {
    LineTable(Array(text.utf8), encoding)
  }

  @Test(arguments: [
    // Text, offset, line, UTF-16 units, bytes.
    ("", 0, 0, 0, 0),
    ("abc", 2, 0, 2, 2),
    ("a\nbc", 3, 1, 1, 1),
    ("a\r\nbc", 4, 1, 1, 1),
    ("a\rbc", 3, 1, 1, 1),
    ("a\r\n", 3, 1, 0, 0),
    ("\t\tx", 2, 0, 2, 2),
    ("ä=1", 2, 0, 1, 2),
    ("漢=1", 3, 0, 1, 3),
    ("😀=1", 4, 0, 2, 4),
    ("\n😀😀x", 9, 1, 4, 8),
    ("e\u{301}x", 3, 0, 2, 3),
  ])
  func bothWays(text: String, offset: Int, line: Int, utf16: Int, utf8: Int) {
    for (encoding, units) in [(PositionEncoding.utf16, utf16), (.utf8, utf8)] {
      let table = table(text, encoding)
      #expect(table.position(of: offset) == Position(line: line, character: units))
      #expect(table.offset(of: Position(line: line, character: units)) == offset)
    }
  }

  @Test func positionsOutsideTheTextAreClamped() {
    let text = table("ab\r\ncd")
    #expect(text.offset(of: Position(line: 0, character: 9)) == 2)
    #expect(text.offset(of: Position(line: 7, character: 0)) == 6)
    #expect(text.offset(of: Position(line: -1, character: 3)) == 0)
    #expect(text.offset(of: Position(line: 1, character: .max)) == 6)
    #expect(text.position(of: 100) == Position(line: 1, character: 2))
    #expect(text.position(of: -1) == Position(line: 0, character: 0))
  }

  @Test func withinACharacterIsAtItsStart() {
    #expect(table("😀").offset(of: Position(line: 0, character: 1)) == 0)
    #expect(table("😀", .utf8).offset(of: Position(line: 0, character: 3)) == 0)
  }

  @Test func linesThatBothTextsShareAreLeftAlone() {
    func edits(_ old: String, _ new: String) -> [LineEdits.Edit] {
      LineEdits.between(Array(old.utf8), Array(new.utf8))
    }
    #expect(edits("a\nb\nc\n", "a\nb\nc\n").isEmpty)
    #expect(
      edits("a\n b\nc\n", "a\nb\nc\n") == [.init(range: 2..<5, replacement: Array("b\n".utf8))])
    #expect(edits("a", "a\n") == [.init(range: 0..<1, replacement: Array("a\n".utf8))])
    #expect(edits("a\n\n\nb", "a\n\nb") == [.init(range: 3..<4, replacement: [])])
  }
}
