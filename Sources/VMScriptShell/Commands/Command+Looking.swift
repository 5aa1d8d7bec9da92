import VMScript
import VMScriptRuntime
import VMScriptSyntax
import VMScriptTerminal

extension Command {
  /// What only looks.
  static let looking: [Command] = [
    Command(
      "help", .optional("TOPIC", .topic),
      "Show how to begin, or explain a word, property or command",
      example: ":help domain"
    ) { shell, topic throws(Diagnostic) in
      shell.page(try Help(color: shell.screen.color).lines(on: topic))
    },
    Command(
      "list", "List domains, networks and images of the host, and which stack made them",
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
      "type", .required("EXPRESSION", .expression), "Show the type of a value",
      example: ":type 2GiB / 512MiB"
    ) { shell, text throws(Diagnostic) in shell.enter("type(\(text))", name: nil) },
    Command(
      "history", .optional("TEXT", .text), "List earlier entries, or those that hold a text",
      example: ":history domain"
    ) { shell, text throws(Diagnostic) in
      let entries = shell.editor.history.entries.filter { text.isEmpty || $0.contains(text) }
      shell.page(entries.flatMap { $0.split(separator: "\n").map(String.init) })
    },
  ]
}
