import Testing

/// Colours, and what the shell suggests.
@Suite(.enabled(if: ShellScreen.isAvailable)) struct HighlightingTests {
  @Test func inputIsColoured() async throws {
    try await withShell { shell in
      try await shell.type("let size = 2GiB + f(\"x\") # why")
      try await shell.expectColored(
        "[35mlet[39m size = [36m2GiB[39m + f([32m\"x\"[39m) [2m# why")
      try await shell.press("C-c")
      try await shell.type(":help domain")
      try await shell.expectColored("[35m:help[39m domain")
      try await shell.press("C-c")
      try await shell.enter("domain web {")
      try await shell.type("net = lab")
      try await shell.expectColored("[35mdomain[39m web {\n  net = lab")
    }
  }

  @Test func mistakesAreUnderlined() async throws {
    try await withShell { shell in
      try await shell.type("let a = ) 1")
      try await shell.expectColored("[4m")
      try await shell.press("C-c")
      // What is only not complete is no mistake.
      try await shell.type("let b = [1,")
      try await shell.expectEnd("\nvm> let b = [1,")
      let last = try await shell.colored.split(separator: "\n").last { $0.contains("b =") }
      #expect(last?.contains("[4m") == false)
      try await shell.press("C-c")
      try await shell.type("let c = \"open")
      try await shell.expectColored("[31m\"open")
    }
  }

  @Test func anEarlierEntryIsSuggestedAndTaken() async throws {
    try await withShell { shell in
      try await shell.enter("let answer = 6 * 7")
      try await shell.expectEnd("7\nvm>")
      try await shell.type("le")
      try await shell.expectColored("vm> [0m[39mle[2mt answer = 6 * 7")
      try await shell.press("M-f", "M-f")
      try await shell.expectEnd("vm> let answer = 6 * 7", cursor: (14, 0))
      try await shell.press("Right")
      try await shell.expectEnd("vm> let answer = 6 * 7", cursor: (22, 0))
      try await shell.press("C-u")
      try await shell.type("let an")
      try await shell.press("C-e")
      try await shell.expectEnd("vm> let answer = 6 * 7", cursor: (22, 0))
      try await shell.press("C-u")
      try await shell.type("let an")
      try await shell.press("End", "C-u")
      try await shell.type("let b")
      try await shell.expectEnd("vm> let b", cursor: (9, 0))
      // What is suggested stays out of what is run.
      try await shell.press("C-u")
      try await shell.enter("let answer = 6")
      try await shell.enter("answer")
      try await shell.expectEnd("vm> let answer = 6\nvm> answer\n6\nvm>")
    }
  }

  @Test func ofSeveralLinesTheFirstIsShown() async throws {
    try await withShell { shell in
      try await shell.enter("let list = [")
      try await shell.enter("1]")
      try await shell.expectEnd("1]\nvm>")
      try await shell.type("let l")
      try await shell.expectEnd("vm> let list = [ …", cursor: (9, 0))
      try await shell.press("Right")
      try await shell.expectEnd("vm> let list = [\n  1]", cursor: (4, 0))
    }
  }
}
