import Testing
import VMScriptSyntax

@testable import VMScript
@testable import VMScriptEditing

/// The hover text of the word at `^` in a script.
@Suite struct HoverTests {
  private func hover(_ marked: String) throws -> Hover? {
    let place = try #require(marked.utf8.firstIndex(of: UInt8(ascii: "^")))
    let offset = marked.utf8.distance(from: marked.startIndex, to: place)
    let text = marked.replacing("^", with: "")
    let analysis = Analysis(SourceText(name: "main", text: text), importer: nil)
    return try #require(analysis.evaluated(EvaluationOptions())).hover(at: offset)
  }

  @Test(arguments: [
    ("print \"a-b\".^split(\"-\")", "split(AT)", "The parts"),
    ("let net_ = 10.0.0.0/24\nprint net_.first^", "first", "The first address"),
    ("let big = { memory: 2GiB }\nprint big.memory.gi^b", "gib", "The size in GiB"),
    ("let big = { memory: 2GiB }\nprint big.^memory", "memory: 2GiB", ""),
    ("let big = { memory: 2GiB }\nprint big.^keys", "keys", "Its keys"),
    ("domain web { memory = 1GiB }\nprint web.^ip", "ip", "The fixed address"),
    ("domain web { title = \"x\" }\nprint web.^title", "title: string", "A short title."),
    ("domain web { cpus = 2 }\nprint web.^cpus", "cpus { … }", "Virtual processors"),
    ("domain web { ^protect = true }", "protect: bool", "Refuses to delete the domain"),
    ("param p: ^size = 1GiB", "", "A whole number of bytes"),
  ])
  func membersAndTypes(text: String, code: String, start: String) throws {
    let hover = try #require(try hover(text))
    #expect(hover.code == code)
    #expect((hover.paragraphs.first ?? "").hasPrefix(start))
  }

  @Test func aMemberOfAnUnknownTypeIsThatOfEach() throws {
    let hover = try #require(try hover("func f(x) = x.^contains(1)"))
    #expect(hover.code == "contains(TEXT)")
    #expect(hover.paragraphs.contains("`cidr`: Whether the address is in it."))
    #expect(hover.paragraphs.contains("`map`: Whether it has the key."))
  }

  @Test func unknownMembersHaveNoHover() throws {
    #expect(try hover("print \"a\".^nothing") == nil)
    #expect(try hover("func f(x) = x.^nothing") == nil)
  }
}
