import VMScript
import VMScriptSyntax

/// A command of the shell, such as `:list`.
struct Command: Sendable {
  /// What may follow a command.
  struct Argument: Sendable {
    /// What it is, for completion and for messages.
    enum Kind: Sendable {
      case topic, file, expression, text, setting
      case words([String])
      case resources([ResourceKind])
    }

    /// As help shows it; empty where nothing may follow.
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
  /// What it does, one sentence without its full stop.
  let doc: String
  /// A line that works as it stands on a host that has a domain `test`.
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

  /// A command that nothing may follow.
  init(_ name: String, _ doc: String, example: String, _ run: @escaping Body) {
    self.init(name, .none, doc, example: example, run)
  }

  /// In the order in which help lists them.
  static let all: [Command] = looking + reaching + changing + Setting.all.map(Command.init) + files

  /// How it is written.
  var form: String { argument.form.isEmpty ? ":\(name)" : ":\(name) \(argument.form)" }

  /// Words of other shells, and the commands that do here what they do there.
  private static let otherNames = [
    "ls": "list", "dir": "list", "ps": "list", "exit": "quit", "bye": "quit", "q": "quit",
    "?": "help", "h": "help", "man": "help", "info": "show", "dumpxml": "xml",
  ]

  /// The command that an entry was meant to be, which begins with no `:`; nil for none.
  static func meant(by entry: String) -> Command? {
    guard let word = entry.split(whereSeparator: \.isWhitespace).first.map(String.init) else {
      return nil
    }
    let name = otherNames[word] ?? word
    return all.first { $0.name == name }
  }

  /// What an entry asks for that the shell has no command for, by its only word.
  static func remedy(for entry: String) -> String? {
    switch entry.trimmingSpaces {
    case "status", "diff":
      "`:plan on` shows what entries would change; `vmscript status FILE` compares a script"
    case "destroy":
      "leave the shell and run `vmscript destroy --stack NAME`; `delete` removes a domain"
    case "clear", "cls": "press Ctrl-L to clear the screen"
    default: nil
    }
  }

  /// The command that a name or the beginning of one stands for.
  ///
  /// - Throws: VM0851 if there is none, or several.
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

  /// Refuses what the command cannot do anything with.
  ///
  /// - Throws: VM0852.
  func check(_ text: String) throws(Diagnostic) {
    if text.isEmpty {
      guard argument.isRequired else { return }
      throw ShellMessages.wants(self)
    }
    if argument.form.isEmpty { throw ShellMessages.takesNothing(self, text) }
    if case .words(let words) = argument.kind, !words.contains(text) {
      throw ShellMessages.unknownWord(self, text, words)
    }
  }
}

extension ShellLoop {
  /// Runs `:name argument`; the name may be abbreviated as far as it stays clear.
  func run(command text: String) throws(Diagnostic) {
    let words = text.dropFirst().split(maxSplits: 1, whereSeparator: \.isWhitespace)
    let command = try Command.named(words.first.map(String.init) ?? "")
    let argument = (words.dropFirst().first.map(String.init) ?? "").trimmingSpaces
    try command.check(argument)
    try command.run(self, argument)
  }
}

extension String {
  /// Without white space at either end.
  var trimmingSpaces: String {
    let start = drop(while: \.isWhitespace)
    return String(start.reversed().drop(while: \.isWhitespace).reversed())
  }
}
