import Foundation
import Testing

/// Help while a text is being written: signatures, members, highlights and formatting of a part.
@Suite struct WritingTests {
  private typealias Message = LanguageClient.Message

  private let uri = "file:///nowhere/lab.vmscript"

  // MARK: Signatures

  /// The labels of the signatures at the end of a text, with the position of the parameter.
  private func signatures(
    _ text: String, after declarations: String = ""
  ) throws -> [String] {
    let client = try LanguageClient.initialized()
    let whole = declarations + text
    try client.open(uri, whole)
    let lines = whole.split(separator: "\n", omittingEmptySubsequences: false)
    let end = lines.last?.utf16.count ?? 0
    let answer = try client.at(lines.count - 1, end, of: uri, "signatureHelp").object("result")
    let labels = (answer["signatures"] as? [Message])?.compactMap { $0["label"] as? String } ?? []
    #expect(try client.leave() == 0)
    return labels.map { "\($0) \(answer["activeParameter"] as? Int ?? -1)" }
  }

  @Test(arguments: [
    ("print join(", "join(LIST, BETWEEN) 0"), ("print join([1, 2],", "join(LIST, BETWEEN) 1"),
    ("print join([1, 2], ", "join(LIST, BETWEEN) 1"),
    ("print join([1, 2], \"a, b", "join(LIST, BETWEEN) 1"),
    ("print min(1, 2, 3, ", "min(VALUE, …) 1"),
    ("print format(\"x\", 1, 2", "format(TEXT, VALUE, …) 2"),
    ("print len(sum([1, ", "sum(LIST) 0"), ("print join(sorted([1]), ", "join(LIST, BETWEEN) 1"),
    ("print \"a-b\".split(", "split(AT) 0"), ("print \"a\".replace(\"a\", ", "replace(OLD, NEW) 1"),
    ("print 10.0.0.0/24.contains(", "contains(ADDRESS) 0"),
    ("print [1, 2].contains(", "contains(VALUE) 0"),
    ("print \"\\(join([1], ", "join(LIST, BETWEEN) 1"),
    ("domain web {\n  title = join([1], ", "join(LIST, BETWEEN) 1"),
    ("f(", "f(first, second = 2) 0"), ("f(1, ", "f(first, second = 2) 1"),
    ("f(second: ", "f(first, second = 2) 1"), ("f(second: 1, first: ", "f(first, second = 2) 0"),
    ("print twice(", "twice(x) 0"), ("print f(twice(3), ", "f(first, second = 2) 1"),
    ("for i in 1...3 {\n  f(i, { a: [", "f(first, second = 2) 1"),
  ])
  func signatureHelpFollowsTheArguments(text: String, expected: String) throws {
    let declarations = "func f(first, second = 2) = first + second\nlet twice = x => 2 * x\n"
    #expect(try signatures(text, after: declarations) == [expected], "\(text)")
  }

  @Test(arguments: [
    "print join", "print join([1], \"-\") ", "print (1, ", "# join(", "print \"join(",
  ])
  func outsideOfACallThereIsNoSignature(text: String) throws {
    #expect(try signatures(text).isEmpty, "\(text)")
  }

  @Test func signaturesMarkTheirParametersByOffset() throws {
    let client = try LanguageClient()
    let information: Message = ["parameterInformation": ["labelOffsetSupport": true]]
    let help: Message = ["signatureHelp": ["signatureInformation": information]]
    let result = try client.request("initialize", ["capabilities": ["textDocument": help]])
    let capabilities = (result as? Message)?.object("capabilities") ?? [:]
    let provider = capabilities.object("signatureHelpProvider")
    #expect(provider["triggerCharacters"] as? [String] == ["(", ","])
    #expect((provider["retriggerCharacters"] as? [String])?.contains(",") == true)
    try client.open(uri, "print zip([1], ")
    let answer = try client.at(0, 15, of: uri, "signatureHelp").object("result")
    let signature = (answer["signatures"] as? [Message])?.first
    let labels = (signature?["parameters"] as? [Message])?.compactMap { $0["label"] as? [Int] }
    #expect(signature?["label"] as? String == "zip(LIST, LIST)")
    #expect(labels == [[4, 8], [10, 14]])
    #expect(answer["activeParameter"] as? Int == 1)
    #expect(try client.leave() == 0)
  }

  // MARK: Members

