import Testing
import VMScript
import VMScriptEditing

@testable import VMScriptShell

/// How candidates are listed.
@Suite struct CompletionListTests {
  private let plain = ["a", "bb", "漢字", "d", "e"].map { Candidate($0, .word) }
  private let noted = [
    Candidate("size", .property, type: "size", doc: "How large it is."),
    Candidate("format", .property, type: "`raw`", doc: "Its format."),
  ]

  private func rows(_ candidates: [Candidate], _ columns: Int, _ rows: Int = 20) -> [String] {
    CompletionList(columns: columns, rows: rows).rows(candidates).map { $0.text + $0.note }
  }

  @Test func wordsStandInColumns() {
    #expect(rows(plain, 80) == ["  a     bb    漢字  d     e"])
    #expect(rows(plain, 15) == ["  a     d", "  bb    e", "  漢字"])
    #expect(rows(plain, 5) == ["  a", "  bb", "  …", "  d", "  e"])
  }

  @Test func notesStandBeside() {
    #expect(
      rows(noted, 80) == ["  size    size: How large it is.", "  format  `raw`: Its format."])
    #expect(rows(noted, 24) == ["  size    size: How la…", "  format  `raw`: Its f…"])
    #expect(rows(noted, 20) == ["  size    format"])
    #expect(rows(noted, 12) == ["  size", "  format"])
  }

  @Test func hiddenCandidatesAreCounted() {
    #expect(rows(plain, 15, 2) == ["  a     d", "  … 3 more"])
    #expect(rows(noted, 80, 1) == ["  … 2 more"])
    let many = (10..<100).map { Candidate("word\($0)", .word) }
    #expect(rows(many, 30, 5).last == "  … 78 more")
    #expect(rows(many, 30, 5).count == 5)
  }

  @Test func controlCharactersAreShown() {
    #expect(rows([Candidate("a\u{1B}", .file)], 40) == ["  a\\u{1B}"])
  }
}
