import Foundation
import TestSupport
import Testing

/// Incremental edits: the server's text stays that of the editor.
@Suite struct EditTests {
  private typealias Message = LanguageClient.Message

  /// A text as an editor holds it; its lines end with a line feed, a carriage return or both.
  private struct Buffer {
    var text: String

    /// Line and character of a place, in the units of the encoding.
    func position(_ offset: Int, _ isUTF8: Bool) -> Message {
      let scalars = Array(text.unicodeScalars)
      let ends = (0..<offset).filter { index in
        scalars[index] == "\n"
          || scalars[index] == "\r" && (index + 1 == scalars.count || scalars[index + 1] != "\n")
      }
      let units = scalars[(ends.last.map { $0 + 1 } ?? 0)..<offset].reduce(0) {
        $0 + (isUTF8 ? UTF8.width($1) : UTF16.width($1))
      }
      return ["line": ends.count, "character": units]
    }

    /// A place at random to which a position leads: none within an end of a line.
    func place(in range: ClosedRange<Int>, using random: inout SeededGenerator) -> Int {
      let scalars = Array(text.unicodeScalars)
      let offset = Int.random(in: range, using: &random)
      let isWithin =
        offset > 0 && offset < scalars.count && scalars[offset - 1] == "\r"
        && scalars[offset] == "\n"
      return isWithin ? offset + 1 : offset
    }

    mutating func replace(_ range: Range<Int>, _ new: String) {
      var scalars = Array(text.unicodeScalars)
      scalars.replaceSubrange(range, with: new.unicodeScalars)
      var view = String.UnicodeScalarView()
      view.append(contentsOf: scalars)
      text = String(view)
    }
  }

  private let snippets = [
    "let 漢 = 1\n", "print \"😀 \\(漢)\"\n", "\t", "}", "{", "\"", "# é\n",
    "domain a {\n  cpus = 2\n}\n",
    "x", "\n\n", "\r\n", "\r", "\n", "e\u{301}", "10.0.0.1", "", "'''\nraw\n'''",
  ]

  @Test(arguments: ["utf-16", "utf-8"], [1, 2] as [UInt64])
  func randomEditsLeaveBothSidesTheSame(encoding: String, seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let client = try LanguageClient.initialized(encodings: [encoding])
    var buffer = Buffer(text: "let small = 512MiB\nprint small, \"größe\"\n")
    try client.open("untitled:edited", buffer.text)
    for version in 2..<40 {
      var changes: [Message] = []
      for _ in 0..<Int.random(in: 1...3, using: &random) {
        let count = buffer.text.unicodeScalars.count
        let start = buffer.place(in: 0...count, using: &random)
        let end = buffer.place(in: start...min(count, start + 6), using: &random)
        let new = snippets[Int.random(in: 0..<snippets.count, using: &random)]
        let range: Message = [
          "start": buffer.position(start, encoding == "utf-8"),
          "end": buffer.position(end, encoding == "utf-8"),
        ]
        changes.append(["range": range, "text": new])
        buffer.replace(start..<end, new)
      }
      try client.change("untitled:edited", version: version, changes)
      guard version % 6 == 0 else { continue }
      // A text that was opened as it is says the same of all of its bytes.
      let fresh = "untitled:fresh\(version)"
      try client.open(fresh, buffer.text, version: 1)
      for method in ["semanticTokens/full", "documentSymbol", "foldingRange"] {
        func ask(_ uri: String) throws -> String {
          let answer = try client.answer("textDocument/\(method)", ["textDocument": ["uri": uri]])
          let result = answer["result"] ?? NSNull()
          let data = try JSONSerialization.data(
            withJSONObject: result, options: [.sortedKeys, .fragmentsAllowed])
          return String(decoding: data, as: UTF8.self)
        }
        #expect(try ask("untitled:edited") == ask(fresh), "\(method) of \(buffer.text)")
      }
      let edited = try client.diagnostics("untitled:edited", version: version)
      let opened = try client.diagnostics(fresh)
      #expect(
        edited.map { $0.object("range").rangeText } == opened.map { $0.object("range").rangeText })
      let checked = try vmscript("check", "-", "--json", input: Array(buffer.text.utf8))
      let codes = checked.errors.split(separator: "\n").compactMap { line in
        (try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? Message)?["code"] as? String
      }
      #expect(edited.compactMap { $0["code"] as? String } == codes, "\(buffer.text)")
    }
    #expect(try client.leave() == 0)
  }
}
