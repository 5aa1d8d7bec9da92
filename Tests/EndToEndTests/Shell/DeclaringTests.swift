import Foundation
import TestSupport
import Testing

extension ShellTests {
  /// Declarations that are repeated, fail, or are withdrawn.
  @Suite struct DeclaringTests {
    @Test func aSourceThatIsDeclaredAgainChangesItsClones() async throws {
      try await withShell { shell in
        try await shell.enter("domain base { memory = 64MiB, state = stopped }")
        try await shell.expect("1 created")
        try await shell.enter("clone base as copy { title = \"a copy\" }")
        try await shell.expect("✓ domain copy  created")
        try await shell.enter("domain base { memory = 96MiB, state = stopped }")
        try await shell.expect("~ domain base  memory 64MiB → 96MiB")
        try await shell.expect("~ domain copy  clone of base  memory 64MiB → 96MiB")
        try await shell.expect("shell: 2 updated")
        try await shell.enter("copy.memory")
        try await shell.expect("vm> copy.memory\n96MiB\nvm>")
      }
    }

    @Test func completedAndOpenChangesAreReported() async throws {
      try await withShell { shell in
        try await shell.enter("domain a { memory = 64MiB, state = stopped }")
        try await shell.expect("shell: 1 created")
        // libvirt refuses a disk of no type that it knows.
        try await shell.enter("domain x { memory = 64MiB }")
        try await shell.expect("✓ domain x  created")
        try await shell.paste(
          """
          domain x { memory = 64MiB, xml '/domain/devices' { append = "<disk type='x'/>" } }
          domain a { memory = 96MiB, state = stopped }
          domain b { memory = 64MiB, xml '/domain/devices' { append = "<disk type='x'/>" } }
          clone b as c { }
          """)
        try await shell.press("Enter")
        try await shell.expect("✓ domain a  updated")
        try await shell.expect("✗ domain b  failed")
        try await shell.expect("- domain c  skipped: b failed")
        try await shell.expect("not applied, so not declared: domain b, domain c")
        try await shell.expect("not applied, so still declared as before: domain x")
        try await shell.expect("shell: failed: 1 updated, 2 failed, 1 skipped in")
        try await shell.press("C-l")
        try await shell.enter("a.memory; b.memory")
        try await shell.expect("\n96MiB\n")
        try await shell.expect("domain \"b\" is not declared, so it has no `memory`")
      }
    }

    @Test func aFailedCheckTakesBackWhatItStoodBeside() async throws {
      try await withShell { shell in
        try await shell.enter("domain a { memory = 64MiB }; check 1 == 2")
        try await shell.expect("error[VM0313]")
        try await shell.expect("not applied, so not declared: domain a\nvm>")
      }
    }

    @Test func aDeletedNameIsFreeUntilItIsDeclaredAgain() async throws {
      try await withShell { shell in
        try await shell.enter("domain x { memory = 64MiB }")
        try await shell.expect("1 created")
        try await shell.enter("delete x")
        try await shell.expect("delete x? [y/N]")
        try await shell.enter("y")
        try await shell.expect("✓ delete x")
        try await shell.enter("x.state")
        try await shell.expect("error[VM0706]: there is no domain `x`")
        try await shell.press("C-l")
        try await shell.enter("domain x { memory = 64MiB }")
        try await shell.expect("shell: 1 created")
        try await shell.enter("x.state")
        try await shell.expect("vm> x.state\n\"running\"\nvm>")
      }
    }

    @Test func deletionsNeedConfirmation() async throws {
      try await withShell { shell in
        try await shell.enter("domain a { memory = 64MiB }; domain b { memory = 64MiB }")
        try await shell.expect("2 created")
        for answer in ["", "n", "nein", "x"] {
          try await shell.press("C-l")
          try await shell.enter("delete [a, b]")
          try await shell.expect("delete a, b? [y/N]")
          try await shell.enter(answer)
          try await shell.expect("refused: nothing was changed in")
        }
        try await shell.press("C-l")
        try await shell.enter("delete a")
        try await shell.expect("delete a? [y/N]")
        try await shell.press("C-c")
        try await shell.expect("refused: nothing was changed")
        try await shell.enter("a.state + b.state")
        try await shell.expect("\n\"runningrunning\"\nvm>")
        // What is another's, or is not there, is not asked about.
        try await shell.enter("delete \"test\"")
        try await shell.expect("error[VM0707]: the stack `shell` does not own `test`")
        try await shell.enter("delete \"nobody\"")
        try await shell.expect("✓ delete nobody")
        let screen = try await shell.rows.joined(separator: "\n")
        #expect(!screen.contains("delete test?") && !screen.contains("delete nobody?"))
      }
    }

