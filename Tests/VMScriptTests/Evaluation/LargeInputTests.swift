import Testing
import VMScriptSyntax

@testable import VMScript

/// Scripts that are large in one way or another: read, or refused, in proportion to their size.
@Suite struct LargeInputTests {
  @Test func aLineOfTenMegabytesIsEvaluated() {
    let ran = run("output n = len(\"\(String(repeating: "a", count: 10_000_000))\")")
    #expect(ran.messages == [])
    #expect(ran.output("n") == .int(10_000_000))
  }

  @Test(arguments: ["(", "[", "{ a: ", "-(", "f(", "\"\\(", "if true { "])
  func nestingOfAHundredThousandIsRefused(_ piece: String) {
    let ran = run("let x = 1\n" + String(repeating: piece, count: 100_000))
    #expect(ran.codes.contains(112))
    #expect(ran.outcome == nil)
  }

  @Test func aHundredThousandStatementsNeitherNestNorSlowDown() {
    let text = (0..<100_000).map { "let a\($0) = \($0)" }.joined(separator: "\n")
    let ran = run(text + "\noutput last = a99999")
    #expect(ran.messages == [])
    #expect(ran.output("last") == .int(99_999))
  }

  @Test func aLongTextInAMessageIsCut() throws {
    let ran = run("domain a { memory = \"\(String(repeating: "x", count: 100_000))\" }")
    #expect(ran.codes == [213])
    #expect(try #require(ran.messages.first).count < 200)
  }

  @Test func afterAHundredErrorsNoMoreAreShown() {
    let ran = run("for i in 1...1000 { domain \"a/\\(i)\" { } }")
    #expect(ran.codes.count == 101)
    #expect(ran.codes.last == 415)
  }
}
