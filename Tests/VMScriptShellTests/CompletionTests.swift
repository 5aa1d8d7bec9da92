import Testing
import VMScript
import VMScriptEditing
import VMScriptRuntime

@testable import VMScriptShell

/// The completions at the end of a text.
@Suite struct CompletionTests {
  private func complete(_ text: String) -> [String] {
    let session = LiveSession(stack: "test")
    return Completer(session: session, commands: Command.all, inventory: nil).complete(text)
      .candidates.map(\.text)
  }

  @Test(arguments: [
    ("dom", ["domain"]),
    ("domain a {\n  mem", ["memory"]),
    ("let x = to_j", ["to_json"]),
    (":he", ["help"]),
    (":help ima", ["image"]),
    ("nothingbeginslikethis", []),
  ])
  func fittingCandidatesAreOffered(text: String, expected: [String]) {
    #expect(complete(text) == expected)
  }

  @Test func aCommonBeginningIsPutIn() {
    let completion = Completion(
      typed: "s", among: ["start", "state", "net"].map { Candidate($0, .word) })
    #expect(completion.commonPrefix == "sta")
    #expect(completion.length == 1)
  }
}

/// The list of candidates.
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
