import ArgumentParser
import CVMScript
import Foundation
import VMScriptSyntax

/// The command `vmscript` with its subcommands.
struct VMScriptCommand: AsyncParsableCommand {
  /// The one list of commands, in the order of the help.
  ///
  /// Swift cannot list the types that conform to a protocol, so a new command is entered here.
  /// Help, completion scripts, manual pages and suggestions derive from this list.
  private static var subcommands: [any Subcommand.Type] {
    [
      RunCommand.self, PlanCommand.self, RebuildCommand.self, DestroyCommand.self, TestCommand.self,
      SweepCommand.self, StatusCommand.self, ListCommand.self,
      ShowCommand.self, DoctorCommand.self, ImageCommand.self, ConsoleCommand.self, SSHCommand.self,
      ExecCommand.self,
      CopyCommand.self, SSHConfigCommand.self, InventoryCommand.self,
      VNCCommand.self, ScreenshotCommand.self, LogsCommand.self,
      CheckCommand.self, EvaluateCommand.self, XMLCommand.self, ImportCommand.self,
      GraphCommand.self,
      FormatCommand.self,
      ExplainCommand.self, LspCommand.self, GenerateCommand.self,
    ]
  }

  static let configuration = CommandConfiguration(
    commandName: "vmscript",
    abstract: "Describe virtual machines in a script, and create them on libvirt.",
    usage: """
      vmscript [<options>]
      vmscript <file> … [<options>]
      vmscript <subcommand> … [<options>]
      """,
    discussion: """
      Without a file, at a terminal, vmscript starts its shell.

      Examples:
        vmscript lab.vmscript                       plan, then apply
        vmscript plan lab.vmscript                  show what would change
        vmscript run lab.vmscript --connect test:///default
        vmscript destroy lab.vmscript               remove what it created

      Exit codes: 0 done, 1 the run failed, 2 the script has errors, 3 refused (needs confirmation), \
      4 no connection, 5 `--exit-code` found changes, 64 wrong usage.

      Completions: vmscript --generate-completion-script bash|zsh|fish
      """,
    version: Version.text,
    groupedSubcommands: CommandHeading.allCases.map { heading in
      CommandGroup(
        name: heading.rawValue,
        subcommands: subcommands.filter { $0.heading == heading }.map { $0 })
    },
    defaultSubcommand: RunCommand.self)
}

/// A command of the command line: its configuration, and its place among the others.
///
/// A new command is one file with a conforming type, and an entry in the list of
/// ``VMScriptCommand``.
protocol Subcommand: ParsableCommand {
  /// The heading of the help that lists the command.
  static var heading: CommandHeading { get }

  /// Names of this command in other programs, for suggestions only.
  static var synonyms: [String] { get }
}

extension Subcommand {
  static var synonyms: [String] { [] }

  /// The word that the command is called by.
  static var name: String { configuration.commandName ?? _commandName }
}

/// A heading in the list of commands, in the order of the help.
enum CommandHeading: String, CaseIterable {
  case host = "Host"
  case guest = "Guest"
  case script = "Script"
}

extension VMScriptCommand {
  /// The names of the commands, in the order of the help.
  static let names: [String] =
    subcommands.map { $0.name } + ["help"]

  /// The name of the command for each synonym.
  private static let synonyms = Dictionary(
    subcommands.flatMap { command in
      command.synonyms.map { ($0, command.name) }
    }, uniquingKeysWith: { first, _ in first })

  /// The diagnostic for a first word that is neither a command nor a file, but resembles a command
  /// or is a verb. As a script it would only be reported as a missing file.
  static func problem(with arguments: [String]) -> Diagnostic? {
    guard let word = arguments.first, !word.isEmpty, word.allSatisfy(\.isLetter),
      !names.contains(word), !FileManager.default.fileExists(atPath: word)
    else { return nil }
    if let verb = Verb.meant(by: word) {
      let target = arguments.dropFirst().first { !$0.hasPrefix("-") } ?? "NAME"
      return CommandLineMessages.verbAsCommand(
        word, statement: verb.row.statement(on: QuotedText.literal(target)))
    }
    guard let close = synonyms[word] ?? closest(to: word, among: names) else { return nil }
    return CommandLineMessages.unknownCommand(word, closest: close)
  }

  /// The command of the arguments; its name may follow options.
  static func command(from arguments: [String]) throws -> any ParsableCommand {
    let parsed: any ParsableCommand
    do { parsed = try VMScriptCommand.parseAsRoot(arguments) } catch {
      guard let moved = withCommandFirst(arguments, named: nil) else { throw error }
      return moved
    }
    guard let run = parsed as? RunCommand, let first = run.scripts.files.first,
      names.contains(first), let moved = withCommandFirst(arguments, named: first)
    else { return parsed }
    return moved
  }

  /// The command whose name follows leading options.
  private static func withCommandFirst(
    _ arguments: [String], named name: String?
  ) -> (any ParsableCommand)? {
    guard let first = arguments.first, first.hasPrefix("-") else { return nil }
    for (index, word) in arguments.enumerated() {
      if word == "--" { return nil }
      guard name.map({ $0 == word }) ?? names.contains(word) else { continue }
      var moved = arguments
      moved.insert(moved.remove(at: index), at: 0)
      if let command = try? VMScriptCommand.parseAsRoot(moved) { return command }
    }
    return nil
  }
}

/// The version of the program and the library, from `vmscript.h`.
enum Version {
  static let text = "\(VMS_VERSION_MAJOR).\(VMS_VERSION_MINOR).\(VMS_VERSION_PATCH)"
}