  @Test(arguments: [
    ("print \"a\".", ["upper", "count"], ["first", "netmask"]),
    ("print \"a\\(1)\".", ["upper"], ["first"]), ("print [1].", ["first", "map"], ["upper"]),
    ("print [1.5, 2].", ["join"], ["upper"]), ("print 10.0.0.0/24.", ["netmask"], ["upper"]),
    ("print { cpus: 2 }.", ["cpus", "keys"], ["upper"]), ("print 2GiB.", ["mib"], ["upper"]),
    ("print 90s.", ["minutes"], ["mib"]), ("print (1...3).", ["map"], ["upper"]),
    ("print [n * 2 for n in 1...3].", ["sorted"], ["upper"]), ("print (2 * 1GiB).", ["mib"], []),
    ("print [\"a\"][0].", ["upper"], ["sorted"]),
    ("print { a: [1GiB] }.a.first.", ["mib"], ["keys"]),
    ("print (true ? 1GiB : 2GiB).", ["mib"], []), ("print (none ?? \"a\").", ["upper"], []),
    ("print text(1).", ["upper"], ["first"]), ("print made(2).", ["cpus", "keys"], ["upper"]),
    ("print made(2).memory.", ["gib"], ["upper"]), ("print twice(\"a\").", ["first"], ["upper"]),
    ("print domain(\"x\").", ["ip", "memory", "nic", "name"], ["upper", "bridge"]),
    ("print net(\"x\").", ["bridge", "subnet"], ["memory"]),
    ("print domain(\"x\").macs.", ["first"], ["upper"]),
    ("print net(\"x\").subnet.", ["netmask"], []),
    ("print domain(\"x\").nic[0].", ["mac", "model"], ["upper"]),
    ("print upper.", [], ["upper"]), ("print \"a,b\".split(\",\").", ["join"], ["upper"]),
    ("print \"a,b\".split(\",\").first.", ["upper"], ["join"]),
    ("print read(\"f\").", ["lines"], ["first"]),
    ("print sorted([\"b\"]).first.", ["upper"], ["join"]),
    ("print range(1, 3).", ["map"], ["upper"]),
    ("print [1].map(n => \"\\(n)\").first.", ["upper"], ["join"]),
    ("for name in [\"a\", \"b\"] {\n  print name.", ["upper"], ["first"]),
    ("for m in machines {\n  print m.", ["cpus", "size", "keys"], ["upper"]),
    ("for key, m in { web: { cpus: 1 } } {\n  print m.", ["cpus"], ["upper"]),
    ("for key, m in { web: { cpus: 1 } } {\n  print key.", ["upper"], ["cpus"]),
    ("for i, name in [\"a\"] {\n  print name.", ["upper"], ["first"]),
    ("for machine in [web] {\n  print machine.", ["ip", "memory"], ["upper"]),
    ("domain m {\n  for d in disks {\n    disk \"a\\(d.", ["size"], ["upper"]),
    ("print [d.", ["cpus"], []), ("print [d.size for d in machines if d.", ["size"], ["upper"]),
    ("print required.", ["netmask"], ["upper"]), ("print names.", ["join"], ["upper"]),
    ("print names.first.", ["upper"], ["join"]), ("print limit.", ["minutes"], ["upper"]),
    ("func f(x = 1GiB) {\n  return x.", ["mib"], ["upper"]),
    ("domain other {\n  memory = limits.", ["memory"], ["upper"]),
    ("print web.", ["ip", "memory"], ["upper"]), ("let n = copy.", ["ip"], ["upper"]),
    ("print endless(1).", [], ["upper"]),
  ])
  func membersFollowADot(text: String, expected: [String], absent: [String]) throws {
    let declarations = """
      param required: cidr
      param limit: duration
      param names: list = ["a"]
      let machines = [{ cpus: 2 }, { cpus: 1, size: 1GiB }]
      let disks = [{ size: 1GiB }]
      let limits = { memory: 1GiB }
      let twice = x => [x, x]
      let d = { cpus: 1 }
      func text(x) = "\\(x)"
      func made(n) {
        if n > 1 { return { cpus: n, memory: 1GiB } }
        return none
      }
      func endless(n) = endless(n) ?? endless(n + 1)
      domain web { memory = 512MiB }
      let copy = clone web as twin {}

      """
    let whole = declarations + text
    let client = try LanguageClient.initialized()
    try client.open(uri, whole)
    let lines = whole.split(separator: "\n", omittingEmptySubsequences: false)
    let end = lines.last?.utf16.count ?? 0
    let answer = try client.at(lines.count - 1, end, of: uri, "completion").object("result")
    let labels = (answer["items"] as? [Message])?.compactMap { $0["label"] as? String } ?? []
    #expect(Set(expected).subtracting(labels) == [], "\(text)")
    #expect(Set(absent).intersection(labels) == [], "\(text)")
    #expect(Set(labels).count == labels.count, "\(text)")
    #expect(try client.leave() == 0)
  }

