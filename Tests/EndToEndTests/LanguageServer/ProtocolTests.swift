import Foundation
import Testing

/// The protocol of the language server, with well-behaved and other editors.
@Suite struct ProtocolTests {
  @Test func anEditorConnectsAndDisconnects() throws {
    let client = try LanguageClient()
    let result = try client.request("initialize", ["capabilities": [:] as [String: Any]])
    let capabilities = (result as? LanguageClient.Message)?.object("capabilities") ?? [:]
    #expect(capabilities["positionEncoding"] as? String == "utf-16")
    #expect(capabilities["hoverProvider"] as? Bool == true)
    #expect(try client.leave() == 0)
  }

  @Test func bytesAreCountedWhereTheEditorCanDoSo() throws {
    let client = try LanguageClient.initialized(encodings: ["utf-8", "utf-16"])
    try client.open("untitled:a", "let 漢 = missing\n")
    let found = try client.diagnostics("untitled:a")
    #expect(found.first?.object("range").rangeText == "0:10-0:17")
    #expect(try client.leave() == 0)
  }

  @Test func anEndWithoutLeaveIsAFailure() throws {
    let client = try LanguageClient.initialized()
    try client.notify("exit", [:])
    #expect(try client.end() == 1)
    #expect(try LanguageClient().end() == 1)
  }

  @Test func requestsOutOfTurnAreRefused() throws {
    let client = try LanguageClient()
    #expect(try client.errorCode("textDocument/hover", [:]) == -32002)
    #expect(try client.errorCode("shutdown") == -32002)
    try client.open("untitled:early", "let x = ")
    _ = try client.request("initialize", ["capabilities": [:] as [String: Any]])
    #expect(try client.errorCode("initialize", ["capabilities": [:] as [String: Any]]) == -32600)
    #expect(
      try client.at(0, 0, of: "untitled:early", "hover").object("error")["code"] as? Int == -32602)
    _ = try client.request("shutdown")
    #expect(try client.errorCode("textDocument/hover", [:]) == -32600)
  }

  @Test func unknownAndUnfitRequestsAreRefused() throws {
    let client = try LanguageClient.initialized()
    #expect(try client.errorCode("textDocument/fly", [:]) == -32601)
    #expect(try client.errorCode("$/fly") == -32601)
    #expect(try client.errorCode("textDocument/hover", ["position": 3]) == -32602)
    #expect(try client.errorCode("textDocument/hover") == -32602)
    try client.notify("$/fly", [:])
    try client.notify("textDocument/didOpen", ["textDocument": 3])
    try client.change("untitled:nowhere", version: 2, [["text": "x"]])
    #expect(try client.leave() == 0)
  }

  @Test(arguments: [
    ("Content-Length: 3\r\n\r\n{a}", -32700),
    ("Content-Length: 4\r\n\r\n\"\u{FFFF}", -32700),
    ("Content-Length: 2\r\n\r\n[]", -32600),
    ("Content-Length: 2\r\n\r\n{}", -32600),
    ("Content-Length: much\r\n\r\n", -32700),
    ("Content-Length: -1\r\n\r\n", -32700),
    ("Content-Length: 99999999999999999999\r\n\r\n", -32700),
    ("Content-Type: x\r\n\r\n", -32700),
    ("\r\n\r\n", -32700),
  ])
  func aMalformedMessageIsReported(text: String, code: Int) throws {
    let client = try LanguageClient.initialized()
    try client.write(Data(text.utf8))
    let answer = try client.wait { $0["error"] != nil }
    #expect(answer.object("error")["code"] as? Int == code)
    #expect(answer["id"] is NSNull)
    #expect(try client.leave() == 0)
  }

  @Test func bytesThatAreNoUnicodeAreNoMessage() throws {
    let client = try LanguageClient.initialized()
    let body = Data("{\"id\": 1, \"method\": \"".utf8) + Data([0xFF, 0xFE]) + Data("\"}".utf8)
    try client.write(Data("Content-Length: \(body.count)\r\n\r\n".utf8) + body)
    #expect(try client.wait { $0["error"] != nil }.object("error")["code"] as? Int == -32700)
    #expect(try client.leave() == 0)
  }

  @Test func messagesMayComeInPieces() throws {
    let client = try LanguageClient.initialized()
    let body = #"{"jsonrpc": "2.0", "id": "a", "method": "textDocument/hover", "params": {}}"#
    let message =
      "content-length: \(body.utf8.count)\r\nContent-Type: x; charset=utf-8\r\n\r\n\(body)"
    for byte in message.utf8 { try client.write(Data([byte])) }
    let answer = try client.wait { $0["id"] as? String == "a" }
    #expect(answer.object("error")["code"] as? Int == -32602)
    #expect(try client.leave() == 0)
  }

  @Test func aRequestThatWaitsCanBeTakenBack() throws {
    let client = try LanguageClient.initialized()
    let text = String(repeating: "let x = [1, 2, \"é\"]\n", count: 2_000)
    try client.open("untitled:a", text)
    // What comes too late, or is about no request at all, takes nothing back.
    try client.notify("$/cancelRequest", ["id": 1_000])
    try client.notify("$/cancelRequest", [:])
    func ask(_ id: Int, _ method: String) -> LanguageClient.Message {
      let parameters: LanguageClient.Message = ["textDocument": ["uri": "untitled:a"]]
      return ["jsonrpc": "2.0", "id": id, "method": method, "params": parameters]
    }
    // While the first is answered, the second waits; a reader that is slow may be too late for it,
    // but not each time.
    for id in stride(from: 1_000, to: 1_100, by: 2) {
      try client.send(
        ask(id, "textDocument/semanticTokens/full"), ask(id + 1, "textDocument/foldingRange"),
        ["jsonrpc": "2.0", "method": "$/cancelRequest", "params": ["id": id + 1]])
      #expect(try client.wait { $0["id"] as? Int == id }["result"] != nil)
      let second = try client.wait { $0["id"] as? Int == id + 1 }
      if second.object("error")["code"] as? Int == -32800 {
        #expect(try client.leave() == 0)
        return
      }
    }
    Issue.record("nothing was taken back")
  }

  @Test func everyRequestIsAnsweredOnceWhateverIsCancelled() throws {
    let client = try LanguageClient.initialized()
    try client.open("untitled:a", "let a = 1\n")
    for id in 1_000..<1_020 {
      let parameters: LanguageClient.Message = [
        "textDocument": ["uri": "untitled:a"], "position": ["line": 0, "character": 4],
      ]
      try client.send(
        ["jsonrpc": "2.0", "id": id, "method": "textDocument/hover", "params": parameters])
      try client.notify("$/cancelRequest", ["id": id])
    }
    for id in 1_000..<1_020 {
      let answer = try client.wait { $0["id"] as? Int == id }
      let code = answer.object("error")["code"] as? Int
      #expect(answer["result"] != nil || code == -32800)
    }
    #expect(try client.leave() == 0)
  }
}
