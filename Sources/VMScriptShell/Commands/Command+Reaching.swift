import VMScript
import VMScriptRuntime
import VMScriptSyntax
import VMScriptTerminal

extension Command {
  /// What leads into a guest.
  static let reaching: [Command] = [
    Command(
      "console", .required("NAME", .resources([.domain])),
      "Attach to the text console of a guest; Ctrl-] leaves it", example: ":console web"
    ) { shell, name throws(Diagnostic) in
      let screen = shell.screen
      let end = try shell.lendingTerminal { () throws(Diagnostic) in
        try shell.look { session async throws(Diagnostic) in
          try await GuestReach(session).withConsole(of: name) { console in
            screen.writeOutput(TerminalMessages.atConsole + "\n")
            return await ConsoleBridge(console).run()
          }
        }
      }
      if let end { shell.say(["", TerminalMessages.consoleEnded(end)]) }
    },
    Command(
      "ssh", .required("[USER@]NAME [COMMAND]", .resources([.domain])),
      "Sign in to a guest by SSH, at the address that the host knows", example: ":ssh root@web"
    ) { shell, text throws(Diagnostic) in
      let words = text.split(separator: " ").map(String.init)
      let (user, name) = SSHDestination.parts(of: words.first ?? "")
      let destination = try shell.look { session async throws(Diagnostic) in
        try await GuestReach(session).ssh(to: name)
      }
      guard let destination else { return }
      let declared = shell.session.language.declarations.signInUser(of: name)
      let command = destination.command(user: user ?? declared, running: Array(words.dropFirst()))
      let status = shell.lendingTerminal { TerminalProgram.run(command) }
      switch status {
      case nil: throw TerminalMessages.noProgram("ssh")
      case 0: break
      case let status?: shell.say([ShellMessages.leftWith("ssh", status)])
      }
    },
    Command(
      "screenshot", .required("NAME [FILE]", .resources([.domain])),
      "Write a picture of what a guest shows to a file", example: ":screenshot test"
    ) { shell, text throws(Diagnostic) in
      let words = text.split(separator: " ", maxSplits: 1).map(String.init)
      let name = words.first ?? ""
      let picture = try shell.look { session async throws(Diagnostic) in
        try await GuestReach(session).screenshot(of: name)
      }
      guard let picture else { return }
      let path = words.dropFirst().first ?? picture.fileName(for: name)
      do { try picture.write(to: path) } catch {
        throw TerminalMessages.unwritable(path, reason: error.localizedDescription)
      }
      shell.say([ShellMessages.wrote(path)])
    },
  ]
}
