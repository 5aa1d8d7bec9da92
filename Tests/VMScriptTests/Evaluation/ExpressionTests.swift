import Testing
import VMScriptSyntax

@testable import VMScript

@Suite struct ExpressionTests {
  @Test(arguments: [
    ("1 + 2 * 3", "7"), ("7 / 2 + -7 / 2", "0"), ("[7 % 3, -7 % 3]", "[1, -1]"),
    ("7 / 2.0 + 1", "4.5"), ("20GiB / 8GiB", "2.5"), ("2 * 1GiB", "\"2GiB\""),
    ("1m + 30s", "\"90s\""), ("10.0.0.1 + 5", "\"10.0.0.6\""),
    ("10.0.0.0/24[-2]", "\"10.0.0.254\""),
    ("10.0.3.9 in 10.0.0.0/22", "true"), ("3 in 1...3", "true"), ("3 in 1..<3", "false"),
    ("\"b\" in { a: 1 }", "false"), ("\"el\" in \"hello\"", "true"), ("none ?? 4", "4"),
    ("\"a,b\".split(\",\")", "[\"a\", \"b\"]"), ("\" x \".trim().upper()", "\"X\""),
    ("[1, 2, 3].map(n => n * 2).filter(n => n > 2)", "[4, 6]"), ("len(1...10)", "10"),
    ("sorted([3, 1, 2]).reversed()", "[3, 2, 1]"), ("map_of([[\"a\", 1]])", "{\"a\": 1}"),
    ("json('{\"b\": [1, null], \"a\": 2.5}')", "{\"b\": [1, null], \"a\": 2.5}"),
    ("secret(\"x\") + \"y\"", "\"••••••\""), ("format(\"{}-{}\", 1, \"a\")", "\"1-a\""),
    ("{ ...{ a: 1 }, b: 2 }", "{\"a\": 1, \"b\": 2}"), ("1 == 1.0", "true"),
    ("10.0.0.0/30.netmask", "\"255.255.255.252\""), ("1.5GiB.mib", "1536"),
    ("mac(\"52:54:00:AA:bb:01\")", "\"52:54:00:aa:bb:01\""), ("size(\"20G\").gib", "20"),
    ("base64(\"hi\")", "\"aGk=\""), ("[[1, 2], [3]][-1][0]", "3"),
  ])
  func value(_ text: String, _ json: String) {
    let ran = run("output x = \(text)")
    #expect(ran.messages == [])
    #expect(ran.output("x")?.json(indentation: nil) == json)
  }

  @Test(arguments: [
    ("9223372036854775807 + 1", 304), ("1 / 0", 305), ("1 % 0", 305), ("[1][1]", 306),
    ("1 + \"a\"", 303), ("1 ? 2 : 3", 302), ("len(1)", 310), ("len()", 308), ("5(1)", 307),
    ("{ cpus: 1 }.cpu", 207), ("\"a\".uper()", 207), ("int(\"x\")", 311), ("read(\"x\")", 413),
    ("255.255.255.255 + 1", 304), ("nope", 201), ("[x for x in 3]", 302), ("json(\"[\")", 312),
  ])
  func refusal(_ text: String, _ code: Int) {
    #expect(run("output x = \(text)").codes == [code])
  }

  @Test func functionsSeeEachOtherAndTakeNamedArguments() {
    let ran = run(
      """
      output a = even(10)
      func even(n) { if n == 0 { return true } return odd(n - 1) }
      func odd(n) = n == 0 ? false : even(n - 1)
      func f(a, b = a + 1) = [a, b]
      output b = [f(1), f(1, b: 5), f(b: 2, a: 1)]
      func adder(n) = x => x + n
      output c = adder(2)(3)
      """)
    #expect(ran.json == "{\"a\": true, \"b\": [[1, 2], [1, 5], [1, 2]], \"c\": 5}")
  }

