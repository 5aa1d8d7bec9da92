import Foundation
import Testing

/// Places in texts where characters, code units and bytes are not the same, and where lines end in
/// every way.
@Suite struct PositionTests {
  private typealias Message = LanguageClient.Message

  private let uri = "untitled:a"

  /// A change of one part of a text.
  private func edit(_ line: Int, _ start: Int, _ endLine: Int, _ end: Int, _ text: String)
    -> Message
  {
    let range: Message = [
      "start": ["line": line, "character": start], "end": ["line": endLine, "character": end],
    ]
    return ["range": range, "text": text]
  }

  private func ranges(_ diagnostics: [Message]) -> [String] {
    diagnostics.map { $0.object("range").rangeText }
  }

  @Test func surrogatePairsAreTwoUnits() throws {
    let client = try LanguageClient.initialized()
    try client.open(uri, "let 漢 = 1\nprint \"😀😀 \\(漢)\", missing\n")
    #expect(ranges(try client.diagnostics(uri)) == ["1:19-1:26"])
    let definition = try client.at(1, 14, of: uri, "definition").object("result")
    #expect(definition.object("range").rangeText == "0:4-0:5")
    let renamed = try client.at(0, 4, of: uri, "rename", ["newName": "n"]).object("result")
    let edits = renamed.object("changes")[uri] as? [Message] ?? []
    #expect(ranges(edits) == ["0:4-0:5", "1:14-1:15"])
    // A word is completed at its place, after surrogate pairs.
    let items = try client.at(1, 21, of: uri, "completion").object("result")["items"]
    let edited = (items as? [Message] ?? []).map { $0.object("textEdit") }
    #expect(Set(ranges(edited)) == ["1:19-1:21"])
    // Between the halves of a pair is before it.
    try client.change(uri, version: 2, [edit(1, 8, 1, 9, ""), edit(1, 17, 1, 24, "漢")])
    #expect(try client.diagnostics(uri, version: 2).isEmpty)
    #expect(
      try client.at(1, 17, of: uri, "definition").object("result").object("range").rangeText
        == "0:4-0:5")
    #expect(try client.leave() == 0)
  }

  /// Opens a text, changes it step by step, and gives where in it something is wrong at last.
  private func places(_ text: String, _ changes: [Message]...) throws -> [String] {
    let client = try LanguageClient.initialized()
    try client.open(uri, text)
    for (version, change) in changes.enumerated() {
      try client.change(uri, version: version + 2, change)
    }
    let found = try client.diagnostics(uri, version: changes.count + 1)
    #expect(try client.leave() == 0)
    return ranges(found)
  }

  @Test func carriageReturnsAreAPartOfTheirLineEnds() throws {
    let text = "let a = 1\r\nprint missing\r\n\r\nprint a\r\n"
    #expect(try places(text) == ["1:6-1:13"])
    // What lies behind the end of a line is its end, what lies behind the last line the text's.
    #expect(try places(text, [edit(1, 6, 1, 999, "a")]) == [])
    #expect(
      try places(text, [edit(1, 6, 1, 999, "a"), edit(99, 5, 99, 7, "print b")]) == ["4:6-4:7"])
    #expect(
      try places(text, [edit(1, 13, 2, 0, "\r\n\r\n"), edit(4, 7, 4, 7, "b")]) == [
        "1:6-1:13", "4:6-4:8",
      ])
    let client = try LanguageClient.initialized()
    try client.open(uri, text)
    let place = try client.at(3, 99, of: uri, "definition").object("result")
    #expect(place.object("range").rangeText == "0:4-0:5")
    #expect(try client.leave() == 0)
  }

  @Test func lineEndsAreJoinedAndSplit() throws {
    // The text between a carriage return and a line feed is deleted: three lines become two.
    #expect(try places("let a = 1\rX\nprint b\n", [edit(1, 0, 1, 1, "")]) == ["1:6-1:7"])
    #expect(
      try places("let a = 1\rX\nprint b\n", [edit(1, 0, 1, 1, "")], [edit(1, 6, 1, 7, "a")])
        == [])
    // A half is put beside the other half.
    #expect(try places("let a = 1\nprint b\n", [edit(0, 9, 0, 9, "\r")]) == ["1:6-1:7"])
    #expect(
      try places("let a = 1\r\nprint b\n", [edit(0, 9, 1, 0, "\r")], [edit(1, 0, 1, 0, "\n")])
        == ["1:6-1:7"])
    // A line feed before the carriage return, or in place of both.
    #expect(try places("let a = 1\r\nprint b\n", [edit(0, 9, 0, 9, "\n")]) == ["2:6-2:7"])
    #expect(try places("let a = 1\r\nprint b\n", [edit(0, 9, 1, 0, "\n\n")]) == ["2:6-2:7"])
  }
}
