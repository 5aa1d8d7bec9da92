import Foundation
import VMScript
import VMScriptPlan
import VMScriptRuntime
import VMScriptSyntax
import VMScriptTerminal

/// A command of the shell, such as `:list`.
struct Command: Sendable {
  /// The argument of a command.
  struct Argument: Sendable {
    /// The kind, for completion and messages.
    enum Kind: Sendable {
      case topic, file, expression, text, setting
      case words([String])
      case resources([ResourceKind])
    }

    /// The form in the help; empty without an argument.
    let form: String
    let kind: Kind
    let isRequired: Bool

    static let none = Argument(form: "", kind: .text, isRequired: false)

    static func required(_ form: String, _ kind: Kind) -> Argument {
      Argument(form: form, kind: kind, isRequired: true)
    }

    static func optional(_ form: String, _ kind: Kind) -> Argument {
      Argument(form: "[\(form)]", kind: kind, isRequired: false)
    }
  }

  typealias Body = @Sendable (ShellLoop, _ argument: String) throws(Diagnostic) -> Void

  let name: String
  let argument: Argument
  /// A sentence without its full stop.
  let doc: String
  /// A line that works on a host with a domain `test`.
  let example: String
  let run: Body

  init(
    _ name: String, _ argument: Argument, _ doc: String, example: String, _ run: @escaping Body
  ) {
    self.name = name
    self.argument = argument
    self.doc = doc
    self.example = example
    self.run = run
  }

  /// A command without an argument.
  init(_ name: String, _ doc: String, example: String, _ run: @escaping Body) {
    self.init(name, .none, doc, example: example, run)
  }

  /// The commands, in the order of the help.
  static let all: [Command] = looking + reaching + changing + Setting.all.map(Command.init) + files

  /// The command with its argument, as in `:show NAME`.
  var form: String { argument.form.isEmpty ? ":\(name)" : ":\(name) \(argument.form)" }

  /// Words of other shells and the corresponding commands.
  private static let otherNames = [
    "ls": "list", "dir": "list", "ps": "list", "exit": "quit", "bye": "quit", "q": "quit",
    "?": "help", "h": "help", "man": "help", "info": "show", "dumpxml": "xml",
  ]

  /// The command that an entry without `:` resembles; nil if there is none.
  static func meant(by entry: String) -> Command? {
    guard let word = entry.split(whereSeparator: \.isWhitespace).first.map(String.init) else {
      return nil
    }
    let name = otherNames[word] ?? word
    return all.first { $0.name == name }
  }

  /// Advice for an entry whose only word is a command that the shell lacks.
  static func remedy(for entry: String) -> String? {
    switch entry.trimmingSpaces {
    case "status", "diff":
      "preview changes with `:plan on`, or compare a script: `vmscript status FILE`"
    case "destroy":
      "leave the shell and run `vmscript destroy --stack NAME`; `delete` removes a domain"
    case "clear", "cls": "press Ctrl-L to clear the screen"
    default: nil
    }
  }

  /// The command with a name or an unambiguous prefix of it.
  ///
  /// - Throws: VM0851 if there is none or more than one.
  static func named(_ name: String) throws(Diagnostic) -> Command {
    let name = otherNames[name] ?? name
    if let exact = all.first(where: { $0.name == name }) { return exact }
    let found = name.isEmpty ? [] : all.filter { $0.name.hasPrefix(name) }
    guard let first = found.first else {
      throw ShellMessages.unknownCommand(name, closest: closest(to: name, among: all.map(\.name)))
    }
    guard found.count == 1 else {
      throw ShellMessages.ambiguousCommand(name, found.map(\.name))
    }
    return first
  }

  /// Checks the argument of the command.
  ///
  /// - Throws: VM0852.
  func check(_ text: String) throws(Diagnostic) {
    if text.isEmpty {
      guard argument.isRequired else { return }
      throw ShellMessages.missingArgument(self)
    }
    if argument.form.isEmpty { throw ShellMessages.unexpectedArgument(self, text) }
    if case .words(let words) = argument.kind, !words.contains(text) {
      throw ShellMessages.unknownWord(self, text, words)
    }
  }
}

