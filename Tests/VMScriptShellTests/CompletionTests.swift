import Testing
import VMScriptRuntime

@testable import VMScriptShell

/// What may stand at the end of a text.
@Suite struct CompletionTests {
  private func complete(_ text: String) -> [String] {
    let session = LiveSession(stack: "test")
    return Completer(session: session, commands: Command.all, inventory: nil).complete(text)
      .candidates.map(\.text)
  }

  @Test(arguments: [
    ("dom", ["domain"]),
    ("domain a {\n  mem", ["memory"]),
    ("domain a { memory = 1GiB, tit", ["title"]),
    ("domain a {\n  nic {\n    net = lab\n    mode", ["model"]),
    ("domain a {\n  disk data { siz", ["size"]),
    ("domain a {\n  disk { }\n  tit", ["title"]),
    ("domain a {\n  if true {\n    tit", ["title"]),
    ("clone a as b {\n  titl", ["title"]),
    ("net a { mode = iso", ["isolated"]),
    ("image a { format = qco", ["qcow2"]),
    ("let x = to_j", ["to_json"]),
    (":he", ["help"]),
    (":help ima", ["image"]),
    ("nothingbeginslikethis", []),
  ])
  func whatFits(text: String, expected: [String]) {
    #expect(complete(text) == expected)
  }

  @Test func aCommonBeginningIsPutIn() {
    let completion = Completion(
      typed: "s", among: [.init(text: "start"), .init(text: "state"), .init(text: "net")])
    #expect(completion.commonPrefix == "sta")
    #expect(completion.length == 1)
  }
}
