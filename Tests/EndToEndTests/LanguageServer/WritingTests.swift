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