    @Test func yesIsGivenForAllDeletionsAtTheStart() async throws {
      try await withShell(["--yes"]) { shell in
        try await shell.enter("domain a { memory = 64MiB }; delete a")
        try await shell.expect("✓ delete a")
        let screen = try await shell.rows.joined(separator: "\n")
        #expect(!screen.contains("[y/N]"))
      }
    }

    @Test func removalsOfADeclarationAreShownFirst() async throws {
      try await withShell(columns: 120) { shell in
        try await shell.enter(
          "domain t1 { memory = 64MiB, state = stopped, disk { size = 1GiB }, nic { net = \"default\" } }"
        )
        try await shell.expect("1 created")
        try await shell.enter("domain t1 { memory = 32MiB, state = stopped, disk { size = 1GiB } }")
        try await shell.expect("this declaration of domain t1 omits nic { net = ")
        try await shell.expect("Continue? [y/N]")
        try await shell.enter("n")
        try await shell.expect("refused: nothing was changed")
        try await shell.press("C-l")
        try await shell.enter("domain t1 { memory = 32MiB, state = stopped }")
        try await shell.expect("omits disk { size = 1GiB }, nic { net = ")
        try await shell.expect(
          "to keep it, add it to the declaration: domain t1 { …, disk { size = 1GiB }, nic")
        try await shell.expect("1 change loses data. Continue? [y/N]")
        try await shell.enter("n")
        try await shell.expect("refused: nothing was changed")
        try await shell.enter("t1.memory")
        try await shell.expectEnd("\n64MiB\nvm>")
        // A session that has not declared it knows from the host what goes.
        try await shell.enter(":reset")
        try await shell.press("C-l")
        try await shell.enter("domain t1 { memory = 32MiB, state = stopped }")
        try await shell.expect("this declaration of domain t1 omits disk { … }, nic { … }")
        try await shell.expect("Continue? [y/N]")
        try await shell.enter("n")
        try await shell.expect("refused: nothing was changed")
      }
    }

    @Test func aSavedScriptHasNoSecretsAndIsInEffect() async throws {
      let folder = try ScratchFolder()
      let file = folder.url.appendingPathComponent("lab.vmscript")
      let secrets = ["VMSCRIPT_BASE_VNC_PASSWORD": "geheim"]
      try await withShell(columns: 120, environment: secrets) { shell in
        try await shell.enter("net lab { subnet = 10.9.0.0/24, mode = isolated }")
        try await shell.expect("1 created")
        try await shell.enter(
          "domain base { nic { net = lab }, vnc { password = \"geheim\" }, state = stopped }")
        try await shell.expect("✓ domain base  created")
        try await shell.enter("clone base as \"copy-1\" { memory = 64MiB, remove nic 1 }")
        try await shell.expect("✓ domain copy-1  created")
        try await shell.enter("domain gone { memory = 64MiB }; delete gone")
        try await shell.expect("delete gone? [y/N]")
        try await shell.enter("yes")
        try await shell.expect("✓ delete gone")
        try await shell.enter("domain never { memory = 64MiB }; check false")
        try await shell.expect("not declared: domain never")
        try await shell.enter(":save \(file.path)")
        try await shell.enter(":reset")
        try await shell.press("C-l")
        try await shell.enter(":load \(file.path)")
        try await shell.expect("\nnothing to change\nvm>")
      }
      let text = try String(contentsOf: file, encoding: .utf8)
      #expect(!text.contains("geheim") && !text.contains("gone") && !text.contains("never"))
      #expect(text.contains("clone base as \"copy-1\" {\n  remove nic 1\n  memory = 64MiB\n}"))
      #expect(text.contains("    net = lab\n"))
    }
  }
}
