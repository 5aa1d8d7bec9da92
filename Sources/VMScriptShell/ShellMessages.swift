import VMScript
import VMScriptPlan
import VMScriptRuntime
import VMScriptSyntax
import VMScriptTerminal

/// Messages of the shell, VM085x.
enum ShellMessages {
  static let greeting = "VMScript: `:help` lists the commands, Tab completes, Ctrl-D quits."
  static let cancelling =
    "cancelling: finishing the changes in flight; press Ctrl-C again to stop waiting"
  static let cancelled = "cancelled"
  static let noTerminal = "the shell needs a terminal that libedit supports"

  static func isCut(_ characters: Int) -> String {
    "… and \(characters) more characters; `print _` shows all of them"
  }

  static let nothingDeclared = "this session declares nothing yet"

  static let nothingToChange = "nothing to change"

  static let lost = "the connection is lost; the shell reconnects when the host answers"

  static func connected(_ uri: String) -> String { "connected to \(uri)" }

  static func waiting(for what: String) -> String { "waiting for \(what)" }

  static func unreachable(_ error: Diagnostic) -> String {
    ([error.message] + error.notes).joined(separator: ": ")
  }

  static func historyNotKept(_ error: HistoryError) -> String {
    "the history cannot be saved: \(TerminalText.escaped(error.path)): \(error.reason)"
  }

  static func event(_ event: HostEvent) -> String {
    event.kind == .domain
      ? "\(event.name) \(event.words)" : "\(event.kind.rawValue) \(event.name) \(event.words)"
  }

  static func address(_ found: HostWatch.Address) -> String {
    "\(found.domain) has the address \(found.addresses)"
  }

  /// The lines printed when the shell ends.
  static func farewell(underWay: [String], machines: [String], stack: String) -> [String] {
    underWay.map { "unfinished, and stopped with the shell: \($0)" }
      + (machines.isEmpty
        ? [] : ["still running, of the stack `\(stack)`: \(machines.joined(separator: ", "))"])
  }

  /// Declarations that did not take effect.
  ///
  /// - Parameter hasEarlier: whether an earlier declaration of the resource remains.
  static func notInEffect(
    _ resources: [ResourceReference], hasEarlier: (ResourceReference) -> Bool
  ) -> [String] {
    func names(_ some: [ResourceReference]) -> String {
      some.map { "\($0.kind.rawValue) \($0.name)" }.joined(separator: ", ")
    }
    let (earlier, none) = (resources.filter(hasEarlier), resources.filter { !hasEarlier($0) })
    return [
      none.isEmpty ? nil : "not applied, so not declared: \(names(none))",
      earlier.isEmpty ? nil : "not applied, so still declared as before: \(names(earlier))",
    ].compactMap(\.self)
  }

  static func unknownCommand(_ name: String, closest: String?) -> Diagnostic {
    Diagnostic(
      code: .shell.unknownCommand, "there is no command `:\(name)`",
      helps: [.init(closest.map { "did you mean `:\($0)`?" } ?? "`:help` lists them")])
  }

  /// The diagnostics of an entry, with a hint if it looks like a command without its colon.
  static func hinting(at entry: String, _ diagnostics: [Diagnostic]) -> [Diagnostic] {
    // An unknown name, or a line that is not a statement.
    let isNoStatement =
      diagnostics.first.map {
        ([.syntax.unexpectedText, .names.unknownName] as [DiagnosticCode]).contains($0.code)
      } ?? false
    guard isNoStatement else { return diagnostics }
    let help =
      Command.remedy(for: entry)
      ?? Command.meant(by: entry).map {
        "write the command with a colon: `\($0.form)`"
      }
    guard let help else { return diagnostics }
    var hinted = diagnostics
    hinted[0].helps = [.init(help)]
    return hinted
  }

  static func ambiguousCommand(_ name: String, _ names: [String]) -> Diagnostic {
    Diagnostic(
      code: .shell.unknownCommand, "`:\(name)` is ambiguous",
      notes: [names.map { ":\($0)" }.joined(separator: ", ")])
  }

  static func missingArgument(_ command: Command) -> Diagnostic {
    let what =
      switch command.argument.kind {
      case .resources(let kinds): kinds == [.domain] ? "the name of a domain" : "a name"
      case .file: "a file"
      case .expression: "an expression"
      case .topic, .text, .setting, .words: "an argument"
      }
    return Diagnostic(
      code: .shell.unfitArguments, "`:\(command.name)` needs \(what)",
      helps: [.init("write `\(command.form)`")])
  }

