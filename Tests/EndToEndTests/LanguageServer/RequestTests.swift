import Foundation
import Testing

/// The language server's answers about a text.
@Suite struct RequestTests {
  private typealias Message = LanguageClient.Message

  private let uri = "file:///nowhere/lab.vmscript"
  private let text = """
    # A lab.
    ## Where machines begin.
    func address(n, base = 10.0.0.10) = base + n
    let small = { cpus: 1, memory: 512MiB }
    image debian { size = 1GiB }; net lab { subnet = 10.0.0.0/24 }
    domain web {
      ...small
      disk data { image = debian }
      nic { ip = address(1, base: 10.0.0.20), net = lab }
    }
    print address(2), small.cpus

    """

  private func opened(snippets: Bool = false) throws -> LanguageClient {
    let client = try LanguageClient.initialized(snippets: snippets)
    try client.open(uri, text)
    #expect(try client.diagnostics(uri).isEmpty)
    return client
  }

  private func items(_ answer: Message) -> [String: Message] {
    let items = answer.object("result")["items"] as? [Message] ?? []
    return Dictionary(items.map { ($0["label"] as? String ?? "", $0) }) { first, _ in first }
  }

  @Test func completion() throws {
    let client = try opened(snippets: true)
    let entries = items(try client.at(6, 2, of: uri, "completion"))
    #expect(entries["memory"]?.object("textEdit")["newText"] as? String == "memory = $0")
    #expect(entries["memory"]?["insertTextFormat"] as? Int == 2)
    #expect(entries["memory"]?["filterText"] as? String == "memory")
    #expect(entries["disk"]?.object("textEdit")["newText"] as? String == "disk {\n\t$0\n}")
    #expect(entries["cpus"]?.object("documentation")["kind"] as? String == "markdown")
    let names = items(try client.at(10, 8, of: uri, "completion"))
    #expect(names["address"]?["detail"] as? String == "func address(n, base = 10.0.0.10)")
    #expect(
      names["address"]?.object("documentation")["value"] as? String == "Where machines begin.")
    #expect(names["address"]?.object("textEdit").object("range").rangeText == "10:6-10:8")
    #expect(names["len"]?["detail"] as? String == "len(VALUE)")
    let members = items(try client.at(10, 24, of: uri, "completion"))
    #expect(members["memory"]?["detail"] as? String == "512MiB")
    #expect(members["debian"] == nil)
    let plain = try opened()
    let word = items(try plain.at(6, 2, of: uri, "completion"))["memory"]
    #expect(word?.object("textEdit")["newText"] as? String == "memory")
    #expect(try client.leave() == 0)
  }

  @Test func hoverTellsTypeValueAndDocumentation() throws {
    let client = try opened()
    func hover(_ line: Int, _ character: Int) throws -> String {
      try client.at(line, character, of: uri, "hover").object("result").object("contents")["value"]
        as? String ?? ""
    }
    #expect(try hover(10, 8).contains("func address(n, base = 10.0.0.10)"))
    #expect(try hover(10, 8).contains("Where machines begin."))
    #expect(try hover(10, 20).contains("let small = { cpus: 1, memory: 512MiB }"))
    #expect(try hover(4, 15).contains("size: size"))
    #expect(try hover(7, 4).contains("disk { … }"))
    #expect(try hover(5, 1).contains("domain NAME { … }"))
    #expect(try hover(0, 3) == "")
    #expect(try client.leave() == 0)
  }

  @Test func definitionsAndReferences() throws {
    let client = try opened()
    let definition = try client.at(10, 8, of: uri, "definition").object("result")
    #expect(definition.object("range").rangeText == "2:5-2:12")
    #expect(try client.at(4, 15, of: uri, "definition")["result"] is NSNull)
    let found = try client.at(
      2, 7, of: uri, "references", ["context": ["includeDeclaration": true]])
    let places = (found["result"] as? [Message] ?? []).map { $0.object("range").rangeText }
    #expect(places == ["2:5-2:12", "8:13-8:20", "10:6-10:13"])
    let named = try client.at(
      8, 25, of: uri, "references", ["context": ["includeDeclaration": false]])
    #expect((named["result"] as? [Message] ?? []).count == 2)
    #expect(try client.leave() == 0)
  }

  @Test func rename() throws {
    let client = try opened()
    func rename(_ line: Int, _ character: Int, _ name: String) throws -> Message {
      try client.at(line, character, of: uri, "rename", ["newName": name])
    }
    let edits =
      try rename(2, 18, "first").object("result").object("changes")[uri] as? [Message] ?? []
    #expect(edits.map { $0.object("range").rangeText } == ["2:16-2:20", "2:36-2:40", "8:24-8:28"])
    for (name, reason) in [
      ("let", "reserved word"), ("a b", "is not a name"), ("", "is not a name"),
      ("n", "another meaning"),
    ] {
      let error = try rename(2, 18, name).object("error")
      #expect(error["code"] as? Int == -32803)
      #expect((error["message"] as? String ?? "").contains(reason), "\(name)")
    }
    #expect(try rename(3, 5, "debian").object("error")["code"] as? Int == -32803)
    #expect(try rename(4, 15, "x").object("error")["code"] as? Int == -32803)
    #expect(try client.at(4, 15, of: uri, "prepareRename")["result"] is NSNull)
    #expect(try client.at(0, 3, of: uri, "prepareRename")["result"] is NSNull)
    #expect(
      try client.at(10, 8, of: uri, "prepareRename").object("result").rangeText == "10:6-10:13")
    #expect(try client.leave() == 0)
  }

  @Test func usesAreRenamedWhereverTheyStand() throws {
    let client = try LanguageClient.initialized()
    try client.open(
      uri,
      """
      let n = 1
      func f(n, m = n) = n + m
      print "a \\(n) b \\("c \\(n + f(n: n))")", { n: n }.n, [n + x for x in 1...n]
      print \"\"\"
        n \\(n)
        \"\"\"
      for i in 1...n { domain "d\\(n)-\\(i)" { cpus = n, labels = { n: "n\\(n)" } } }

      """)
    #expect(try client.diagnostics(uri).isEmpty)
    let renamed = try client.at(0, 4, of: uri, "rename", ["newName": "count"]).object("result")
    let edits = renamed.object("changes")[uri] as? [Message] ?? []
    #expect(
      edits.map { $0.object("range").rangeText } == [
        "0:4-0:5", "2:11-2:12", "2:23-2:24", "2:32-2:33", "2:45-2:46", "2:53-2:54", "2:72-2:73",
        "4:6-4:7", "6:13-6:14", "6:28-6:29", "6:46-6:47", "6:67-6:68",
      ])
    #expect(try client.leave() == 0)
  }

  @Test func stringsThatNameAResourceAreRenamedWithIt() throws {
    let client = try LanguageClient.initialized()
    try client.open(
      uri,
      """
      net lab { subnet = 10.0.0.0/24 }
      domain web { nic { net = "lab" }, title = "web" }
      clone "web" as db { nic { net = lab } }
      domain mail { nic = [{ net: "lab" }, { net: 'lab' }] }
      start ["web", "db", "web-2"]
      print domain("web").memory, "web", net("web"), net("lab").mtu
      wait "web" for ip

      """)
    #expect(try client.diagnostics(uri).isEmpty)
    func renamed(_ line: Int, _ character: Int) throws -> [String] {
      let answer = try client.at(line, character, of: uri, "rename", ["newName": "other"])
      let edits = answer.object("result").object("changes")[uri] as? [Message] ?? []
      return edits.map { $0.object("range").rangeText }
    }
    let web = ["1:7-1:10", "2:7-2:10", "4:8-4:11", "5:14-5:17", "6:6-6:9"]
    #expect(try renamed(1, 8) == web)
    #expect(try renamed(6, 9) == web)
    let lab = ["0:4-0:7", "1:26-1:29", "2:32-2:35", "3:29-3:32", "3:45-3:48", "5:52-5:55"]
    #expect(try renamed(0, 4) == lab)
    #expect(try renamed(2, 17) == ["2:15-2:17", "4:15-4:17"])
    let definition = try client.at(5, 15, of: uri, "definition").object("result")
    #expect(definition.object("range").rangeText == "1:7-1:10")
    #expect(try client.at(1, 44, of: uri, "prepareRename")["result"] is NSNull)
    #expect(try client.leave() == 0)
  }

  @Test func onlyNamesOfTheScriptCanBeRenamed() throws {
    let client = try LanguageClient.initialized()
    let lines = [
      "let text = \"a b\" # text", "print len(text), text.upper(), text.count, { key: 1 }.key",
      "domain web { cpus = 2, disk data { size = 1GiB, format = qcow2 } }",
      "output total = 10.0.0.1",
      "param p: int = 3", "if true { start web }", "",
    ]
    try client.open(uri, lines.joined(separator: "\n"))
    #expect(try client.diagnostics(uri).isEmpty)
    for (line, word) in [
      (0, "let"), (0, "a b"), (0, "# text"), (1, "print"), (1, "len"), (1, "upper"), (1, "count"),
      (1, "key:"), (1, "key"), (2, "domain"), (2, "cpus"), (2, "disk"), (2, "data"), (2, "size"),
      (2, "1GiB"), (2, "qcow2"), (3, "total"), (3, "10"), (4, "int"), (5, "true"), (5, "start"),
    ] {
      let start = try #require(lines[line].range(of: word)).lowerBound
      let character = lines[line].utf16.distance(from: lines[line].startIndex, to: start) + 1
      let prepared = try client.at(line, character, of: uri, "prepareRename")
      #expect(prepared["result"] is NSNull, "\(word)")
      let error = try client.at(line, character, of: uri, "rename", ["newName": "other"])
        .object("error")
      #expect(error["code"] as? Int == -32803, "\(word)")
    }
    #expect(try client.at(2, 8, of: uri, "prepareRename").object("result").rangeText == "2:7-2:10")
    for name in ["1a", "a-b", "a.b", " a", "a ", "true", "param", "\"a\"", "#a", "a\n", "\u{0}"] {
      let error = try client.at(2, 8, of: uri, "rename", ["newName": name]).object("error")
      #expect(error["code"] as? Int == -32803, "\(name)")
    }
    // Words that are keywords only at the start of a statement are names elsewhere.
    for name in ["image", "ünï_1", "_"] {
      let answer = try client.at(4, 6, of: uri, "rename", ["newName": name])
      #expect(answer["result"] is Message, "\(name)")
    }
    #expect(try client.leave() == 0)
  }

  @Test func namesOfOpenModulesAreRenamedInAll() throws {
    let client = try LanguageClient.initialized()
    let library = "file:///nowhere/l.vmscript"
    try client.open(library, "let one = 1\nlet two = one\n")
    try client.open(uri, "import \"l.vmscript\" as l\nprint l.one\n")
    #expect(try client.diagnostics(uri).isEmpty)
    let changes = try client.at(1, 9, of: uri, "rename", ["newName": "first"]).object("result")
      .object("changes")
    #expect((changes[library] as? [Message])?.count == 2)
    #expect((changes[uri] as? [Message])?.count == 1)
    #expect(
      try client.at(1, 10, of: library, "definition").object("result").object("range").rangeText
        == "0:4-0:7")
    let clash = try client.at(1, 9, of: uri, "rename", ["newName": "two"])
    #expect(clash.object("error")["code"] as? Int == -32803)
    #expect(try client.leave() == 0)
  }

  @Test func formattingChangesWhatItHasTo() throws {
    let client = try LanguageClient.initialized()
    try client.open(uri, "let a = 1\nlet  b=2\nlet c = 3\n")
    let document: Message = ["textDocument": ["uri": uri], "options": [:] as Message]
    let edits = try client.request("textDocument/formatting", document) as? [Message]
    #expect(edits?.count == 1)
    #expect(edits?.first?.object("range").rangeText == "1:0-2:0")
    #expect(edits?.first?["newText"] as? String == "let b = 2\n")
    try client.change(uri, version: 2, [["text": "let = "]])
    #expect(try client.errorCode("textDocument/formatting", document) == -32803)
    #expect(try client.leave() == 0)
  }

  @Test func outlineFoldsTokensAndSignatures() throws {
    let client = try opened()
    let document: Message = ["textDocument": ["uri": uri]]
    let symbols = try client.request("textDocument/documentSymbol", document) as? [Message]
    #expect(
      symbols?.compactMap { $0["name"] as? String } == ["address", "small", "debian", "lab", "web"])
    let children = symbols?.last?["children"] as? [Message]
    #expect(children?.compactMap { $0["name"] as? String } == ["disk data", "nic"])
    let folds = try client.request("textDocument/foldingRange", document) as? [Message]
    #expect(folds?.map { "\($0["startLine"] ?? 0)-\($0["endLine"] ?? 0)" } == ["0-1", "5-8"])
    let tokens = try client.request("textDocument/semanticTokens/full", document) as? Message
    #expect(((tokens?["data"] as? [Int])?.count ?? 1) % 5 == 0)
    let call = try client.at(8, 32, of: uri, "signatureHelp").object("result")
    #expect(call["activeParameter"] as? Int == 1)
    let label = (call["signatures"] as? [Message])?.first?["label"] as? String
    #expect(label == "address(n, base = 10.0.0.10)")
    #expect(try client.leave() == 0)
  }
}
