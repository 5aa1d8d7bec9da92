import Foundation
import Testing
import VMScriptSyntax

@testable import VMScript
@testable import VMScriptEditing

/// The grammars for editors are made from the language, and mean what the lexer means.
@Suite struct EditorGrammarTests {
  private let package = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  @Test func everyEscapeAndUnitIsOne() {
    for escape in "ntr0\"\\" {
      #expect(LexicalWords.escapes.contains(escape))
      #expect(problems(#"output x = "\\#(escape)""#) == [])
    }
    for unit in LexicalWords.units { #expect(problems("output x = 1\(unit)") == []) }
  }

  private func problems(_ text: String) -> [String] {
    Analysis(SourceText(name: "test.vmscript", text: text), importer: nil).diagnostics
      .map(\.message)
  }

  private func matcher() throws -> TextMateMatcher {
    let text = try #require(EditorGrammars.files.first { $0.path.hasSuffix(".json") }).text
    let grammar = try JSONSerialization.jsonObject(with: Data(text.utf8))
    return TextMateMatcher(try #require(grammar as? [String: Any]))
  }

  private func kind(_ scope: String) -> String {
    if scope.hasPrefix("comment") { return "comment" }
    if scope.hasPrefix("string") || scope.hasPrefix("constant.character") { return "string" }
    if scope.hasPrefix("constant.numeric") { return "number" }
    if scope.hasPrefix("keyword") || scope.hasPrefix("constant.language") { return "keyword" }
    return "other"
  }

  @Test func theTextMateGrammarClassesWordsAsTheLexerDoes() throws {
    let matcher = try matcher()
    var count = 0
    for folder in ["Examples", "Tests/Spec"] {
      let root = package.appendingPathComponent(folder)
      for path in try FileManager.default.subpathsOfDirectory(atPath: root.path).sorted()
      where path.hasSuffix(".vmscript") {
        let bytes = Array(try Data(contentsOf: root.appendingPathComponent(path)))
        // Invalid tokens need no colour; the editor hides other line ends.
        guard let text = String(validating: bytes, as: UTF8.self), bytes.count < 20_000,
          !bytes.contains(UInt8(ascii: "\r")), bytes.first != 0xEF
        else { continue }
        let pieces = Piece.all(in: bytes)
        if pieces.contains(where: { $0.kind == .invalid }) { continue }
        compare(pieces, try matcher.scopes(of: text), text, path)
        count += 1
      }
    }
    #expect(count > 200)
  }

  private func compare(_ pieces: [Piece], _ scopes: [String], _ text: String, _ path: String) {
    let utf8 = text.utf8
    for piece in pieces {
      let start = utf8.index(utf8.startIndex, offsetBy: piece.range.lowerBound)
      let end = utf8.index(start, offsetBy: piece.range.count)
      let word = text[start..<end]
      let offset = start.utf16Offset(in: text)
      let expected =
        switch piece.kind {
        case .keyword: "keyword"
        case .number: "number"
        case .string: "string"
        case .comment: "comment"
        default: "other"
        }
      for (unit, character) in zip(offset..., word.utf16) where character != 10 {
        let found = kind(scopes[unit])
        if found != expected {
          Issue.record("\(path):\(piece.range.lowerBound) `\(word)` is \(expected), not \(found)")
          return
        }
      }
    }
  }

  @Test func theVimFilesAreWhole() throws {
    let syntax = try #require(
      EditorGrammars.files.first { $0.path.hasSuffix("syntax/vmscript.vim") })
    let lines = syntax.text.split(separator: "\n").map { $0.split(separator: " ") }
    let linked = lines.filter { $0.starts(with: ["highlight", "default", "link"]) }.map { $0[3] }
    let groups = lines.filter { $0.first == "syntax" && $0.count > 3 }.map { $0[2] }
    #expect(Set(linked).subtracting(["vmscriptDelimiter"]).isSubset(of: groups))
    for group in Set(groups).subtracting(["vmscriptInterpolation", "vmscriptParentheses", "match"])
    {
      #expect(linked.contains(group), "\(group)")
    }
    for word in StatementStarts.reserved + StatementStarts.all {
      #expect(syntax.text.contains(word))
    }
  }
}
