import Foundation
import TestSupport
import Testing

/// Text that is pasted is text.
@Suite(.enabled(if: ShellScreen.isAvailable)) struct PasteTests {
  private static let start = "\u{1B}[200~"
  private static let end = "\u{1B}[201~"

  @Test func noLineOfItIsRun() async throws {
    try await withShell { shell in
      try await shell.paste("let a = 1\nlet b = 2\na + b\n")
      try await shell.expectEnd("vm> let a = 1\nlet b = 2\na + b", cursor: (5, 0))
      try await shell.press("Enter")
      try await shell.expectEnd("a + b\n3\nvm>")
    }
  }

  @Test func itGoesWhereTheCursorIs() async throws {
    try await withShell { shell in
      try await shell.type("let a = [9]")
      try await shell.press("Left", "Left")
      try await shell.send(Self.start + "1,\r\t2,\r\n  " + Self.end)
      try await shell.expectEnd("vm> let a = [1,\n    2,\n  9]", cursor: (2, 0))
      try await shell.press("C-_")
      try await shell.expectEnd("vm> let a = [9]", cursor: (13, 0))
    }
  }

  @Test func noKeyInItMeansAnything() async throws {
    try await withShell { shell in
      try await shell.type("x")
      try await shell.send(
        Self.start + "1 \u{3}\u{4}\u{1}\u{0}+\u{1B}[A\u{1B}[31m \u{15}\u{9B}2\r" + Self.end)
      try await shell.expectEnd("vm> x1 +[A[31m 2")
    }
  }

  @Test func anEndWithinItIsNotTheEnd() async throws {
    try await withShell { shell in
      try await shell.send(
        Self.start + "let a = 1" + Self.end + "\rprint \"harm\"\r" + Self.end)
      try await shell.expectEnd("vm> let a = 1\nprint \"harm\"")
      try await shell.press("C-c")
      // Two that follow each other are two, and a key behind them is one.
      try await shell.send(Self.start + "1 +" + Self.end + Self.start + " 2" + Self.end + "\r")
      try await shell.expectEnd("vm> 1 + 2\n3\nvm>")
    }
  }

  @Test func textPastedDuringWorkIsKeptForTheNextEntry() async throws {
    try await withShell { shell in
      try await shell.enter(
        "domain web { memory = 64MiB }; wait web for web.state == \"stopped\" within 10s")
      try await shell.expect("for a condition of web")
      try await shell.paste("let a = 1\nprint a\n")
      try await shell.expectEnd("\nvm> let a = 1\nprint a")
    }
  }

  @Test func bytesThatAreNotUTF8TakeNothingAlong() async throws {
    try await withShell { shell in
      for bytes in [[0xE9], [0xFF], [0xF0, 0x9F], [0xC3], [0x80]] as [[UInt8]] {
        try await shell.press("C-l")
        // The Enter behind them runs the entry, and the quote closes the text.
        try await shell.send(
          Array("len(\"ab".utf8) + bytes + Array("\")".utf8) + bytes + [0x7F, 0x0D])
        try await shell.expect("\n3")
        try await shell.send(bytes)
        try await shell.press("C-c")
        try await shell.enter("40 + 2")
        try await shell.expectEnd("\n42\nvm>")
      }
      try await shell.press("C-l")
      let paste = Array((Self.start + "1 +").utf8) + [0x20, 0xE9] + Array(Self.end.utf8)
      try await shell.send(paste)
      try await shell.expectEnd("vm> 1 + \u{FFFD}")
      try await shell.press("BSpace")
      try await shell.enter("1")
      try await shell.expectEnd("\n2\nvm>")
    }
  }

  @Test func hundredsOfLinesAreDrawnOnce() async throws {
    let folder = try ScratchFolder()
    let record = folder.url.appendingPathComponent("record")
    try await withShell { shell in
      try await shell.record(to: record)
      try await shell.paste("let rows = [\n" + (0..<500).map { "  \($0),\n" }.joined() + "]\n")
      try await shell.expectEnd("  498,\n  499,\n]", cursor: (1, 0))
      let written = try Data(contentsOf: record).count
      // The screen takes 3 kilobytes, each of the 4,000 characters drawn would take megabytes.
      #expect(written < 100_000)
      try await shell.press("Enter")
      try await shell.enter("len(rows)")
      try await shell.expectEnd("\n500\nvm>")
    }
  }
}