extension ShellLoop {
  /// Runs `:name argument`; the name may be an unambiguous prefix.
  func run(command text: String) throws(Diagnostic) {
    let words = text.dropFirst().split(maxSplits: 1, whereSeparator: \.isWhitespace)
    let command = try Command.named(words.first.map(String.init) ?? "")
    let argument = (words.dropFirst().first.map(String.init) ?? "").trimmingSpaces
    try command.check(argument)
    try command.run(self, argument)
  }
}

extension String {
  /// The text without white space at either end.
  var trimmingSpaces: String {
    let start = drop(while: \.isWhitespace)
    return String(start.reversed().drop(while: \.isWhitespace).reversed())
  }
}

extension Command {
  /// Commands that only read.
  static let looking: [Command] = [
    Command(
      "help", .optional("TOPIC", .topic),
      "Show the first steps, or explain a word, property or command",
      example: ":help domain"
    ) { shell, topic throws(Diagnostic) in
      shell.page(try Help(color: shell.screen.color).lines(on: topic))
    },
    Command(
      "list", "List domains, networks and images of the host, with their stacks",
      example: ":list"
    ) { shell, _ throws(Diagnostic) in
      let inventory = try shell.look { session async throws(Diagnostic) in
        try await session.inventory()
      }
      guard let inventory else { return }
      shell.page(InspectionDisplay(color: shell.screen.color).lines(inventory))
    },
    Command(
      "show", .required("NAME", .resources(ResourceKind.allCases)),
      "Show a domain, network or image of the host", example: ":show test"
    ) { shell, name throws(Diagnostic) in
      let found = try shell.look { session async throws(Diagnostic) in
        try await session.details(of: name)
      }
      guard let found else { return }
      let display = InspectionDisplay(color: shell.screen.color)
      shell.page(Array(found.map { display.lines(details: $0) }.joined(separator: [""])))
    },
    Command(
      "xml", .required("NAME", .resources([.domain, .net])),
      "Show the libvirt XML of a domain or network of the host", example: ":xml test"
    ) { shell, name throws(Diagnostic) in
      let found = try shell.look { session async throws(Diagnostic) in
        try await session.xml(of: name)
      }
      guard let found else { return }
      shell.page(
        TerminalText.escaped(found, keepingLayout: true).split(separator: "\n").map(String.init))
    },
    Command(
      "graph", "Show the declarations of this session and what each depends on, as a tree",
      example: ":graph"
    ) { shell, _ in
      let graph = DeclarationGraph(shell.session.language.declarations)
      guard !graph.nodes.isEmpty else { return shell.say([ShellMessages.nothingDeclared]) }
      shell.page(graph.tree.map { TerminalText.escaped($0) })
    },
    Command(
      "type", .required("EXPRESSION", .expression), "Show the type of a value",
      example: ":type 2GiB / 512MiB"
    ) { shell, text throws(Diagnostic) in shell.enter("type(\(text))", name: nil) },
    Command(
      "history", .optional("TEXT", .text), "List earlier entries, or those that contain a text",
      example: ":history domain"
    ) { shell, text throws(Diagnostic) in
      let entries = shell.editor.history.entries.filter { text.isEmpty || $0.contains(text) }
      shell.page(entries.flatMap { $0.split(separator: "\n").map(String.init) })
    },
  ]
}

