import Testing

@testable import VMScriptShell

/// The layout of an entry on a terminal.
@Suite struct EntryFrameTests {
  private func frame(_ text: String, cursor: Int? = nil, columns: Int = 10) -> EntryFrame {
    var builder = EntryFrameBuilder(columns: columns)
    for (position, character) in text.enumerated() {
      if position == cursor { builder.placeCursor() }
      builder.add(character, style: "")
    }
    if cursor == nil { builder.placeCursor() }
    return builder.frame
  }

  @Test func linesAndWhatIsTooLongBeginRows() {
    #expect(frame("vm> abcdefg\n\nb").rows.map(\.text) == ["vm> abcdef", "g", "", "b"])
    #expect(frame("abcdefghi漢").rows.map(\.text) == ["abcdefghi", "漢"])
    #expect(frame("").rows.count == 1)
  }

  @Test func theCursorAfterAFullRowIsOnTheNext() {
    #expect(frame("abcdefghij").rows.map(\.text) == ["abcdefghij", ""])
    #expect(frame("abcdefghij\nb", cursor: 0).rows.map(\.text) == ["abcdefghij", "b"])
    let cursor = frame("e\u{301}漢b", cursor: 2).cursor
    #expect(cursor == .init(row: 0, position: 2, column: 3, lead: "e\u{301}漢"))
  }

  @Test func controlCharactersAreShownAsWhatTheyAre() {
    #expect(frame("a\u{1B}b").rows.map(\.text) == ["a\\u{1B}b"])
  }

  @Test func aTallEntryShowsTheRowWithTheCursor() {
    let whole = frame("a\nb\nc\nd\ne", cursor: 6)
    var first = 0
    #expect(whole.clipped(to: 9, near: &first) == whole)
    let clipped = whole.clipped(to: 2, near: &first)
    #expect(clipped.rows.map(\.text) == ["c", "d"])
    #expect(clipped.cursor.row == 1)
    #expect(first == 2)
    first = 9
    #expect(whole.clipped(to: 2, near: &first).rows.map(\.text) == ["d", "e"])
  }

  @Test func rowsThatAreBrokenAreCounted() {
    let row = frame("ab漢字cdef").rows[0]
    #expect([10, 8, 5, 4, 3, 2].map { row.count(columns: $0) } == [1, 2, 3, 3, 4, 5])
    #expect(frame("").rows[0].count(columns: 5) == 1)
  }
}

/// Characters as a reader perceives them.
@Suite struct ClustersTests {
  private let line = Array("ae\u{301}漢👩\u{200D}💻".unicodeScalars)

  @Test func placesBetweenCharactersAreFound() {
    #expect([1, 2, 3, 4, 5].map { Clusters.start(before: $0, in: line) } == [0, 1, 1, 3, 4])
    #expect([0, 1, 2, 3, 4, 5].map { Clusters.end(after: $0, in: line) } == [1, 3, 3, 4, 7, 7])
    #expect((0...7).filter { Clusters.isWithin($0, of: line) } == [2, 5, 6])
    #expect(Clusters.end(after: 0, in: []) == 0)
  }
}

/// The states that undo restores.
@Suite struct UndoHistoryTests {
  private func state(_ text: String) -> Entry.State {
    .init(text: Array(text.unicodeScalars), cursor: text.unicodeScalars.count)
  }

  @Test func wordsAreUndoneAtOnce() {
    var history = UndoHistory()
    for text in ["a", "ab", "ab ", "ab c", "ab cd", "ab", "ab!"] { history.note(state(text)) }
    let undone = (0..<4).map { _ in history.undo().map { Entry.string($0.text) } }
    #expect(undone == ["ab", "ab cd", "ab", ""])
    #expect(history.undo() == nil)
    #expect(history.redo().map { Entry.string($0.text) } == "ab")
    #expect(history.redo().map { Entry.string($0.text) } == "ab cd")
    history.note(state("x"))
    #expect(history.redo() == nil)
  }

  @Test func motionEndsAWord() {
    var history = UndoHistory()
    history.note(state("ab"))
    history.note(state("abc"))
    history.note(.init(text: state("abc").text, cursor: 0))
    history.note(.init(text: state("xabc").text, cursor: 1))
    #expect(history.undo() == .init(text: state("abc").text, cursor: 0))
  }
}