  static func unexpectedArgument(_ command: Command, _ text: String) -> Diagnostic {
    Diagnostic(
      code: .shell.unfitArguments, "`:\(command.name)` takes no argument",
      notes: ["the argument is `\(text)`"])
  }

  static func unknownWord(_ command: Command, _ word: String, _ words: [String]) -> Diagnostic {
    let known = words.map { "`\($0)`" }.joined(separator: " or ")
    return Diagnostic(
      code: .shell.unfitArguments, "`:\(command.name)` takes \(known), not `\(word)`")
  }

  static func noSetting(_ name: String, among names: [String]) -> Diagnostic {
    Diagnostic(
      code: .shell.unfitArguments, "there is no setting `\(name)`",
      helps: [
        .init(
          closest(to: name, among: names).map { "did you mean `\($0)`?" } ?? "`:set` lists them")
      ])
  }

  static func exited(_ program: String, _ status: Int32) -> String {
    "\(program) exited with status \(status)"
  }

  static func wrote(_ path: String) -> String { "wrote \(path)" }

  static let more = "-- more: space, a line: Enter, no more: q --"

  static func unfitStack(_ name: String) -> Diagnostic {
    Diagnostic(
      code: .shell.unfitStackName, "`\(name)` cannot be the name of a stack",
      notes: ["a stack's name has \(Program.stackNameRule)"])
  }

  static func unreadable(_ path: String, _ reason: String) -> Diagnostic {
    Diagnostic(code: .shell.unreadableFile, "cannot read `\(path)`", notes: [reason])
  }

  static func noTopic(_ topic: String, closest: String?) -> Diagnostic {
    Diagnostic(
      code: .shell.unknownTopic, "there is no help on `\(topic)`",
      helps: [.init(closest.map { "did you mean `:help \($0)`?" } ?? "`:help` lists the topics")])
  }

  /// The question before a plan that needs confirmation is applied.
  static func question(_ plan: Plan) -> String {
    if !plan.deletions.isEmpty { return question(deleting: plan.deletions) }
    let risks = plan.risks.map { $0.risk.words($0.count) }.joined(separator: ", ")
    return plan.leftOut.map(loss).joined() + (risks.isEmpty ? "" : "\(risks). ")
      + "Continue? [y/N] "
  }

  /// The blocks that a new declaration omits, and how to keep them.
  private static func loss(_ leftOut: LeftOutBlocks) -> String {
    let resource = "\(leftOut.resource.kind.rawValue) \(leftOut.resource.name)"
    let blocks = leftOut.blocks.joined(separator: ", ")
    return TerminalText.escaped("this declaration of \(resource) omits \(blocks)") + "\n"
      + TerminalText.escaped("to keep it, add it to the declaration: \(resource) { …, \(blocks) }")
      + "\n"
  }

  /// The question before domains are deleted; names the first eight.
  private static func question(deleting domains: [Deletion]) -> String {
    let named = domains.prefix(8).map { TerminalText.escaped($0.name) }.joined(separator: ", ")
    let others = domains.count > 8 ? " and \(domains.count - 8) more" : ""
    let losesData = domains.contains(where: \.losesData)
    let disks = losesData ? " and \(domains.count == 1 ? "its" : "their") data" : ""
    return "delete \(named)\(others)\(disks)? [y/N] "
  }
}

/// The diagnostic codes of the shell.
struct ShellCodes: DiagnosticTable {
  let unknownCommand = DiagnosticCode.ofTool(
    851, "unknown command", "Commands of the shell begin with `:`; `:help` lists them.")
  let unfitArguments = DiagnosticCode.ofTool(
    852, "invalid argument", "`:help` lists the argument of each command.")
  let unfitStackName = DiagnosticCode.ofTool(
    853, "invalid stack name", "A stack's name has \(Program.stackNameRule).")
  let unreadableFile = DiagnosticCode.ofTool(
    854, "unreadable file",
    "The file is missing, is a folder, or this user has no permission to read it.")
  let unknownTopic = DiagnosticCode.ofTool(
    855, "unknown topic", "`:help` lists the topics.")
}

extension DiagnosticCode {
  /// The diagnostic codes of the shell.
  static let shell = ShellCodes()
}
