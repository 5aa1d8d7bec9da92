import Testing
import VMScriptSyntax

/// The pieces that editors colour.
@Suite struct PieceTests {
  private func pieces(_ text: String) -> [String] {
    let bytes = Array(text.utf8)
    return Piece.all(in: bytes).map {
      "\($0.kind) \(String(decoding: bytes[$0.range], as: UTF8.self))"
    }
  }

  @Test func wordsOfStatementsAreKeywordsWhereTheyBeginOne() {
    #expect(pieces("domain net") == ["keyword domain", "name net"])
    #expect(
      pieces("nic { net = lab }")
        == ["name nic", "bracket {", "name net", "punctuation =", "name lab", "bracket }"])
    #expect(pieces("{ image: 1 }")[1] == "name image")
    #expect(pieces("let a; net b")[3] == "keyword net")
  }

  @Test func unknownSyntaxIsInvalid() {
    #expect(pieces("\"a") == ["invalid \"a"])
    #expect(pieces("\"a\" # b") == ["string \"a\"", "comment # b"])
    #expect(pieces("1GiB") == ["number 1GiB"])
  }
}
