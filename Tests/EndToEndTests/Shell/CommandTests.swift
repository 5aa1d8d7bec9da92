import Foundation
import TestSupport
import Testing

extension ShellTests {
  /// Commands of the shell, and its help.
  @Suite struct CommandTests {
    @Test func helpBeginsWithWhatToDoFirst() async throws {
      try await withShell { shell in
        try await shell.enter(":help")
        try await shell.expect("  net lab { subnet = 10.10.0.0/24 }")
        try await shell.expect(":help domain")
      }
    }

    @Test(arguments: [
      ("title", "title of domain: string"), ("disk", "Properties of disk"), ("len", "→ 3"),
      ("wait", "wait TARGET for WHAT within TIME"), (":xml", "  :xml test"),
      ("ssh", ":ssh root@web"),
      ("clone", "clone SOURCE as NAME"), ("functions", "len(VALUE)"),
    ])
    func helpTellsOf(_ topic: String, _ line: String) async throws {
      try await withShell(rows: 60) { shell in
        try await shell.enter(":he \(topic)")
        try await shell.expect(line)
      }
    }

    @Test func helpKnowsWhatIsMeant() async throws {
      try await withShell { shell in
        try await shell.enter(":help memroy")
        try await shell.expect("help: did you mean `:help memory`?")
      }
    }

    /// Those that need a guest, a file or another host, and the one that leaves, are seen elsewhere.
    @Test func theExampleOfACommandRuns() async throws {
      try await withShell(columns: 100, rows: 60) { shell in
        try await shell.enter(":set pager off")
        try await shell.enter(":help commands")
        try await shell.expect(":save FILE")
        let names = try await shell.rows.filter { $0.hasPrefix("  :") }
          .compactMap { $0.split(separator: " ").first.map(String.init) }
        #expect(names.count > 15)
        let elsewhere = [":console", ":ssh", ":screenshot", ":load", ":save", ":quit", ":set"]
        for name in names where !elsewhere.contains(name) {
          try await shell.press("C-l")
          try await shell.enter(":help \(name)")
          let text = try await shell.expect(startingWith: "  \(name)")
          try await shell.press("C-l")
          try await shell.enter(text.trimmingCharacters(in: .whitespaces))
          try await shell.enter("40 + 2")
          try await shell.expect("\n42")
          let screen = try await shell.rows.joined(separator: "\n")
          #expect(!screen.contains("error["), "\(screen)")
        }
      }
    }

    @Test(arguments: [
      (":nothing", "there is no command `:nothing`"), (":lst", "did you mean `:list`?"),
      (":s x", "`:s` is ambiguous"), (":show", "`:show` needs a name"),
      (":plan maybe", "`:plan` takes `on` or `off`, not `maybe`"),
      (":reset all", "`:reset` takes no argument"),
      (":set colour on", "there is no setting `colour`"),
      (":set plan maybe", "not `maybe`"),
      (":show nobody", "no object on the host has the name `nobody`"),
      (":load /nowhere", "cannot read `/nowhere`"), (":load /tmp", "cannot read `/tmp`"),
      (":save /nowhere/x", "cannot write `/nowhere/x`"),
      (":stack a/b", "cannot be the name of a stack"),
      (":console nobody", "no object on the host has the name `nobody`"),
      (":console test", "has no console"),
      (":ssh nobody", "no object on the host has the name"),
      (":xml nobody", "no object on the host"),
      ("list", "write the command with a colon: `:list`"),
      ("ls", "with a colon: `:list`"), ("exit", "with a colon: `:quit`"),
      ("?", "with a colon: `:help"), ("show test", "with a colon: `:show NAME`"),
      ("help memory", "with a colon: `:help"),
      ("start web-1", "a name with a hyphen is a string: write `\"web-1\"`"),
      ("t1.memory = 128MiB", "to change a resource, repeat its whole declaration"),
      ("n.subnet = 10.0.0.0/24", "names and members cannot be assigned to"),
      ("status", "preview changes with `:plan on`"),
      ("destroy", "vmscript destroy --stack NAME"), ("clear", "press Ctrl-L"),
      ("web-1", "put a name with a hyphen in quotes"),
      ("web-1.memory", "put a name with a hyphen in quotes"),
      ("domain(web-1)", "put a name with a hyphen in quotes"),
      ("start t1", "name a domain that the script does not declare by a string: `\"t1\"`"),
      (":type", "`:type` needs an expression"), (":type 1 +", "error[VM0101]"),
    ])
    func impossibleCommandsAreReported(_ entry: String, _ message: String) async throws {
      try await withShell { shell in
        try await shell.enter(entry)
        try await shell.expect(message)
        try await shell.enter("1 + 1")
        try await shell.expect("\n2\nvm>")
      }
    }

