import Foundation
import Testing

/// Several lines as one entry.
@Suite(.enabled(if: ShellScreen.isAvailable)) struct EditingTests {
  @Test func arrowsMoveThroughTheLinesAndAtTheirEdgeThroughHistory() async throws {
    try await withShell { shell in
      try await shell.enter("1 + 1")
      try await shell.enter("let sizes = {")
      try await shell.enter("small: 1,")
      try await shell.type("large: 9")
      try await shell.expectEnd("vm> let sizes = {\n  small: 1,\n  large: 9", cursor: (10, 0))
      try await shell.press("Up", "Home")
      try await shell.type("tiny: 0, ")
      try await shell.expectEnd("\ntiny: 0,   small: 1,\n  large: 9", cursor: (9, 1))
      try await shell.press("Up", "Up")
      try await shell.expectEnd(
        "\nvm> let sizes = {\ntiny: 0,   small: 1,\n  large: 9", cursor: (9, 2))
      try await shell.press("C-c")
      try await shell.press("Up")
      try await shell.expectEnd("\nvm> 1 + 1", cursor: (9, 0))
      try await shell.press("Down")
      try await shell.expectEnd("\nvm>", cursor: (4, 0))
    }
  }

  @Test func enterWithinACompleteEntryRunsIt() async throws {
    try await withShell { shell in
      try await shell.enter("let pair = [")
      try await shell.enter("1,")
      try await shell.type("2]")
      try await shell.press("Up", "Up", "Home", "Enter")
      try await shell.expectEnd("vm> let pair = [\n  1,\n  2]\nvm>")
      try await shell.enter("len(pair)")
      try await shell.expectEnd("\n2\nvm>")
    }
  }

  @Test func nothingIsAnEntryToo() async throws {
    try await withShell { shell in
      try await shell.press("Enter")
      try await shell.expectEnd("\nvm>\nvm>")
      try await shell.type("  ")
      try await shell.press("Enter", "M-Enter", "Enter")
      try await shell.enter("1 +")
      try await shell.press("2", "M-Enter", "Enter")
      try await shell.expectEnd("vm> 1 +\n2\n\n3\nvm>")
    }
  }

  @Test func altEnterOpensALineInAnyCase() async throws {
    try await withShell { shell in
      try await shell.type("let a = 1")
      try await shell.press("M-Enter")
      try await shell.type("let b = f({})")
      try await shell.press("Left", "Left", "M-Enter")
      try await shell.expectEnd("vm> let a = 1\nlet b = f({\n})", cursor: (0, 0))
      try await shell.press("M-Enter", "Up")
      try await shell.type("x: 1")
      try await shell.expectEnd("let b = f({\nx: 1\n})", cursor: (4, 1))
    }
  }

  @Test func closingBracketsStandWhereTheirLineBegins() async throws {
    try await withShell { shell in
      try await shell.enter("domain web {")
      try await shell.enter("nic {")
      try await shell.enter("net = max([")
      try await shell.type("1])")
      try await shell.expectEnd("vm> domain web {\n  nic {\n    net = max([\n      1])")
      try await shell.press("BSpace", "BSpace", "Enter")
      try await shell.type("])")
      try await shell.expectEnd("\n      1\n    ])")
      try await shell.press("Enter")
      try await shell.type("}")
      try await shell.expectEnd("\n    ])\n  }")
    }
  }

  @Test func keysCutMoveAndPutBackWithinALine() async throws {
    try await withShell { shell in
      try await shell.type("one two")
      try await shell.press("M-Enter")
      try await shell.type("three four")
      try await shell.press("C-a")
      try await shell.expectEnd("vm> one two\nthree four", cursor: (0, 0))
      try await shell.press("C-Right")
      try await shell.expectEnd("\nthree four", cursor: (5, 0))
      try await shell.press("C-k")
      try await shell.expectEnd("vm> one two\nthree", cursor: (5, 0))
      try await shell.press("C-a", "C-y", "C-e")
      try await shell.expectEnd("vm> one two\n fourthree", cursor: (10, 0))
      try await shell.press("C-Left", "Delete")
      try await shell.expectEnd("vm> one two\n ourthree", cursor: (1, 0))
      try await shell.press("C-Left", "C-Left", "C-Left")
      try await shell.expectEnd("vm> one two\n ourthree", cursor: (8, 1))
      try await shell.press("C-w")
      try await shell.expectEnd("vm> two\n ourthree", cursor: (4, 1))
      try await shell.press("C-e", "C-u")
      try await shell.expectEnd("vm>\n ourthree", cursor: (4, 1))
      try await shell.press("C-k")
      try await shell.expectEnd("vm>  ourthree", cursor: (4, 0))
    }
  }

  @Test func deletingOverALinesEdgeTiesTwoTogether() async throws {
    try await withShell { shell in
      try await shell.enter("domain web {")
      try await shell.expectEnd("vm> domain web {", cursor: (2, -1))
      try await shell.press("BSpace", "BSpace")
      try await shell.expectEnd("vm> domain web {", cursor: (16, 0))
      try await shell.press("Enter")
      try await shell.type("cpus = 2")
      try await shell.press("Up", "End", "Delete", "Delete", "Delete")
      try await shell.expectEnd("vm> domain web {cpus = 2", cursor: (16, 0))
      try await shell.press("Left", "Right", "Right")
      try await shell.expectEnd("vm> domain web {cpus = 2", cursor: (17, 0))
    }
  }

  @Test func changesAreUndone() async throws {
    try await withShell { shell in
      try await shell.type("let first = 1")
      try await shell.press("M-Enter")
      try await shell.type("second")
      try await shell.press("C-u")
      try await shell.expectEnd("vm> let first = 1", cursor: (0, -1))
      try await shell.press("C-_")
      try await shell.expectEnd("vm> let first = 1\nsecond", cursor: (6, 0))
      try await shell.press("C-_", "C-_")
      try await shell.expectEnd("vm> let first = 1", cursor: (17, 0))
      try await shell.press("C-_", "C-_")
      try await shell.expectEnd("vm> let first", cursor: (13, 0))
      try await shell.press("M-/")
      try await shell.expectEnd("vm> let first =", cursor: (15, 0))
    }
  }

  @Test func keysWithoutMeaningTypeNothing() async throws {
    try await withShell { shell in
      try await shell.type("ab")
      try await shell.press("F5", "PPage", "IC", "S-Up", "C-M-a", "C-z", "C-g", "C-o", "C-Space")
      try await shell.send("\u{1B}[<0;3;4M\u{1B}[[B\u{1B}[I")
      // An Escape of its own does not make text of the arrow behind it.
      try await shell.press("Escape")
      try await shell.press("Left")
      try await shell.type("c")
      try await shell.expectEnd("vm> acb", cursor: (6, 0))
    }
  }

  @Test func charactersOfSeveralColumnsAndMarksAreOneStepEach() async throws {
    try await withShell { shell in
      try await shell.type("漢字e\u{301}x👩\u{200D}💻!")
      try await shell.expectEnd("vm> 漢字e\u{301}x👩\u{200D}💻!", cursor: (13, 0))
      try await shell.press("Left", "Left")
      try await shell.expectEnd("!", cursor: (10, 0))
      try await shell.press("Left", "Left")
      try await shell.expectEnd("!", cursor: (8, 0))
      try await shell.press("Left", "Right")
      try await shell.expectEnd("!", cursor: (8, 0))
      try await shell.press("BSpace")
      try await shell.expectEnd("vm> 漢e\u{301}x👩\u{200D}💻!", cursor: (6, 0))
      try await shell.press("Delete")
      try await shell.expectEnd("vm> 漢x👩\u{200D}💻!", cursor: (6, 0))
      try await shell.press("Right", "Delete", "End", "BSpace")
      try await shell.expectEnd("vm> 漢x", cursor: (7, 0))
    }
  }

  @Test func aLineOfThousandsOfCharactersIsEdited() async throws {
    try await withShell(columns: 80, rows: 24) { shell in
      let numbers = (0..<1_250).map { "\(1_000 + $0)" }.joined(separator: ",")
      try await shell.paste("len([\(numbers)])")
      try await shell.expectEnd("2248,2249])")
      try await shell.press("Left", "Left")
      try await shell.type(",1")
      try await shell.expectEnd("2248,2249,1])")
      try await shell.press("C-a")
      try await shell.expect("vm> len([1000,1001,")
      try await shell.press("C-Right", "Right", "Right")
      try await shell.type("7,")
      try await shell.expect("vm> len([7,1000,1001,")
      try await shell.press("Enter")
      try await shell.expectEnd("2248,2249,1])\n1252\nvm>")
    }
  }

  @Test func anEntryHigherThanTheScreenShowsWhereOneIs() async throws {
    try await withShell(columns: 40, rows: 8) { shell in
      let lines = (1...30).map { "  \($0)," }.joined(separator: "\n")
      try await shell.paste("let rows = [\n\(lines)\n]")
      try await shell.expectEnd(
        "  24,\n  25,\n  26,\n  27,\n  28,\n  29,\n  30,\n]", cursor: (1, 0))
      for _ in 0..<31 { try await shell.press("Up") }
      try await shell.expectEnd(
        "vm> let rows = [\n  1,\n  2,\n  3,\n  4,\n  5,\n  6,\n  7,", cursor: (4, 7))
      try await shell.press("Down", "End")
      try await shell.type("8,")
      try await shell.expect("vm> let rows = [\n  1,8,\n  2,")
      try await shell.press("Enter")
      try await shell.expectEnd("  29,\n  30,\n]\nvm>")
      try await shell.enter("len(rows)")
      try await shell.expectEnd("\n31\nvm>")
    }
  }

  @Test func theScreenIsClearedAndTheEntryStays() async throws {
    try await withShell { shell in
      try await shell.enter("let a = [")
      try await shell.type("1]")
      try await shell.press("C-l")
      try await shell.expectEnd("vm> let a = [\n  1]", cursor: (4, 0))
      let first = try await shell.rows.first
      #expect(first == "vm> let a = [")
    }
  }
}
