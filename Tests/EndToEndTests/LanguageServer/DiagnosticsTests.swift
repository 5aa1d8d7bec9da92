import Foundation
import TestSupport
import Testing

/// The diagnostics of the language server while the user types.
@Suite struct DiagnosticsTests {
  private let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  /// A diagnostic as both report it: code, position, and the first line of the message.
  private struct Finding: Equatable, CustomStringConvertible {
    let code: String
    let line: Int
    let column: Int
    let message: String
    var description: String { "\(code) \(line):\(column) \(message)" }
  }

  private func checked(_ path: String) throws -> [Finding] {
    let result = try vmscript("check", path, "--json")
    return try result.errors.split(separator: "\n").map { line in
      let object = try #require(
        try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      return Finding(
        code: object["code"] as? String ?? "", line: (object["line"] as? Int ?? 1) - 1,
        column: (object["column"] as? Int ?? 1) - 1, message: object["message"] as? String ?? "")
    }
  }

  private func told(_ diagnostics: [LanguageClient.Message]) -> [Finding] {
    diagnostics.map { diagnostic in
      let start = diagnostic.object("range").object("start")
      let message = (diagnostic["message"] as? String ?? "").split(separator: "\n").first
      return Finding(
        code: diagnostic["code"] as? String ?? "", line: start["line"] as? Int ?? -1,
        column: start["character"] as? Int ?? -1, message: message.map(String.init) ?? "")
    }
  }

  @Test func errorsHaveCodePlaceHelpAndWhatBelongsToThem() throws {
    let client = try LanguageClient.initialized()
    try client.open("file:///tmp/a.vmscript", "domain web {\n  memroy = 2GiB\n}\n", version: 7)
    let found = try client.diagnostics("file:///tmp/a.vmscript", version: 7)
    let error = try #require(found.first)
    #expect(found.count == 1)
    #expect(error["severity"] as? Int == 1)
    #expect(error["code"] as? String == "VM0210")
    #expect(error["source"] as? String == "vmscript")
    #expect(error.object("range").rangeText == "1:2-1:8")
    #expect((error["message"] as? String ?? "").contains("help: did you mean `memory`?"))
    let answer = try client.answer(
      "textDocument/codeAction",
      [
        "textDocument": ["uri": "file:///tmp/a.vmscript"],
        "range": error.object("range"), "context": ["diagnostics": []],
      ])
    let edits =
      (answer["result"] as? [LanguageClient.Message])?.first?.object("edit")
      .object("changes")["file:///tmp/a.vmscript"] as? [LanguageClient.Message]
    #expect(edits?.first?["newText"] as? String == "memory")
    try client.open("untitled:b", "let a = 1\nlet a = 2\n")
    let twice = try #require(try client.diagnostics("untitled:b").first)
    let related = twice["relatedInformation"] as? [LanguageClient.Message]
    #expect(related?.first?.object("location").object("range").rangeText == "0:4-0:5")
    #expect(try client.leave() == 0)
  }

  @Test func diagnosticsFollowTheTextAndGoWithIt() throws {
    let client = try LanguageClient.initialized()
    let uri = "untitled:a"
    try client.open(uri, "let a = b\n")
    #expect(told(try client.diagnostics(uri)).map(\.code) == ["VM0201"])
    try client.change(
      uri, version: 2, [["range": range(0, 8, 0, 9), "text": "1"] as LanguageClient.Message])
    #expect(try client.diagnostics(uri, version: 2).isEmpty)
    try client.change(uri, version: 3, [["text": "net n {"]])
    #expect(told(try client.diagnostics(uri, version: 3)).map(\.code) == ["VM0103"])
    try client.notify("textDocument/didClose", ["textDocument": ["uri": uri]])
    let last = try client.wait { message in
      message.object("params")["uri"] as? String == uri
        && message.object("params")["version"] == nil
    }
    #expect((last.object("params")["diagnostics"] as? [Any])?.isEmpty == true)
    #expect(try client.leave() == 0)
  }

  private func range(_ line: Int, _ start: Int, _ endLine: Int, _ end: Int)
    -> LanguageClient.Message
  {
    [
      "start": ["line": line, "character": start], "end": ["line": endLine, "character": end],
    ]
  }

  @Test func importingFilesAreCheckedAgain() throws {
    let client = try LanguageClient.initialized()
    let (main, library) = ("file:///nowhere/main.vmscript", "file:///nowhere/lib%20a.vmscript")
    try client.open(library, "let one = 1\n")
    try client.open(main, "import \"lib a.vmscript\" as lib\nprint lib.one\n")
    #expect(try client.diagnostics(main).isEmpty)
    try client.change(library, version: 2, [["text": "let two = 1\n"]])
    #expect(told(try client.diagnostics(main)).map(\.line) == [1])
    try client.change(library, version: 3, [["text": "let one = \n"]])
    let found = try client.diagnostics(main)
    #expect(told(found).map(\.line) == [0])
    let related = found.first?["relatedInformation"] as? [LanguageClient.Message]
    #expect(related?.first?.object("location")["uri"] as? String == library)
    #expect(try client.leave() == 0)
  }

