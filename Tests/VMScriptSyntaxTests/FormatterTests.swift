import Testing

@testable import VMScriptSyntax

/// The formatted text; a refusal is an empty one, which no test expects.
func formatted(_ source: SourceText) -> String {
  (try? Formatter.format(source).get()) ?? ""
}

func formatted(_ text: String) -> String { formatted(SourceText(name: "f", text: text)) }

@Suite struct FormatterTests {
  /// The comments, without the white space behind them.
  private func comments(_ text: String) -> [String] {
    let lexed = Lexer.run(Array(text.utf8))
    return lexed.comments.map { comment in
      var bytes = lexed.bytes[comment.range]
      while let last = bytes.last, last == 32 || last == 9 { bytes.removeLast() }
      return String(decoding: bytes, as: UTF8.self)
    }
  }

  @Test func scriptsKeepTheirMeaningAndAreStable() throws {
    for script in try tourScripts() + scripts(in: "Tests/Spec")
    where parsed(bytes: script.bytes).codes.isEmpty {
      let once = formatted(script)
      #expect(parsed(once).description == parsed(bytes: script.bytes).description, "\(script.name)")
      #expect(formatted(once) == once, "\(script.name)")
      #expect(comments(once) == comments(String(decoding: script.bytes, as: UTF8.self)))
    }
  }

  @Test(arguments: [
    ("let  x=1+2*-3", "let x = 1 + 2 * -3\n"),
    ("let x = - - 1\nlet y=! a", "let x = --1\nlet y = !a\n"),
    ("net lab{subnet=10.0.0.0/24}", "net lab { subnet = 10.0.0.0/24 }\n"),
    (
      "domain a {\n\n\n    memory=1GiB   # big\n\n\n\n    cpus=2\n\n}",
      "domain a {\n  memory = 1GiB  # big\n\n  cpus = 2\n}\n"
    ),
    ("print  -x , (y) , f (z)[ 0 ]", "print -x, (y), f(z)[0]\n"),
    (
      "let r = 1...3\nlet s = 1 ... 3\nlet t=[...a,b]",
      "let r = 1...3\nlet s = 1 ... 3\nlet t = [...a, b]\n"
    ),
    ("let c = a?b:d?e:f", "let c = a ? b : d ? e : f\n"),
    ("let m = {a:1,\"b c\":x?y:z}", "let m = { a: 1, \"b c\": x ? y : z }\n"),
    ("let a = 1;let b = 2;\n", "let a = 1; let b = 2\n"),
    ("let a = list\n.map(x=>x+1)\n.count", "let a = list\n  .map(x => x + 1)\n  .count\n"),
    ("func  f (a,b=2){return a}", "func f(a, b = 2) { return a }\n"),
    ("let s=\"a \\( x+1 ) b\"", "let s = \"a \\(x + 1) b\"\n"),
    ("start (x)\nstart [x]\nstart(x)", "start (x)\nstart [x]\nstart(x)\n"),
    (
      "#!/usr/bin/env vmscript\n\n\n## doc\nlet x = 1",
      "#!/usr/bin/env vmscript\n\n## doc\nlet x = 1\n"
    ),
    ("f(\n1,\n2,\n)", "f(\n  1,\n  2,\n)\n"),
    ("if a{b()}else if c{d()}else{\ne()\n}", "if a { b() } else if c { d() } else {\n  e()\n}\n"),
    ("domain x {\n# only a comment\n}", "domain x {\n  # only a comment\n}\n"),
    ("", ""),
    ("# c", "# c\n"),
  ])
  func style(_ source: String, _ expected: String) {
    #expect(formatted(source) == expected)
    #expect(formatted(expected) == expected)
  }

  @Test func aBlockThatIsTooLongForItsLineIsOpenedUp() {
    let disk = "disk data { size = 1GiB, bus = virtio, dev = \"vda\", cache = none_at_all }"
    let source = "domain web { memory = 1GiB, \(disk); autostart = true }"
    let expected = """
      domain web {
        memory = 1GiB
        \(disk)
        autostart = true
      }

      """
    #expect(formatted(source) == expected)
    #expect(formatted(expected) == expected)
  }

  @Test func contentOfStringsIsNotExpanded() {
    let source = "print \"\\({ key: \"\(String(repeating: "long ", count: 30))\" }.key)\"\n"
    #expect(formatted(source) == source)
  }

  @Test func aTextWithErrorsIsRefused() {
    guard case .failure(let refusal) = Formatter.format(SourceText(name: "f", text: "let = 1\n"))
    else { return #expect(Bool(false), "it was formatted") }
    #expect(!refusal.diagnostics.isEmpty)
  }
}