extension Command {
  /// Commands that change the host or the session.
  static let changing: [Command] = [
    Command(
      "apply", "Apply the declarations made while `:plan` was on", example: ":apply"
    ) { shell, _ in shell.apply() },
    Command(
      "connect", .optional("URI", .text), "Connect to another host; discards the session's entries",
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
      "Show the stack, or switch to another; discards the session's entries", example: ":stack lab"
    ) { shell, name throws(Diagnostic) in
      guard !name.isEmpty else { return shell.say([shell.session.language.declarations.stack]) }
      guard Program.isStackName(name) else { throw ShellMessages.unfitStack(name) }
      shell.session.reset(stack: name)
    },
    Command("reset", "Discard the session's entries; the host stays as it is", example: ":reset") {
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
    Command("quit", "Quit the shell, like Ctrl-D", example: ":quit") { shell, _ in shell.leave() },
  ]
}

extension Command {
  /// Commands that connect to a guest.
  static let reaching: [Command] = [
    Command(
      "console", .required("NAME", .resources([.domain])),
      "Attach to the text console of a guest; Ctrl-] detaches", example: ":console web"
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
      "Connect to a guest by SSH, at the address that the host reports", example: ":ssh root@web"
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
      case let status?: shell.say([ShellMessages.exited("ssh", status)])
      }
    },
    Command(
      "screenshot", .required("NAME [FILE]", .resources([.domain])),
      "Save a picture of a guest's screen to a file", example: ":screenshot test"
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

extension Command {
  /// Commands that read or write files.
  static let files: [Command] = [
    Command(
      "load", .required("FILE", .file), "Run a script as if it were typed",
      example: ":load lab.vmscript"
    ) { shell, path throws(Diagnostic) in
      let text: String
      do {
        text = String(decoding: try GuardedFile.read(path), as: UTF8.self)
      } catch {
        throw ShellMessages.unreadable(path, (error as? FileFailure)?.reason ?? "\(error)")
      }
      shell.enter(text, name: path)
    },
    Command(
      "save", .required("FILE", .file),
      "Save the declarations of this session as a script",
      example: ":save lab.vmscript"
    ) { shell, path throws(Diagnostic) in
      let script = Data(shell.session.script(for: path).utf8)
      // An existing file is never overwritten.
      do { try script.write(to: URL(fileURLWithPath: path), options: .withoutOverwriting) } catch {
        throw TerminalMessages.unwritable(path, reason: error.localizedDescription)
      }
      shell.say([ShellMessages.wrote(path)])
    },
  ]
}

/// Settings that the user changes with `:set` or with the command of the same name.
struct Settings {
  /// Whether entries only show what they would change.
  var isPreview = false
  /// Whether events of the host are shown.
  var showsEvents = true
  /// Whether the elapsed time is shown after each entry.
  var showsTime = false
  /// Whether long output is shown a screen at a time.
  var isPaged = true
}

/// A setting that is on or off.
struct Setting: Sendable {
  let name: String
  let doc: String
  let get: @Sendable (Settings) -> Bool
  let set: @Sendable (inout Settings, Bool) -> Void

  /// The settings, in the order of their list.
  static let all: [Setting] = [
    Setting(
      name: "plan", doc: "Show what entries would change, and change nothing until `:apply`",
      get: { $0.isPreview }, set: { $0.isPreview = $1 }),
    Setting(
      name: "events", doc: "Show events of the host above the prompt",
      get: { $0.showsEvents }, set: { $0.showsEvents = $1 }),
    Setting(
      name: "time", doc: "Show the elapsed time after each entry",
      get: { $0.showsTime }, set: { $0.showsTime = $1 }),
    Setting(
      name: "pager", doc: "Show long output a screen at a time",
      get: { $0.isPaged }, set: { $0.isPaged = $1 }),
  ]

  static let words = ["on", "off"]

  /// The row of the setting in the list.
  func row(_ settings: Settings) -> [String?] { [name, get(settings) ? "on" : "off", doc] }
}

extension Command {
  /// The command of a setting, which sets or toggles it.
  init(_ setting: Setting) {
    self.init(
      setting.name, .optional("on|off", .words(Setting.words)), setting.doc,
      example: ":\(setting.name) on"
    ) { shell, word in
      setting.set(&shell.settings, word.isEmpty ? !setting.get(shell.settings) : word == "on")
      shell.say(["\(setting.name) is \(setting.get(shell.settings) ? "on" : "off")"])
    }
  }
}
