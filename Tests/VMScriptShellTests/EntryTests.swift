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

/// Bytes of a terminal as characters.
@Suite struct UTF8PrefixTests {
  private func scalars(_ bytes: [UInt8]) -> String {
    var (rest, text) = (bytes[...], String.UnicodeScalarView())
    while let scalar = UTF8Prefix.takeScalar(from: &rest) { text.append(scalar) }
    return String(text)
  }

  @Test(
    arguments: [
      ([0xE9, 0x61], "\u{FFFD}a"), ([0xC3, 0x0D], "\u{FFFD}\r"), ([0xE2, 0x82, 0x41], "\u{FFFD}A"),
      ([0xF0, 0x9F, 0x98, 0x03], "\u{FFFD}\u{3}"), ([0xFF, 0xFE, 0x62], "\u{FFFD}\u{FFFD}b"),
      ([0x80, 0x61], "\u{FFFD}a"), ([0xC0, 0xAF, 0x61], "\u{FFFD}\u{FFFD}a"),
      ([0xF8, 0x61], "\u{FFFD}a"),
      ([0xE9, 0xC3, 0xA9], "\u{FFFD}é"), ([0xF4], "\u{FFFD}"),
    ] as [([UInt8], String)])
  func invalidUTF8AffectsNoOtherText(bytes: [UInt8], text: String) {
    #expect(scalars(bytes) == text)
  }

  /// After any three bytes, typed text is kept.
  @Test func anyBytesLeaveWhatFollows() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<20_000 {
      let bytes = (0..<3).map { _ in UInt8.random(in: 0x80...0xFF, using: &generator) }
      let text = scalars(bytes + Array("end".utf8))
      #expect(text.unicodeScalars.suffix(3).elementsEqual("end".unicodeScalars), "\(bytes)")
      #expect(text == String(decoding: bytes + Array("end".utf8), as: UTF8.self))
    }
  }

  @Test func onlyTheBeginningOfACharacterIsWaitedFor() {
    for text in ["a", "é", "€", "😀"] {
      let bytes = Array(text.utf8)
      for count in 1..<bytes.count + 1 {
        #expect(UTF8Prefix.isIncomplete(bytes[..<count]) == (count < bytes.count))
      }
    }
    for bytes in [[0x80], [0xC0], [0xFF], [0xE9, 0x61], [0xF0, 0x9F, 0x0D]] as [[UInt8]] {
      #expect(!UTF8Prefix.isIncomplete(bytes[...]))
    }
    #expect(!UTF8Prefix.isIncomplete([]))
  }
}

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