  @Test func everyNameErrorOfAFileIsReported() {
    let ran = run("let value = 1\nprint valeu\nprint later\nlet later = 2\nlet value = 3")
    #expect(Set(ran.codes).isSuperset(of: [201, 203, 202]))
    #expect(ran.diagnostics.contains { $0.helps.first?.replacement == "value" })
  }

  @Test func limitsEndAnEvaluation() {
    #expect(run("func f(n) = f(n + 1)\nprint f(0)").codes == [412])
    let endless = "for i in 1...1000000000 { let x = i }"
    #expect(run(endless, limits: Limits(steps: 1000)).codes == [410])
    let large = "let x = [i for i in 1...1000000]"
    #expect(run(large, limits: Limits(memory: .kib(64))).codes == [411])
    #expect(run(endless, limits: Limits(time: .zero)).codes == [417])
  }

  @Test(
    .callsDeeply,
    arguments: [
      ("", " + 1", 900), ("[", "][0]", 120), ("- ", "", 900), ("(true ? ", " : 1)", 60),
      ("\"\\(", ")\"", 60), ("{ a: ", " }.a", 120), ("len([", "])", 60), ("none ?? ", "", 900),
      ("[x for x in [", "]][0]", 60), ("[1].map(y => ", ")[0]", 60),
    ])
  func deepExpressionsInDeepCallsStayWithinTheStack(_ open: String, _ close: String, _ count: Int) {
    let body =
      String(repeating: open, count: count) + "f(n)" + String(repeating: close, count: count)
    #expect(run("func f(n) = \(body)\nprint f(0)").codes == [412])
  }

  @Test(.callsDeeply) func deepStatementsInDeepCallsStayWithinTheStack() {
    let opened = String(repeating: "if true { for i in 1...1 { ", count: 30)
    let closed = String(repeating: "} }", count: 30)
    #expect(run("func f(n) { \(opened) return f(n) \(closed) }\nprint f(0)").codes == [412])
  }

  @Test func aFailedCheckShowsWhatItsPartsWere() {
    let ran = run("let a = 3\ncheck a + 1 == 5, \"no: \\(a)\"")
    #expect(ran.messages == ["check failed: no: 3"])
    #expect(ran.diagnostics.first?.notes == ["a + 1 = 4", "a = 3"])
  }

  @Test func unknownFlowsButDecidesNothing() {
    let ran = run("domain a { }\nlet ip = a.ip\nprint \"at \\(ip)\"\nif ip == none { }")
    #expect(ran.lines == ["(known after apply)"])
    #expect(ran.codes == [301])
  }

  @Test func parametersAreTyped() {
    let text =
      "param n: int = 3\nparam m: size\nparam s: secret = \"x\"\noutput n = n\noutput m = m\noutput s = s"
    #expect(
      run(text, set: ["n": "4", "m": "2GiB"]).json
        == "{\"n\": 4, \"m\": \"2GiB\", \"s\": \"••••••\"}")
    #expect(run(text, set: ["n": "x", "m": "1G"]).codes == [404])
    #expect(run(text).codes == [403])
    #expect(run(text, set: ["m": "1G", "k": "1"]).codes == [405])
  }

  @Test func modulesAreEvaluatedOnceAndCyclesShown() {
    let importer = DictionaryImporter([
      "a": "print \"once\"\nlet x = 1\nfunc f() = x + 1", "b": "import \"c\"", "c": "import \"b\"",
    ])
    let ran = run(
      "import \"a\" as one\nimport \"a\"\noutput x = [one.x, x, one.f(), f()]", importer: importer)
    #expect(ran.lines == ["once"])
    #expect(ran.json == "{\"x\": [1, 1, 2, 2]}")
    let cycle = run("import \"b\"", importer: importer)
    #expect(cycle.codes.contains(402))
    #expect(run("import \"zzz\"", importer: importer).codes == [401])
    #expect(run("import \"a\" as one\nprint one.y", importer: importer).codes == [207])
  }
}
