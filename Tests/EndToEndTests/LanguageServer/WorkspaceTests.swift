import Foundation
import TestSupport
import Testing

/// The language server and files that the editor has not opened.
@Suite struct WorkspaceTests {
  private typealias Message = LanguageClient.Message

  /// A folder with files, and a client that has it open.
  private final class Workspace {
    let folder: ScratchFolder
    let client: LanguageClient

    init(_ files: [String: String], isOpen: Bool = true) throws {
      folder = try ScratchFolder()
      for (name, text) in files { try folder.write(name, text) }
      client = try LanguageClient()
      var parameters: Message = ["capabilities": [:] as Message, "rootUri": NSNull()]
      if isOpen {
        parameters["workspaceFolders"] = [["uri": folder.url.absoluteString, "name": "lab"]]
      }
      let result = try client.request("initialize", parameters) as? Message ?? [:]
      let capabilities = result.object("capabilities")
      #expect(capabilities["workspaceSymbolProvider"] as? Bool == true)
      #expect(capabilities["documentRangeFormattingProvider"] as? Bool == true)
      try client.notify("initialized", [:])
    }

    func uri(_ name: String) -> String { folder.url.appendingPathComponent(name).absoluteString }

    func symbols(_ query: String) throws -> [String] {
      let found = try client.request("workspace/symbol", ["query": query]) as? [Message] ?? []
      return found.map { symbol in
        let location = symbol.object("location")
        let file = (location["uri"] as? String ?? "").split(separator: "/").last ?? ""
        return "\(symbol["name"] ?? "") \(file) \(location.object("range").rangeText)"
      }
    }
  }

  @Test func symbolsOfAllScriptsAreFound() throws {
    let lab = try Workspace([
      "lib/sizes.vmscript": "let small_size = 1GiB\n", "web.vmscript": "domain web { disk a {} }\n",
      "broken.vmscript": "let broken = 1\nlet = \n", "notes.txt": "let text = 1\n",
      ".hidden/x.vmscript": "let hidden = 1\n",
    ])
    #expect(try lab.symbols("small") == ["small_size sizes.vmscript 0:4-0:14"])
    #expect(try lab.symbols("SMSZ") == ["small_size sizes.vmscript 0:4-0:14"])
    #expect(try lab.symbols("web") == ["web web.vmscript 0:7-0:10"])
    #expect(try lab.symbols("broken") == ["broken broken.vmscript 0:4-0:10"])
    #expect(try lab.symbols("hidden").isEmpty)
    #expect(try lab.symbols("text").isEmpty)
    #expect(try lab.symbols("").count == 4)
    // The text in the editor counts, not that of the file.
    try lab.client.open(lab.uri("web.vmscript"), "\ndomain website {}\n")
    #expect(try lab.symbols("web") == ["website web.vmscript 1:7-1:14"])
    // A file that changes on the disk is read again.
    try lab.folder.write("lib/sizes.vmscript", "let other = 1\n")
    #expect(try lab.symbols("small").isEmpty)
    #expect(try lab.symbols("other") == ["other sizes.vmscript 0:4-0:9"])
    let event: Message = [
      "added": [] as [Message], "removed": [["uri": lab.folder.url.absoluteString, "name": "lab"]],
    ]
    try lab.client.notify("workspace/didChangeWorkspaceFolders", ["event": event])
    #expect(try lab.symbols("other").isEmpty)
    #expect(try lab.client.leave() == 0)
  }

  @Test(arguments: [true, false])
  func aNameIsRenamedInImportersThatAreNotOpen(isOpen: Bool) throws {
    let lab = try Workspace(
      [
        "sizes.vmscript": "let small = 1GiB\nlet twice = 2 * small\n",
        "web.vmscript": "import \"sizes.vmscript\" as s\nprint s.small\nprint s.small + s.twice\n",
        "apart.vmscript": "let small = 3\nprint small\n",
        "broken.vmscript": "import \"sizes.vmscript\" as s\nlet x = s.small\nlet = \n",
      ], isOpen: isOpen)
    let library = lab.uri("sizes.vmscript")
    try lab.client.open(library, "let small = 1GiB\nlet twice = 2 * small\n")
    let references = try lab.client.at(
      0, 5, of: library, "references", ["context": ["includeDeclaration": true]])
    #expect((references["result"] as? [Message])?.count == 5)
    let changes = try lab.client.at(0, 5, of: library, "rename", ["newName": "little"])
      .object("result").object("changes")
    func places(_ name: String) -> [String] {
      (changes[lab.uri(name)] as? [Message] ?? []).map { $0.object("range").rangeText }
    }
    #expect(places("sizes.vmscript") == ["0:4-0:9", "1:16-1:21"])
    #expect(places("web.vmscript") == ["1:8-1:13", "2:8-2:13"])
    #expect(places("broken.vmscript") == ["1:10-1:15"])
    #expect(changes.count == 3)
    let clash = try lab.client.at(0, 5, of: library, "rename", ["newName": "twice"])
    #expect(clash.object("error")["code"] as? Int == -32803)
    #expect(try lab.client.leave() == 0)
  }

  @Test func importersInFoldersBelowAreFound() throws {
    let lab = try Workspace([
      "lib/sizes.vmscript": "let small = 1GiB\n",
      "a/b/web.vmscript": "import \"../../lib/sizes.vmscript\" as s\nprint s.small\n",
      "main.vmscript": "import \"lib/sizes.vmscript\" as s\nprint s.small\n",
    ])
    // The file that defines the name is not open either.
    try lab.client.open(
      lab.uri("main.vmscript"),
      "import \"lib/sizes.vmscript\" as s\nprint s.small\nprint 1 - \"a\"\n")
    #expect(try lab.client.diagnostics(lab.uri("main.vmscript")).count == 1)
    let changes = try lab.client.at(1, 9, of: lab.uri("main.vmscript"), "rename", ["newName": "x"])
      .object("result").object("changes")
    let files = ["lib/sizes.vmscript", "a/b/web.vmscript", "main.vmscript"].map(lab.uri)
    #expect(Set(changes.keys) == Set(files))
    #expect(try lab.client.leave() == 0)
  }
}
