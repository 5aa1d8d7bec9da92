import Testing

@testable import VMScriptSyntax

@Suite struct ParserTests {
  /// Scripts have many nodes: what few of them need is held beside them.
  @Test func nodesAreSmall() {
    #expect(MemoryLayout<Node>.size == 24)
  }

  @Test(
    arguments: [
      // Words are keywords only where a statement of theirs can begin.
      (
        "let image = 1; print image",
        "(file (letStatement image (intLiteral 1)) (printStatement (name image)))"
      ),
      ("start(x)", "(file (expressionStatement (call (name start) (name x))))"),
      ("start (x)", "(file (verbStatement start (name/4 x)))"),
      ("start.x", "(file (expressionStatement (member x (name start))))"),
      ("output", "(file (expressionStatement (name output)))"),
      (
        "image(\"x\").path",
        "(file (expressionStatement (member path (call (name image) (stringLiteral \"x\")))))"
      ),
      ("let net = domain", "(file (letStatement net (name domain)))"),
      ("stop domain force", "(file (verbStatement/2 stop (name domain)))"),
      ("revert net to clean", "(file (verbStatement revert (name net) (name/8 clean)))"),
      // Resources are expressions.
      (
        "let w = domain \"w\" { }",
        "(file (letStatement w (resource domain (stringLiteral \"w\") (body))))"
      ),
      (
        "let w = clone a as b { remove nic 2, remove disk data }",
        "(file (letStatement w (clone (name a) (name/8 b) (body (remove nic (intLiteral 2)) (remove disk (name/8 data))))))"
      ),
      // Precedence and association.
      (
        "1 + 2 * 3 - 4",
        "(file (expressionStatement (binary - (binary + (intLiteral 1) (binary * (intLiteral 2) (intLiteral 3))) (intLiteral 4))))"
      ),
      (
        "-a.b == !c || d && e ?? f",
        "(file (expressionStatement (binary ?? (binary || (binary == (unary - (member b (name a))) (unary ! (name c))) (binary && (name d) (name e))) (name f))))"
      ),
      (
        "a ? b : c ? d : e",
        "(file (expressionStatement (conditional (name a) (name b) (conditional (name c) (name d) (name e)))))"
      ),
      (
        "x in 1 + 1...5",
        "(file (expressionStatement (binary in (name x) (binary ... (binary + (intLiteral 1) (intLiteral 1)) (intLiteral 5)))))"
      ),
      (
        "f((a, b) => a, x => x)",
        "(file (expressionStatement (call (name f) (lambda (parameterList (parameter a -) (parameter b -)) (name a)) (lambda (parameterList (parameter x -)) (name x)))))"
      ),
      // Newlines.
      (
        "let a = b\n  .c\n  ? d\n  : e",
        "(file (letStatement a (conditional (member c (name b)) (name d) (name e))))"
      ),
      ("let a = b +\n c", "(file (letStatement a (binary + (name b) (name c))))"),
      (
        "let a = b\n-c", "(file (letStatement a (name b)) (expressionStatement (unary - (name c))))"
      ),
      ("a\n(b)", "(file (expressionStatement (name a)) (expressionStatement (name/4 b)))"),
      ("f(a\n+ b)", "(file (expressionStatement (call (name f) (binary + (name a) (name b)))))"),
      ("let a =\n 1", "(file (letStatement a (intLiteral 1)))"),
      // A map in a header, then the block.
      (
        "for k, v in { a: 1 } { }",
        "(file (forStatement (name k) (name v) (map (mapEntry (stringLiteral \"a\") (intLiteral 1))) (block)))"
      ),
      ("if x { a: 1 }", nil),
      (
        "func f(x) { if x { return } return x }",
        "(file (funcStatement f (parameterList (parameter x -)) (block (ifStatement (name x) (block (returnStatement -)) -) (returnStatement (name x)))))"
      ),
      (
        "let m = { in: 1, \"a b\": 2, ...c\n d: 3 }",
        "(file (letStatement m (map (mapEntry (stringLiteral \"in\") (intLiteral 1)) (mapEntry (stringLiteral \"a b\") (intLiteral 2)) (spread (name c)) (mapEntry (stringLiteral \"d\") (intLiteral 3)))))"
      ),
      (
        "## one\n## two\nlet x = 1\n## far\n\nlet y = 2",
        "(file (letStatement x ##\"one\\ntwo\" (intLiteral 1)) (letStatement y (intLiteral 2)))"
      ),
      (
        "wait x for ip within 5m",
        "(file (verbStatement wait (name x) (name ip) (durationLiteral 300000)))"
      ),
      ("let größe_2 = 1", "(file (letStatement größe_2 (intLiteral 1)))"),
    ] as [(String, String?)])
  func trees(_ source: String, _ tree: String?) {
    let parsed = parsed(source)
    #expect(parsed.codes.isEmpty == (tree != nil))
    if let tree { #expect(parsed.description == tree) }
  }

  @Test(arguments: [
    ("1_000", "(intLiteral 1000)"), ("0xff", "(intLiteral 255)"), ("3.5", "(floatLiteral 3.5)"),
    ("1.5TiB", "(sizeLiteral 1649267441664)"), ("20G", "(sizeLiteral 21474836480)"),
    ("4K", "(sizeLiteral 4096)"), ("17B", "(sizeLiteral 17)"), ("500MB", "(sizeLiteral 500000000)"),
    ("500ms", "(durationLiteral 500)"), ("1.5h", "(durationLiteral 5400000)"),
    ("10.0.0.1", "(ipLiteral 167772161)"), ("10.0.0.0/24", "(cidrLiteral 42949672984)"),
    ("9223372036854775807", "(intLiteral 9223372036854775807)"),
    ("\"a\\n\\u{1F427}\\0\"", "(stringLiteral \"a\\n\u{1F427}\\0\")"),
    ("'a\\n'", "(stringLiteral \"a\\\\n\")"),
    ("\"\"", "(stringLiteral \"\")"), ("''", "(stringLiteral \"\")"),
    ("'''\n  a\n    b\n\n  '''", "(stringLiteral \"a\\n  b\\n\")"),
    (
      "\"\"\"\n  \\(x) b\n  \\(y)\n  \"\"\"",
      "(interpolation (name x) (stringLiteral \" b\\n\") (name y))"
    ),
    (
      "\"a\\(\"b\\(c)\")d\"",
      "(interpolation (stringLiteral \"a\") (interpolation (stringLiteral \"b\") (name c)) (stringLiteral \"d\"))"
    ),
  ])
  func literals(_ source: String, _ tree: String) {
    let parsed = parsed(source)
    #expect(parsed.codes.isEmpty)
    #expect(parsed.description == "(file (expressionStatement \(tree)))")
  }

  @Test func keywordsAreKnownByTheirBytes() {
    for (text, kind) in Keyword.all {
      #expect(Lexer.run(Array(text.utf8)).tokens.first?.kind == kind, "\(text)")
      #expect(Lexer.run(Array((text + "_").utf8)).tokens.first?.kind == .identifier)
    }
  }

  @Test func namesAreInternedByTheirBytes() {
    var names = NameTable()
    let all = (0..<1_000).map { names.intern("name\($0)") }
    for (number, name) in all.enumerated() {
      #expect(names.intern("name\(number)") == name)
      #expect(names.find("name\(number)") == name)
      #expect(names[name] == "name\(number)")
    }
    #expect(names.find("other") == nil)
  }

  @Test func everySyntaxCodeIsExplainedOnce() {
    let codes = SyntaxCodes.codes.map(\.number)
    #expect(codes == Array(101...119))
  }
}

@Suite struct CompletenessTests {
  @Test(arguments: [
    "domain a {", "let x = (", "let x = [1,", "let x = 1 +", "let x =", "let s = \"\"\"\n a",
    "f(x,",
    "if a {\n b()\n", "let x = a ?", "let x = a ? b :", "let m = { a:", "print 1,", "net lab {\n",
    "let s = \"\"\"\n \\(f(", "func f(a, b) =", "for x in", "clone a as", "moved \"a\" =>",
  ])
  func moreLinesMayHelp(_ text: String) {
    #expect(parsed(text).result.completeness == .incomplete)
    #expect(parsed(text + "\n").result.completeness == .incomplete)
  }

  @Test(arguments: [
    "", "let x = 1", "moved \"a\" => \"b\"", "domain a { }", "clone a as b", "let = {",
    "let s = \"abc", "}",
    "let x = 1 2 (", "print",
    "# {",
  ])
  func moreLinesDoNotHelp(_ text: String) {
    #expect(parsed(text).result.completeness == .complete)
  }
}

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

@Suite struct TourTests {
  @Test func everyTourScriptParsesWithoutADiagnostic() throws {
    let scripts = try tourScripts()
    #expect(scripts.count >= 9)
    for script in scripts {
      let parsed = parsed(bytes: script.bytes, name: script.name)
      #expect(parsed.result.diagnostics.map(\.message) == [], "\(script.name)")
      #expect(parsed.places == [], "\(script.name)")
      #expect(parsed.result.completeness == .complete)
    }
  }
}
