import VMScript
import VMScriptRuntime
import VMScriptSyntax
import VMScriptTerminal

extension Command {
  /// What changes the host, or what the shell works with.
  static let changing: [Command] = [
    Command(
      "apply", "Put into effect what was declared while :plan was on", example: ":apply"
    ) { shell, _ in shell.apply() },
    Command(
      "connect", .optional("URI", .text), "Connect to another host; what was entered is forgotten",
      example: ":connect test:///default"
    ) { shell, uri throws(Diagnostic) in
      let isThere: Bool? = try shell.look { session async throws(Diagnostic) in
        try await session.move(to: uri.isEmpty ? nil : uri)
        return true
      }
      if isThere != nil { shell.watch.start() }
    },
    Command(
      "stack", .optional("NAME", .text),
      "Show the stack, or switch to another; what was entered is forgotten", example: ":stack lab"
    ) { shell, name throws(Diagnostic) in
      guard !name.isEmpty else { return shell.say([shell.session.language.declarations.stack]) }
      guard Program.isStackName(name) else { throw ShellMessages.unfitStack(name) }
      shell.session.reset(stack: name)
    },
    Command("reset", "Forget what was entered; what took effect stays", example: ":reset") {
      shell, _ in shell.session.reset()
    },
    Command(
      "set", .optional("SETTING [on|off]", .setting), "List the settings, or change one",
      example: ":set time on"
    ) { shell, text throws(Diagnostic) in
      let words = text.split(separator: " ").map(String.init)
      guard let name = words.first else {
        var table = TextTable(["SETTING", "", ""])
        for setting in Setting.all { table.add(setting.row(shell.settings)) }
        return shell.say(table.lines(color: shell.screen.color))
      }
      guard let setting = Setting.all.first(where: { $0.name == name }) else {
        throw ShellMessages.noSetting(name, among: Setting.all.map(\.name))
      }
      let command = Command(setting)
      let word = words.dropFirst().joined(separator: " ")
      try command.check(word)
      try command.run(shell, word)
    },
    Command("quit", "Leave; so does Ctrl-D", example: ":quit") { shell, _ in shell.leave() },
  ]
}
