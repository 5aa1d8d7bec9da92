import Foundation
import Testing

@testable import VMScriptSyntax

/// Every kind of broken text gives an error with its place, and never a crash.
@Suite struct BadInputTests {
  @Test(
    arguments: [
      ("let s = \"abc\nlet t = 1", [102], ["\"abc"]),
      ("let s = 'abc\nlet t = 1", [102], ["'abc"]),
      ("let s = \"a \\(x\nlet t = 1", [104], ["\\("]),
      ("let s = \"\"\"\n  abc", [102], ["\"\"\""]),
      ("domain a {\n  memory = 1GiB\n", [103], [""]),
      ("let x = f(1, 2", [103], [""]),
      ("let x = [1, 2\nlet y = 2", [101], ["let"]),
      ("}\nlet x = 1", [101], ["}"]),
      ("let x = )", [101], [")"]),
      ("let x 1", [101], ["1"]),
      ("let for = 1", [115], ["for"]),
      ("x = 1", [101], ["="]),
      ("let a = 1 let b = 2", [101], ["let"]),
      ("domain web-1 { }", [101], ["-"]),
      ("domain a { memory: 1GiB }", [116], [":"]),
      ("let m = { a = 1 }", [116], ["="]),
      ("let x = a < b < c", [113], ["<"]),
      ("let x = 1...2...3", [113], ["..."]),
      ("return 1", [114], ["return"]),
      ("let x = [a for a in b, 2]", [101], [","]),
      ("func f\n() = 1", [101, 101], ["(", ")"]),
      ("clone a as\n\"b\" { }", [101, 101], ["\"b\"", "{"]),
      ("start a + b", [101], ["+"]),
      ("if x { }\nelse { }", [117], ["else"]),
      ("domain a\n{ }", [117], ["{"]),
      ("else { }", [101], ["else"]),
      ("let x = \"\\q\"", [105], ["\\q"]),
      ("let x = \"\\u{110000}\"", [105], ["\\u{110000"]),
      ("let x = \"\\u{D800}\"", [105], ["\\u{D800"]),
      ("let x = 5parsecs", [106], ["parsecs"]),
      ("let x = 4k", [106], ["k"]),
      ("let x = 9223372036854775808", [106], ["9223372036854775808"]),
      ("let x = 16EiB", [106], ["16EiB"]),
      ("let x = 0.5B", [106], ["0.5B"]),
      ("let x = 0.0001s", [106], ["0.0001s"]),
      ("let x = 0x", [106], ["0x"]),
      ("let x = 1.2.3", [106], ["1.2.3"]),
      ("let x = 1.2.3.4.5", [106], ["1.2.3.4.5"]),
      ("let x = 10.0.0.256", [106], ["10.0.0.256"]),
      ("let x = 10.0.0.01", [106], ["10.0.0.01"]),
      ("let x = 10.0.0.0/33", [106], ["10.0.0.0/33"]),
      ("let x = $y", [109], ["$"]),
      ("let x = \u{201C}y\u{201D}", [109, 109], ["\u{201C}", "\u{201D}"]),
      ("# \u{202E} hidden", [110], ["\u{202E}"]),
      ("let x = \"a\u{2066}b\"", [110], ["\u{2066}"]),
      ("let x = 1\0", [108], ["\0"]),
      ("let x = \"\u{1B}[2J\"", [108], ["\u{1B}"]),
      ("let x = 1\rlet y = 2", [108, 101], ["\r", "let"]),
      ("let x = \"\"\"abc\n  \"\"\"", [111], ["a"]),
      ("let x = \"\"\"\n  abc\"\"\"", [111], ["\"\"\""]),
      ("let x = \"\"\"\n abc\n  \"\"\"", [111], [" a"]),
      ("let a = (\nlet b = 1\nlet c = ]\nlet d = 2\nlet = 3", [101, 101, 101], ["let", "]", "="]),
      (
        "domain a {\n  memory 1GiB\n  cpus = \n}\nnet b { x }", [101, 101, 101], ["1GiB", "}", "}"]
      ),
    ] as [(String, [Int], [String])])
  func errorsHaveTheirCodeAndPlace(_ source: String, _ codes: [Int], _ places: [String]) {
    let parsed = parsed(source)
    #expect(parsed.codes == codes)
    #expect(parsed.places == places)
    // Whatever is wrong, it can be shown.
    let renderer = DiagnosticRenderer(sources: parsed.sources, color: true)
    for diagnostic in parsed.result.diagnostics {
      #expect(!renderer.render(diagnostic).isEmpty)
      #expect(renderer.json(diagnostic).hasPrefix("{"))
    }
  }

  @Test func theErrorAfterABrokenStatementIsFoundToo() {
    let parsed = parsed("let a = {\n  b: 1,\n  c = 2,\n}\nlet d = 1\nlet e = = 2\n")
    #expect(parsed.codes == [116, 101])
    #expect(parsed.description.contains("(letStatement d (intLiteral 1))"))
  }

