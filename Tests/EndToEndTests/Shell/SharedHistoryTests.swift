import Foundation
import TestSupport
import Testing

/// Entries that outlive a shell.
@Suite(.enabled(if: ShellScreen.isAvailable)) struct SharedHistoryTests {
  private let folder: ScratchFolder
  /// The folder that the shells keep their state in.
  private let state: URL
  private let file: URL

  init() throws {
    folder = try ScratchFolder()
    state = folder.url.appendingPathComponent("state")
    file = state.appendingPathComponent("vmscript/history")
  }

  @Test func entriesOfSeveralLinesAreKeptOnceForTheNextShell() async throws {
    try await withShell(state: state) { shell in
      try await shell.enter("[1,")
      try await shell.enter("2]")
      try await shell.expectEnd("\n[1, 2]\nvm>")
      try await shell.enter("3")
      try await shell.press("Up", "Up", "Enter")
      try await shell.expectEnd("\n3\nvm> [1,\n  2]\n[1, 2]\nvm>")
      let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
      #expect(attributes[.posixPermissions] as? Int == 0o600)
    }
    try await withShell(state: state) { shell in
      try await shell.press("Up")
      try await shell.expectEnd("vm> [1,\n  2]", cursor: (4, 0))
      try await shell.press("Up", "Up")
      try await shell.expectEnd("vm> 3")
      try await shell.press("Up", "Down")
      try await shell.expectEnd("vm> [1,\n  2]")
    }
  }

  @Test func twoShellsAtOnceLoseNothing() async throws {
    try await withShell(state: state) { first in
      try await withShell(state: state) { second in
        try await first.enter("\"first\"")
        try await second.enter("\"second\"")
        try await first.enter("\"third\"")
        try await first.expectEnd("\n\"third\"\nvm>")
        try await second.expectEnd("\n\"second\"\nvm>")
        try await second.enter("\"fourth\"")
        try await second.expectEnd("\n\"fourth\"\nvm>")
        // One that is killed has kept what it was given.
        try await second.kill()
        try await second.expect("left with 137")
      }
      try await first.enter("\"fifth\"")
      try await first.expectEnd("\n\"fifth\"\nvm>")
    }
    try await withShell(state: state) { shell in
      try await shell.enter(":history")
      try await shell.expect("vm> :history\n\"first\"\n")
      let kept = try await shell.rows.filter { $0.hasPrefix("\"") }
      #expect(Set(kept) == ["\"first\"", "\"second\"", "\"third\"", "\"fourth\"", "\"fifth\""])
      #expect(kept.last == "\"fifth\"")
    }
  }

  @Test func secretsAreNotKept() async throws {
    try await withShell(state: state) { shell in
      try await shell.enter("let key = secret(\"hidden\")")
      try await shell.enter("let key = \"hid\" + \"den\"")
      try await shell.enter(" print 1")
      try await shell.enter("len([7])")
      try await shell.expectEnd("\n1\nvm> len([7])\n1\nvm>")
      try await shell.press("Up", "Up")
      try await shell.expectEnd("vm> len([7])")
    }
    let text = try String(contentsOf: file, encoding: .utf8)
    #expect(text == "len([7])\n")
  }

  @Test func aMalformedHistoryIsIgnored() async throws {
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    var bytes = (0..<70_000).map { UInt8(truncatingIfNeeded: $0 &* 131) }
    bytes += Array("\nlet kept = 1\nhalf".utf8)
    try Data(bytes).write(to: file)
    try await withShell(state: state) { shell in
      try await shell.press("Up", "Up")
      try await shell.expectEnd("vm> let kept = 1")
      try await shell.press("C-c")
      try await shell.enter("5 * 5")
      try await shell.expectEnd("\n25\nvm>")
    }
    #expect(try Data(contentsOf: file).suffix(11) == Data("half\n5 * 5\n".utf8))
  }

  @Test func aReadOnlyFolderIsReportedOnce() async throws {
    try Data().write(to: state)
    try await withShell(state: state) { shell in
      try await shell.enter("1 + 1")
      try await shell.expect("the history cannot be saved: ")
      try await shell.expectEnd("\n2\nvm>")
      try await shell.press("C-l")
      try await shell.enter("2 + 2")
      try await shell.expectEnd("vm> 2 + 2\n4\nvm>")
      try await shell.press("Up", "Up")
      try await shell.expectEnd("vm> 1 + 1")
    }
  }

  @Test func searchGoesThroughEarlierEntries() async throws {
    try await withShell { shell in
      try await shell.enter("let wide = 1")
      try await shell.enter("let long = [")
      try await shell.enter("2]")
      try await shell.expectEnd("2]\nvm>")
      try await shell.type("draft")
      try await shell.press("C-r")
      try await shell.type("let")
      try await shell.expectEnd("search `let`: let long = [\n  2]", cursor: (14, 1))
      try await shell.press("C-r")
      try await shell.expectEnd("search `let`: let wide = 1", cursor: (14, 0))
      try await shell.type("!")
      try await shell.expectEnd("no `let!`: let wide = 1")
      try await shell.press("C-g")
      try await shell.expectEnd("vm> draft", cursor: (9, 0))
      try await shell.press("C-r")
      try await shell.type("wide")
      try await shell.press("Escape")
      try await shell.expectEnd("vm> draft", cursor: (9, 0))
      // A key of motion edits what was found, Enter runs it.
      try await shell.press("C-r")
      try await shell.type("wide")
      try await shell.press("Left", "BSpace")
      try await shell.type("_")
      try await shell.expectEnd("vm> let wide =_1", cursor: (15, 0))
      try await shell.press("C-c", "C-r")
      try await shell.type("long")
      try await shell.press("Enter")
      try await shell.expectEnd("vm> let long = [\n  2]", cursor: (4, 0))
    }
  }
}
