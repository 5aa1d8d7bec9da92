import Testing

/// The display of completions.
@Suite(.enabled(if: ShellScreen.isAvailable)) struct CompletionTests {
  @Test func tabPutsInWhatIsCommonAndThenLists() async throws {
    try await withShell { shell in
      try await shell.type("domain web { on_p")
      try await shell.press("Tab")
      try await shell.expectEnd("vm> domain web { on_poweroff =", cursor: (31, 0))
      try await shell.press("C-c")
      try await shell.type("domain web { m")
      try await shell.press("Tab")
      try await shell.expectEnd("vm> domain web { m", cursor: (18, 0))
      try await shell.press("Tab")
      try await shell.expect("vm> domain web { m\n  machine  string: Machine type")
      try await shell.expectColored("  machine  [2mstring: Machine type")
      // The list goes with the next key and leaves the entry as it was.
      try await shell.type("e")
      try await shell.expectEnd("vm> domain web { me", cursor: (19, 0))
    }
  }

  @Test func valuesAndTargetsAreWhatIsDeclaredOrOnTheHost() async throws {
    try await withShell { shell in
      try await shell.type("domain web { nic { net = ")
      try await shell.press("Tab")
      try await shell.expectEnd("vm> domain web { nic { net = \"default\"")
      try await shell.press("C-c")
      try await shell.enter("net lab { subnet = 10.9.0.0/24, mode = isolated }")
      try await shell.expect("1 created")
      try await shell.type("domain web { nic { net = ")
      try await shell.press("Tab")
      try await shell.expect("\n  lab  ")
      try await shell.expect("\n  \"default\"  net")
      try await shell.press("C-c")
      try await shell.type("stop te")
      try await shell.press("Tab")
      try await shell.expectEnd("vm> stop \"test\"")
      try await shell.press("C-c")
      try await shell.type("domain(\"test\").sta")
      try await shell.press("Tab")
      try await shell.expectEnd("vm> domain(\"test\").state")
    }
  }

  @Test func membersOfAMachineOfTheHostAreOffered() async throws {
    try await withShell { shell in
      try await shell.type("domain(\"test\").")
      try await shell.press("Tab")
      try await shell.expect("vm> domain(\"test\").\n")
      for member in ["ip", "name", "state"] { try await shell.expect("\n  \(member) ") }
      // Only what begins like this is left.
      try await shell.type("na")
      try await shell.press("Tab")
      try await shell.expectEnd("vm> domain(\"test\").name")
    }
  }

  @Test func anImageIsOneThatIsDeclared() async throws {
    try await withShell { shell in
      try await shell.enter("image golden { size = 1MiB }; net lab { mode = isolated }")
      try await shell.expect("shell: 2 created")
      try await shell.type("domain web { disk { image = ")
      try await shell.press("Tab")
      try await shell.expectEnd("vm> domain web { disk { image = golden")
      try await shell.press("C-c")
      try await shell.enter("image silver { size = 1MiB }")
      try await shell.expect("shell: 1 created")
      try await shell.type("domain web { disk { image = ")
      try await shell.press("Tab")
      try await shell.expect("\n  golden ")
      try await shell.expect("\n  silver ")
      #expect(try await !shell.rows.contains { $0.hasPrefix("  lab ") })
    }
  }

  @Test func wordsStandInColumns() async throws {
    try await withShell { shell in
      try await shell.type(":load Sources/VMScript")
      try await shell.press("Tab", "Tab")
      try await shell.expect("vm> :load Sources/VMScript\n  Sources/VMScript/ ")
      let rows = try await shell.rows.drop { !$0.hasPrefix("vm>") }.dropFirst()
      #expect(rows.first?.contains(/^  Sources\/VMScript\/ +Sources\/VMScript/) == true)
      try await shell.press("C-c")
      try await shell.expectEnd("vm> :load Sources/VMScript\nvm>")
    }
  }

  @Test func aLongListIsCutToTheScreenAndCounted() async throws {
    try await withShell(columns: 80, rows: 10) { shell in
      try await shell.enter("domain web {")
      try await shell.press("Tab")
      try await shell.expect("vm> domain web {\n\n  title ")
      let last = try await shell.rows.last { !$0.isEmpty }
      #expect(last?.contains(/^  … \d+ more$/) == true)
      try await shell.type("t")
      try await shell.expectEnd("vm> domain web {\n  t", cursor: (3, 0))
    }
  }

  @Test func tabCorrectsTheIndentation() async throws {
    try await withShell { shell in
      try await shell.enter("domain web {")
      try await shell.press("BSpace", "M-Enter", "Up", "Home", "Delete", "Delete", "Tab")
      try await shell.type("cpus = 1")
      try await shell.expect("vm> domain web {\n  cpus = 1")
    }
  }
}
