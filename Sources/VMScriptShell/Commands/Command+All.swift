import Foundation
import VMScript
import VMScriptRuntime
import VMScriptSyntax
import VMScriptTerminal

extension Command {
  /// In the order in which help lists them.
  static let all: [Command] = [
    Command("help", "[TOPIC]", "Tell what there is, or about a property, block, verb or command") {
      shell, topic throws(Diagnostic) in
      let lines = try Help(color: shell.screen.color).lines(on: topic)
      let columns = shell.screen.size().columns
      shell.say(lines.flatMap { TextWrap.lines($0, columns: columns) })
    },
    Command("list", "", "List domains, networks and images of the host, and which stack made them")
    {
      shell, _ throws(Diagnostic) in
      guard
        let inventory = try shell.look({ session async throws(Diagnostic) in
          try await session.inventory()
        })
      else { return }
      shell.say(InspectionDisplay(color: shell.screen.color).lines(inventory))
    },
    Command("show", "NAME", "Show a domain, network or image of the host") {
      shell, name throws(Diagnostic) in
      guard !name.isEmpty else { throw ShellMessages.wants("show", "a name") }
      guard
        let found = try shell.look({ session async throws(Diagnostic) in
          try await session.details(of: name)
        })
      else { return }
      let display = InspectionDisplay(color: shell.screen.color)
      shell.say(Array(found.map { display.lines(details: $0) }.joined(separator: [""])))
    },
    Command("xml", "NAME", "Show the libvirt XML of a domain or network of the host") {
      shell, name throws(Diagnostic) in
      guard !name.isEmpty else { throw ShellMessages.wants("xml", "a name") }
      let found = try shell.look { session async throws(Diagnostic) in
        try await session.xml(of: name)
      }
      shell.say([found].compactMap { $0.map { TerminalText.escaped($0, keepingLayout: true) } })
    },
    Command("plan", "[on|off]", "Say what entries would change, and change nothing until :apply") {
      shell, word throws(Diagnostic) in
      shell.isPreview = word.isEmpty ? !shell.isPreview : word == "on"
    },
    Command("apply", "", "Put into effect what was declared while :plan was on") {
      shell, _ throws(Diagnostic) in shell.apply()
    },
    Command("events", "[on|off]", "Tell what happens on the host, above the line") {
      shell, word throws(Diagnostic) in
      shell.showsEvents = word.isEmpty ? !shell.showsEvents : word == "on"
    },
    Command("type", "EXPRESSION", "Tell the type of a value") { shell, text throws(Diagnostic) in
      guard !text.isEmpty else { throw ShellMessages.wants("type", "an expression") }
      shell.enter("type(\(text))", name: nil)
    },
    Command("load", "FILE", "Enter a script as if it were typed") {
      shell, path throws(Diagnostic) in
      guard !path.isEmpty else { throw ShellMessages.wants("load", "a file") }
      shell.enter(try Self.read(path), name: path)
    },
    Command("connect", "[URI]", "Go to another host; what was entered is forgotten") {
      shell, uri throws(Diagnostic) in
      let isThere: Bool? = try shell.look { session async throws(Diagnostic) in
        try await session.move(to: uri.isEmpty ? nil : uri)
        return true
      }
      if isThere != nil { shell.watch.start() }
    },
    Command("stack", "[NAME]", "Tell the stack, or go to another; what was entered is forgotten") {
      shell, name throws(Diagnostic) in
      guard !name.isEmpty else { return shell.say([shell.session.language.declarations.stack]) }
      guard Program.isStackName(name) else { throw ShellMessages.unfitStack(name) }
      shell.session.language.reset(stack: name)
    },
    Command("reset", "", "Forget what was entered; what took effect stays") {
      shell, _ throws(Diagnostic) in shell.session.language.reset()
    },
    Command("history", "[TEXT]", "List earlier entries, or those that hold a text") {
      shell, text throws(Diagnostic) in
      shell.say(shell.editor.history.entries.filter { text.isEmpty || $0.contains(text) })
    },
    Command("save", "FILE", "Write what this session declared as a script that runs") {
      shell, path throws(Diagnostic) in
      guard !path.isEmpty else { throw ShellMessages.wants("save", "a file") }
      try Self.write(shell.session.language.declarations.script, to: path)
    },
    Command("time", "[on|off]", "Tell after each entry how long it took") {
      shell, word throws(Diagnostic) in
      shell.showsTime = word.isEmpty ? !shell.showsTime : word == "on"
    },
    Command("quit", "", "Leave; so does Ctrl-D") { shell, _ throws(Diagnostic) in shell.leave() },
  ]

  /// Writes a file that is not there yet: what a user has written is not written over.
  private static func write(_ text: String, to path: String) throws(Diagnostic) {
    do {
      try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .withoutOverwriting)
    } catch {
      throw ShellMessages.unwritable(path, error.localizedDescription)
    }
  }

  private static func read(_ path: String) throws(Diagnostic) -> String {
    do {
      return String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
    } catch {
      throw ShellMessages.unreadable(path, error.localizedDescription)
    }
  }
}

extension ShellLoop {
  /// Writes lines; what comes from outside has no control characters in it already.
  func say(_ lines: [String]) {
    screen.writeOutput(lines.map { $0 + "\n" }.joined())
  }
}