    @Test func settingsAreListedAndChanged() async throws {
      try await withShell { shell in
        try await shell.enter(":set")
        try await shell.expect("plan     off  Show what entries would change")
        try await shell.enter(":set time on")
        try await shell.expect("time is on")
        try await shell.enter("1 + 1")
        try await shell.expect("\n2\n0.")
        try await shell.enter(":time off")
        try await shell.expect("time is off\nvm>")
      }
    }

    @Test func longOutputIsPaged() async throws {
      try await withShell(rows: 10) { shell in
        try await shell.enter(":help functions")
        try await shell.expect("-- more")
        try await shell.press("Space")
        try await shell.expect("  float(VALUE)")
        try await shell.press("Enter")
        try await shell.expect("  string(VALUE)")
        try await shell.press("q")
        try await shell.enter("1 + 1")
        try await shell.expect("\n2\nvm>")
        try await shell.enter(":set pager off")
        try await shell.enter(":help functions")
        try await shell.expect("domain(NAME)             The domain of this name")
      }
    }

    @Test func aPictureOfTheGuestIsAFileOfItsOwn() async throws {
      let folder = try ScratchFolder()
      let path = folder.file("test.png")
      try await withShell(columns: 200) { shell in
        try await shell.enter(":screenshot test \(path)")
        try await shell.expect("wrote \(path)")
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        #expect(bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]))
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode == 0o600)
        try await shell.enter(":screenshot test \(path)")
        try await shell.expect("cannot write `\(path)`")
      }
    }

    @Test func sshIsGivenTheTerminalAndTheAddress() async throws {
      let folder = try ScratchFolder()
      let ssh = try folder.write(
        "ssh", "#!/bin/sh\necho \"$@\"; read line; echo \"read $line\"; exit 3\n")
      try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: ssh)
      try await withShell(environment: ["PATH": "\(folder.path):/usr/bin:/bin"]) { shell in
        try await shell.enter(":ssh root@test uname -a")
        try await shell.expect(
          "-o HostKeyAlias=6695eb01-f6a4-8304-79aa-97f2502e193f -- root@192.168.122.3 uname -a")
        try await shell.enter("something")
        try await shell.expect("something\nread something\nssh exited with status 3\nvm>")
        try await shell.enter("1 + 1")
        try await shell.expect("\n2\nvm>")
      }
      try await withShell(environment: ["PATH": "\(folder.path)/nowhere"]) { shell in
        try await shell.enter(":ssh test")
        try await shell.expect("there is no program `ssh` in `PATH`")
      }
    }

    @Test func aHostsNamesAndSettingsAreCompleted() async throws {
      try await withShell { shell in
        try await shell.type(":cons")
        try await shell.press("Tab")
        try await shell.type("te")
        try await shell.press("Tab")
        try await shell.expect("vm> :console test")
        try await shell.press("C-c")
        try await shell.type(":set pa")
        try await shell.press("Tab")
        try await shell.type("of")
        try await shell.press("Tab", "Enter")
        try await shell.expect("vm> :set pager off\npager is off")
      }
    }

    @Test func aMatchingDeclarationChangesNothing() async throws {
      try await withShell { shell in
        try await shell.enter("domain web { memory = 64MiB }")
        try await shell.expect("1 created")
        try await shell.enter("domain web { memory = 64MiB }")
        try await shell.expect("nothing to change\nvm>")
      }
    }
  }
}
