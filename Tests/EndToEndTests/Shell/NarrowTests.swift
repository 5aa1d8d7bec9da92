import Foundation
import TestSupport
import Testing

/// Windows that are narrow, and become so.
@Suite(.enabled(if: ShellScreen.isAvailable)) struct NarrowTests {
  @Test func anEntryIsWholeAfterEachResize() async throws {
    let folder = try ScratchFolder()
    let record = folder.url.appendingPathComponent("record")
    try await withShell(columns: 60, rows: 20) { shell in
      try await shell.record(to: record)
      /// Makes the window as wide as this, and waits until the shell has drawn anew: the terminal
      /// itself breaks rows so that they look alike.
      func resize(_ columns: Int) async throws {
        func drawings() throws -> Int {
          String(decoding: try Data(contentsOf: record), as: UTF8.self)
            .components(separatedBy: "\u{1B}[J").count
        }
        let before = try drawings()
        try await shell.resize(columns: columns)
        while try drawings() == before { try await Task.sleep(for: .milliseconds(50)) }
      }
      // A terminal may remove rows at its top, not at its end.
      try await shell.enter("for n in 1...20 { print n }")
      try await shell.enter("20GiB / 8GiB")
      try await shell.expectEnd("\n2.5\nvm>")
      try await shell.enter("let big = {")
      try await shell.type(#"a: "wörld 漢字 and more", b: [1, 2, 3, 4, 5]"#)
      let wide = "2.5\nvm> let big = {\n  a: \"wörld 漢字 and more\", b: [1, 2, 3, 4, 5]"
      try await shell.expectEnd(wide, cursor: (46, 0))
      let narrow =
        "2.5\nvm> let big = {\n  a: \"wörld 漢字 and\n more\", b: [1, 2, 3,\n 4, 5]"
      for _ in 0..<2 {
        try await resize(20)
        try await shell.expectEnd(narrow, cursor: (6, 0))
        try await resize(60)
        try await shell.expectEnd(wide, cursor: (46, 0))
      }
      // In the middle of the entry too, and when it has been left by several sizes at once.
      try await shell.press("Up", "End")
      try await shell.expectEnd(wide, cursor: (15, 1))
      try await shell.resize(columns: 45)
      try await shell.resize(columns: 33)
      try await resize(20)
      try await shell.expectEnd(narrow, cursor: (15, 3))
      try await resize(60)
      try await shell.expectEnd(wide, cursor: (15, 1))
      try await shell.press("Down", "End")
      try await shell.type("}")
      try await shell.press("Enter")
      try await shell.expectEnd("5]}\nvm>")
    }
  }

  @Test func theListBelowAnEntryLeavesNothingBehind() async throws {
    try await withShell(columns: 80, rows: 20) { shell in
      try await shell.type("domain web { on_")
      try await shell.press("Tab", "Tab")
      try await shell.expect("vm> domain web { on_\n  on_poweroff  ")
      try await shell.resize(columns: 24)
      try await shell.expectEnd("vm> domain web { on_\n  on_poweroff\n  on_reboot\n  on_crash")
      try await shell.type("c")
      try await shell.expectEnd("vm> domain web { on_c", cursor: (21, 0))
      try await shell.resize(columns: 80)
      try await shell.expectEnd("vm> domain web { on_c", cursor: (21, 0))
    }
  }

  @Test func allFitsIntoTwentyColumns() async throws {
    try await withShell(columns: 20, rows: 40) { shell in
      try await shell.enter("domain web { cpus = 2 }")
      try await shell.expect("vm> domain web { cpu\ns = 2 }\n+ domain web")
      try await shell.expect("1 created")
      try await shell.type("d")
      try await shell.expectEnd("vm> domain web { c…", cursor: (5, 0))
      try await shell.press("C-c")
      try await shell.type("web.st")
      try await shell.press("Tab")
      try await shell.expectEnd("vm> web.state", cursor: (13, 0))
      try await shell.press("Enter")
      try await shell.expectEnd("\n\"running\"\nvm>")
      try await shell.enter("domain web { memroy = 1 }")
      try await shell.expect("help: did you me\nan `memory`?")
      try await shell.enter("1 + 1")
      try await shell.expectEnd("vm> 1 + 1\n2\nvm>")
      for row in try await shell.rows { #expect(row.count <= 20) }
    }
  }

  @Test func aWindowOfAFewRowsIsUsable() async throws {
    try await withShell(columns: 40, rows: 10) { shell in
      try await shell.resize(columns: 10, rows: 3)
      try await shell.enter("let a = [")
      try await shell.enter("1, 2, 3, 4, 5, 6,")
      try await shell.press("Tab", "Tab", "Up", "Up", "Home", "Down", "Down")
      try await shell.type("7,]")
      try await shell.press("Enter")
      try await shell.enter("len(a)")
      try await shell.expectEnd("\n7\nvm>")
      try await shell.resize(columns: 1, rows: 1)
      try await shell.type("le")
      try await shell.press("Tab", "Tab", "C-r", "C-g", "C-c")
      try await shell.resize(columns: 40, rows: 10)
      try await shell.enter("2 + 2")
      try await shell.expectEnd("\n4\nvm>")
    }
  }

  @Test func progressIsRedrawnAfterAResize() async throws {
    try await withShell(columns: 80, rows: 20) { shell in
      try await shell.enter(
        "domain web { memory = 64MiB }; wait web for web.state == \"stopped\" within 10m")
      try await shell.expect("for a condition of web")
      try await shell.resize(columns: 24)
      try await shell.resize(columns: 50)
      try await shell.press("C-c")
      try await shell.expectEnd("\nvm>")
      try await shell.type("let a = 1")
      try await shell.expectEnd("\nvm> let a = 1", cursor: (13, 0))
      let spinners = try await shell.rows.filter { row in row.contains { "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏".contains($0) }
      }
      #expect(spinners.isEmpty)
    }
  }
}