  // MARK: Formatting of a part

  /// The text after the formatting of some lines.
  private func formatted(_ text: String, _ start: Message, _ end: Message) throws -> String {
    let client = try LanguageClient.initialized(encodings: ["utf-8"])
    try client.open(uri, text)
    let result = try client.request(
      "textDocument/rangeFormatting",
      [
        "textDocument": ["uri": uri], "range": ["start": start, "end": end],
        "options": ["tabSize": 2, "insertSpaces": true] as Message,
      ])
    #expect(try client.leave() == 0)
    var bytes = Array(text.utf8)
    func offset(_ place: Message) -> Int {
      let lines = bytes.split(separator: 10, omittingEmptySubsequences: false)
      let line = place["line"] as? Int ?? 0
      return lines[..<line].reduce(0) { $0 + $1.count + 1 } + (place["character"] as? Int ?? 0)
    }
    for edit in (result as? [Message] ?? []).reversed() {
      let range = edit.object("range")
      bytes.replaceSubrange(
        offset(range.object("start"))..<offset(range.object("end")),
        with: Array((edit["newText"] as? String ?? "").utf8))
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test func aPartIsFormattedAndTheRestLeft() throws {
    let lines = [
      "let  a=1", "let  b=2", "domain web {", "cpus=2", "", "", "   memory=1GiB }", "let  c=3",
    ]
    let text = lines.joined(separator: "\n") + "\n"
    func part(_ first: Int, _ last: Int) throws -> [String] {
      let end: Message = ["line": last, "character": 3]
      return try formatted(text, ["line": first, "character": 2], end)
        .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    }
    #expect(try part(0, 0) == ["let a = 1"] + lines[1...] + [""])
    #expect(try part(1, 1) == [lines[0], "let b = 2"] + lines[2...] + [""])
    #expect(try part(3, 3) == lines[..<3] + ["  cpus = 2"] + lines[4...] + [""])
    let whole = try formatted(text, ["line": 0, "character": 0], ["line": 8, "character": 0])
    #expect(try vmscript("fmt", "-", input: Array(text.utf8)).output == whole)
    // A range that ends at the start of a line has nothing of that line.
    #expect(
      try formatted(text, ["line": 0, "character": 0], ["line": 1, "character": 0])
        .hasPrefix("let a = 1\nlet  b=2\n"))
    // Part by part, all is formatted.
    var step = text
    for line in (0..<lines.count).reversed() {
      let place: Message = ["line": line, "character": 0]
      step = try formatted(step, place, place)
    }
    #expect(step == whole)
  }

  @Test func aPartOfABrokenTextIsNotFormatted() throws {
    let client = try LanguageClient.initialized()
    try client.open(uri, "let  a=1\nlet = \n")
    let place: Message = ["line": 0, "character": 0]
    let parameters: Message = [
      "textDocument": ["uri": uri], "range": ["start": place, "end": place],
      "options": [:] as Message,
    ]
    #expect(try client.errorCode("textDocument/rangeFormatting", parameters) == -32803)
    #expect(try client.leave() == 0)
  }

  // MARK: Highlights

  @Test func aNameIsHighlightedWhereverItIsUsed() throws {
    let client = try LanguageClient()
    let result = try client.request("initialize", ["capabilities": [:] as Message])
    let capabilities = (result as? Message)?.object("capabilities") ?? [:]
    #expect(capabilities["documentHighlightProvider"] as? Bool == true)
    try client.open(
      uri,
      """
      let n = 1
      func f(n, m = n) = n + m
      print "a \\(n)", len("n"), [n for x in 1...n], len([])
      net lab { subnet = 10.0.0.0/24 }
      domain web { nic { net = "lab" } }

      """)
    func highlights(_ line: Int, _ character: Int) throws -> [String] {
      let answer = try client.at(line, character, of: uri, "documentHighlight")
      return (answer["result"] as? [Message] ?? []).map {
        "\($0.object("range").rangeText) \($0["kind"] as? Int ?? 0)"
      }
    }
    #expect(try highlights(0, 4) == ["0:4-0:5 3", "2:11-2:12 2", "2:27-2:28 2", "2:42-2:43 2"])
    #expect(try highlights(2, 11) == highlights(0, 4))
    #expect(try highlights(1, 19) == ["1:7-1:8 3", "1:14-1:15 2", "1:19-1:20 2"])
    #expect(try highlights(2, 17) == ["2:16-2:19 2", "2:46-2:49 2"])
    #expect(try highlights(4, 27) == ["3:4-3:7 3", "4:26-4:29 2"])
    #expect(try highlights(2, 0).isEmpty)
    #expect(try client.leave() == 0)
  }
}