  @Test func invalidUTF8IsReportedAtItsPlace() {
    for wrong in [
      [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82],
    ]
      as [[UInt8]]
    {
      let bytes = Array("let x = \"a".utf8) + wrong + Array("\" # ok\n".utf8)
      let parsed = parsed(bytes: bytes)
      #expect(!parsed.codes.isEmpty && parsed.codes.allSatisfy { $0 == 107 })
      #expect(parsed.result.diagnostics.first?.primary?.span.start == 10)
    }
  }

  @Test func aByteOrderMarkAndCRLFAreFine() {
    let text = "let a = \"\"\"\r\n  x\r\n  y\r\n  \"\"\"\r\nlet b = 2\r\n"
    let parsed = parsed(bytes: [0xEF, 0xBB, 0xBF] + Array(text.utf8))
    #expect(parsed.codes == [])
    #expect(
      parsed.description
        == "(file (letStatement a (stringLiteral \"x\\ny\")) (letStatement b (intLiteral 2)))")
  }

  @Test func errorsAreCapped() {
    let parsed = parsed(String(repeating: "let = 1\n", count: 10_000))
    #expect(parsed.codes.count == Parser.maximumErrors + 1)
    #expect(parsed.codes.last == 118)
  }

  @Test(
    .serialized,
    arguments: [
      "(", "[", "{ a: ", "f(", "x[", "a.b[", "-f(", "\"\\(", "\"\"\"\n\\(", ")", "]", "}", "...",
      "x => ", "(a, b) => ", "a ? ", "[x for y in ", "1 ?? 1 || 1 && 1 == 1...1 + 1 * (",
    ])
  func expressionsHundredThousandDeepNeitherCrashNorHang(_ piece: String) async {
    await parsesHundredThousand(piece)
  }

  @Test(
    .serialized,
    arguments: [
      "let x = {", "domain a { b ", "if a { ", "domain \"x\" { y = ", "for x in y { ",
      "func f() { ",
      "clone a as b { ", "if a { } else if b { } else { ",
    ])
  func blocksHundredThousandDeepNeitherCrashNorHang(_ piece: String) async {
    await parsesHundredThousand(piece)
  }

  private func parsesHundredThousand(_ piece: String) async {
    let deep = String(repeating: piece, count: 100_000)
    let codes = await onSmallStack { parsed(deep).codes }
    #expect(!codes.isEmpty)
    #expect(codes.count <= Parser.maximumErrors + 1)
  }

  @Test(
    .serialized,
    arguments: [
      ("- ", "x", ""), ("!", "x", ""), ("", "x", " + x"), ("", "x", " ? y : z"),
      ("a ? b : ", "x", ""),
      ("", "x", ".y"), ("", "x", "()"), ("", "x", "[0]"), ("if a { } else ", "if b { }", ""),
      ("", "x", " ?? x"), ("", "x", " * x + x"),
    ])
  func longChainsTakeNoStack(_ prefix: String, _ middle: String, _ suffix: String) async {
    @Sendable func chain(_ count: Int) -> String {
      String(repeating: prefix, count: count) + middle + String(repeating: suffix, count: count)
    }
    let short = await onSmallStack { parsed(chain(250)).codes }
    #expect(short.isEmpty)
    let long = await onSmallStack { parsed(chain(100_000)).codes }
    #expect(long.contains(112) || long.contains(113))
  }

  @Test func nestingUpToTheLimitIsReadOnASmallStack() async {
    for (open, close) in [
      ("(", ")"), ("[", "]"), ("f(", ")"), ("{ a: ", " }"), ("1 + 1 * -f(", ")"),
    ] {
      let deep =
        "let x = " + String(repeating: open, count: 120) + "1"
        + String(repeating: close, count: 120)
      let codes = await onSmallStack { parsed(deep).codes }
      #expect(codes == [])
    }
  }

  @Test func aLineOfTenMegabytesIsReadAndItsErrorShownShort() {
    let long = "let x = \"" + String(repeating: "a", count: 10_000_000) + "\" $"
    let parsed = parsed(long)
    #expect(parsed.codes == [109])
    let renderer = DiagnosticRenderer(sources: parsed.sources, color: false)
    #expect(renderer.render(parsed.result.diagnostics).count < 1_000)
  }

  /// Runs `body` on a thread with 512 KB of stack, the size that secondary threads have elsewhere.
  private func onSmallStack<Result: Sendable>(
    _ body: @escaping @Sendable () -> Result
  ) async -> Result {
    await withCheckedContinuation { continuation in
      let thread = Thread { continuation.resume(returning: body()) }
      // What a sanitizer puts into a frame makes it several times as large.
      let isSanitized = ProcessInfo.processInfo.environment["VMSCRIPT_TEST_SANITIZER"] != nil
      thread.stackSize = (isSanitized ? 8 : 1) * 512 * 1024
      thread.start()
    }
  }
}
