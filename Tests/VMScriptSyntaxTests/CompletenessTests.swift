import Testing

@testable import VMScriptSyntax

@Suite struct CompletenessTests {
  @Test(arguments: [
    "domain a {", "let x = (", "let x = [1,", "let x = 1 +", "let x =", "let s = \"\"\"\n a",
    "f(x,",
    "if a {\n b()\n", "let x = a ?", "let x = a ? b :", "let m = { a:", "print 1,", "net lab {\n",
    "let s = \"\"\"\n \\(f(", "func f(a, b) =", "for x in", "clone a as",
  ])
  func moreLinesMayHelp(_ text: String) {
    #expect(parsed(text).result.completeness == .incomplete)
    #expect(parsed(text + "\n").result.completeness == .incomplete)
  }

  @Test(arguments: [
    "", "let x = 1", "domain a { }", "clone a as b", "let = {", "let s = \"abc", "}",
    "let x = 1 2 (", "print",
    "# {",
  ])
  func moreLinesDoNotHelp(_ text: String) {
    #expect(parsed(text).result.completeness == .complete)
  }
}