  /// Opening a file that was missing, and closing it again, changes what imports it.
  @Test func openFilesCanBeImportedAndClosedOnesAreRead() throws {
    let client = try LanguageClient.initialized()
    let (main, library) = ("file:///nowhere/main.vmscript", "file:///nowhere/lib.vmscript")
    try client.open(main, "import \"lib.vmscript\" as lib\nprint lib.one\n")
    #expect(told(try client.diagnostics(main)).map(\.code) == ["VM0401"])
    try client.open(library, "let one = 1\n")
    #expect(try client.diagnostics(main).isEmpty)
    try client.notify("textDocument/didClose", ["textDocument": ["uri": library]])
    #expect(told(try client.diagnostics(main)).map(\.code) == ["VM0401"])
    #expect(try client.leave() == 0)
  }

  @Test func hoverExplainsTheCodesOfWhatIsWrong() throws {
    let client = try LanguageClient.initialized()
    let uri = "untitled:a"
    func hover(_ line: Int, _ character: Int) throws -> LanguageClient.Message {
      try client.at(line, character, of: uri, "hover").object("result")
    }
    func text(_ hover: LanguageClient.Message) -> String {
      hover.object("contents")["value"] as? String ?? ""
    }
    try client.open(uri, "domain web {\n  memroy = 2GiB\n  cpus = 0\n}\n")
    #expect(told(try client.diagnostics(uri)).map(\.code) == ["VM0210", "VM0213"])
    let explained = try vmscript("explain", "VM0210").output.split(separator: "\n\n")
    let unknown = try hover(1, 4)
    #expect(unknown.object("range").rangeText == "1:2-1:8")
    #expect(text(unknown) == "**\(explained[0])**\n\n\(explained[1].dropLast())")
    // A known word has a hover text too.
    #expect(text(try hover(2, 3)).contains("cpus"))
    #expect(text(try hover(2, 9)).contains("**VM0213"))
    #expect(text(try hover(0, 3)).contains("domain NAME"))
    #expect(!text(try hover(0, 3)).contains("VM02"))
    #expect(try client.leave() == 0)
  }

  /// The server and `check` say the same of every script of the suite that holds only ASCII.
  @Test func diagnosticsAreThoseOfCheck() throws {
    let client = try LanguageClient.initialized()
    let spec = packageFolder.appendingPathComponent("Tests/Spec")
    for part in ["resources", "properties", "names", "clones", "collections"] {
      let folder = spec.appendingPathComponent(part)
      for file in try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
      where file.hasSuffix(".vmscript") {
        let path = folder.appendingPathComponent(file).path
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        guard let text = String(data: bytes, encoding: .utf8), bytes.allSatisfy({ $0 < 0x80 })
        else { continue }
        let uri = URL(fileURLWithPath: path).absoluteString
        try client.open(uri, text)
        #expect(try told(client.diagnostics(uri)) == checked(path), "\(part)/\(file)")
      }
    }
    #expect(try client.leave() == 0)
  }

  @Test func anImportedFileNeedNotBeUnicode() throws {
    try folder.write("bad.vmscript", [0x6C, 0x65, 0x74, 0x20, 0xFF, 0x0A])
    let client = try LanguageClient.initialized()
    let uri = folder.url.appendingPathComponent("main.vmscript").absoluteString
    try client.open(uri, "import \"bad.vmscript\" as bad\n")
    let found = try client.diagnostics(uri)
    #expect(!found.isEmpty)
    #expect(found.allSatisfy { $0.object("range").rangeText == "0:7-0:21" })
    #expect(try client.leave() == 0)
  }

  @Test func hugeAndEndlessTextsBlockNoRequest() throws {
    let client = try LanguageClient.initialized()
    try client.open("untitled:huge", String(repeating: "let x = [1, 2, \"é\"]\n", count: 50_000))
    try client.open("untitled:deep", String(repeating: "[", count: 200_000))
    try client.open("untitled:endless", "for i in 1...1_000_000_000_000 { let x = i }\n")
    #expect(try !client.diagnostics("untitled:deep").isEmpty)
    #expect(try client.diagnostics("untitled:endless").isEmpty)
    #expect(try !client.diagnostics("untitled:huge").isEmpty)
    #expect(try client.leave() == 0)
  }
}
