import Testing
import VMScript
import VMScriptEditing
import VMScriptRuntime

@testable import VMScriptShell

/// The completions at the end of a text.
@Suite struct CompletionTests {
  private func complete(_ text: String) -> [String] {
    let session = LiveSession(stack: "test")
    return Completer(session: session, commands: Command.all, inventory: nil).complete(text)
      .candidates.map(\.text)
  }

  @Test(arguments: [
    ("dom", ["domain"]),
    ("domain a {\n  mem", ["memory"]),
    ("let x = to_j", ["to_json"]),
    (":he", ["help"]),
    (":help ima", ["image"]),
    ("nothingbeginslikethis", []),
  ])
  func fittingCandidatesAreOffered(text: String, expected: [String]) {
    #expect(complete(text) == expected)
  }

  @Test func aCommonBeginningIsPutIn() {
    let completion = Completion(
      typed: "s", among: ["start", "state", "net"].map { Candidate($0, .word) })
    #expect(completion.commonPrefix == "sta")
    #expect(completion.length == 1)
  }
}
