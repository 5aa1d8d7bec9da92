import VMScriptSyntax

/// A command of the shell, such as `:list`.
struct Command: Sendable {
  let name: String
  /// What follows it, as help shows it.
  let argument: String
  let doc: String
  let run: @Sendable (ShellLoop, _ argument: String) throws(Diagnostic) -> Void

  init(
    _ name: String, _ argument: String = "", _ doc: String,
    _ run: @escaping @Sendable (ShellLoop, String) throws(Diagnostic) -> Void
  ) {
    self.name = name
    self.argument = argument
    self.doc = doc
    self.run = run
  }
}

extension ShellLoop {
  /// Runs `:name argument`; the name may be abbreviated as far as it stays clear.
  func run(command text: String) throws(Diagnostic) {
    let words = text.dropFirst().split(separator: " ", maxSplits: 1)
    let name = words.first.map(String.init) ?? "help"
    let argument = words.dropFirst().first.map(String.init) ?? ""
    try command(named: name).run(self, argument.trimmingSpaces)
  }

  private func command(named name: String) throws(Diagnostic) -> Command {
    if let exact = Command.all.first(where: { $0.name == name }) { return exact }
    let found = Command.all.filter { $0.name.hasPrefix(name) }
    guard let first = found.first else {
      let close = closest(to: name, among: Command.all.map(\.name))
      throw ShellMessages.unknownCommand(name, closest: close)
    }
    guard found.count == 1 else {
      throw ShellMessages.ambiguousCommand(name, found.map(\.name))
    }
    return first
  }
}

extension String {
  /// Without white space at either end.
  var trimmingSpaces: String {
    let start = drop(while: \.isWhitespace)
    return String(start.reversed().drop(while: \.isWhitespace).reversed())
  }
}
