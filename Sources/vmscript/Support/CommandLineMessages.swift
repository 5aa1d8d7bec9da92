import Foundation
import VMScript
import VMScriptPlan
import VMScriptRuntime
import VMScriptSyntax
import VMScriptTerminal

/// Messages of the command line, VM08xx.
enum CommandLineMessages {
  static let noScript = "Name a script, pass - for standard input, or -e TEXT for a script as text."
  static let stackOrScript = "Name the stack's script, or pass the stack with --stack NAME."
  static let nothingToRemove = "nothing to remove"

  /// The reason why a script cannot be opened, by the system's error number.
  static func reason(_ number: Int32) -> String {
    switch number {
    case ENOENT, ENOTDIR: "there is no such file"
    case EACCES, EPERM: "this user has no permission to read it"
    case ELOOP: "its path has too many symbolic links"
    default: "it cannot be opened (error \(number))"
    }
  }

  static func settingWithoutValue(_ setting: String) -> String {
    "--set needs NAME=VALUE, as in --set replicas=3, not '\(TerminalText.escaped(setting))'."
  }

  static func unfitStack(_ name: String) -> String {
    "A stack's name is \(Program.stackNameRule), not '\(TerminalText.escaped(name))'."
  }

  static func unfitLimit(_ setting: String) -> String {
    "--limit needs steps=NUMBER, depth=NUMBER, memory=SIZE, output=SIZE or time=DURATION, as in "
      + "--limit memory=64MiB, not '\(TerminalText.escaped(setting))'."
  }

  static func unfitTimeout(_ text: String) -> String {
    "--connect-timeout needs a duration such as 10s or 2m, not '\(TerminalText.escaped(text))'."
  }

  /// The notice of a command that waits before it can start.
  static func waiting(for what: String) -> String { "waiting for \(TerminalText.escaped(what))" }

  /// The message of `list` if there is nothing to list.
  static func nothingListed(_ stack: String?) -> String {
    stack.map { "the stack \(TerminalText.escaped($0)) has no resources on this host" }
      ?? "there are no domains, networks or images on this host"
  }

  /// The message of `image list` if the cache is empty.
  static let noCachedImages = "there are no images in the cache"

  /// The message of `check` for scripts without errors.
  static func noErrors(in scripts: Int) -> String {
    scripts == 1 ? "no errors" : "no errors in \(scripts) scripts"
  }

  /// The message of `sweep` if there is nothing to do.
  static let nothingExpired = "no stack on this host is past its lifetime"

  /// The message of `sweep --list` if there is nothing to list.
  static let noTemporaryStacks = "no stack on this host has a lifetime"

  /// The heading of the removal of an expired stack.
  static func expired(_ stack: TemporaryStack) -> String {
    "the stack \(TerminalText.escaped(stack.name)) expired at \(stack.expiry.description)"
  }

  /// The message of `sweep` about a stack that it leaves.
  static func skippedInUse(_ stack: String) -> String {
    "\(TerminalText.escaped(stack)): skipped, a run is using it"
  }

  static func unfitLifetime(_ text: String) -> String {
    "--lifetime needs a duration of at least 1s, such as 30m or 2h, not "
      + "'\(TerminalText.escaped(text))'."
  }

  static let stackOfTest = "A test makes a stack of its own name, so --stack has no meaning."

  /// The notice of an interrupted test.
  static let destroyingTests =
    "stopping after the changes in flight and destroying the stacks; press Ctrl-C again to stop at once"
  static let leftTests =
    "stopped at once; `vmscript sweep` destroys the stacks after their lifetime"

  static let finishing =
    "stopping after the changes in flight; press Ctrl-C again to stop at once"
  static let stoppedAtOnce = "stopped at once; the next run continues from the current state"

  /// The question before a plan that needs confirmation is applied.
  static func question(_ plan: Plan) -> String {
    let parts = plan.risks.map { $0.risk.words($0.count) }
    // The stack may belong to another script that uses the same name.
    let isRemoval = plan.changes.allSatisfy { $0.action == .delete }
    let origin = plan.otherOrigin ?? (isRemoval ? plan.recordedOrigin : nil)
    let sentences = [
      origin.map {
        "The stack \(plan.stack) was last run from \(TerminalText.escaped($0.description))."
      },
      parts.isEmpty ? nil : parts.joined(separator: ", ") + ".", "Continue?",
    ]
    return sentences.compactMap(\.self).joined(separator: " ")
  }

  /// VM0801: a script cannot be read.
  static func unreadable(_ path: String, reason: String) -> Diagnostic {
    let help =
      VMScriptCommand.names.contains(path)
      ? "write the command first: `vmscript \(path) …`"
      : "name a script file, or - for standard input"
    return Diagnostic(
      code: .commandLine.unreadableScript, "cannot read `\(path)`", notes: [reason],
      helps: [.init(help)])
  }

  /// VM0804: the first word is neither a command nor a file.
  static func unknownCommand(_ word: String, closest: String) -> Diagnostic {
    Diagnostic(
      code: .commandLine.unknownCommand, "there is no command `\(word)`",
      notes: ["there is no file of this name either"],
      helps: [.init("did you mean `vmscript \(closest)`?")])
  }

  /// VM0806: a statement of the language is used as a command.
  static func verbAsCommand(_ word: String, statement: String) -> Diagnostic {
    Diagnostic(
      code: .commandLine.statementAsCommand,
      "`\(word)` is a statement of the language, not a command",
      helps: [.init("run it: `vmscript -e \(QuotedText.shellWord(statement))`")])
  }

  /// VM0807: standard output cannot be written.
  static func unwritableOutput(_ reason: String) -> Diagnostic {
    Diagnostic(
      code: .commandLine.unwritableStandardOutput, "cannot write standard output",
      notes: [reason, "the printed output is incomplete"])
  }

  /// VM0809: the connection of `list --watch` is lost.
  static func lostHost(_ uri: String?) -> Diagnostic {
    Diagnostic(
      code: .commandLine.lostHost,
      "the connection to \(uri.map { "`\($0)`" } ?? "the host") was lost",
      helps: [.init("run it again once the host answers")])
  }

  /// VM0810: Graphviz failed.
  ///
  /// - Parameter status: its exit status; nil if it did not end by itself.
  static func notDrawn(status: Int32?, _ reason: String) -> Diagnostic {
    let ending = status.map { "`dot` exited with status \($0)" }
    return Diagnostic(
      code: .commandLine.notDrawn, "the graph cannot be drawn",
      notes: [ending].compactMap(\.self) + reason.split(separator: "\n").suffix(5).map(String.init))
  }

  /// VM0802: no message has the code.
  static func unknownCode(_ text: String) -> Diagnostic {
    Diagnostic(
      code: .commandLine.unknownCode, "no message has the code `\(text)`",
      helps: [.init("list all codes: `vmscript explain`")])
  }
}

/// The diagnostic codes of the command line.
struct CommandLineCodes: DiagnosticTable {
  let unreadableScript = DiagnosticCode.ofTool(
    801, "unreadable script",
    """
    The file is missing, is a folder, or this user has no permission to read it. The note says \
    which. The script was not run.
    """)
  let unknownCode = DiagnosticCode.ofTool(
    802, "unknown code",
    """
    `vmscript explain` takes the code in brackets after `error`, such as VM0101. \
    Without a code it lists all codes.
    """)
  let unknownCommand = DiagnosticCode.ofTool(
    804, "unknown command",
    """
    The first word must be a command such as `plan`, or a script to run. This word is neither, but \
    it resembles a command. `vmscript --help` lists the commands.
    """)
  let statementAsCommand = DiagnosticCode.ofTool(
    806, "statement as a command",
    """
    `start`, `stop`, `snapshot` and the other verbs are statements. Write them in a script, in the \
    text after `-e`, or in the shell. There a name is a string: `vmscript -e 'start "web-1"'`.
    """)
  let lostHost = DiagnosticCode.ofHost(
    809, "connection lost while watching",
    "`list --watch` follows the events of the host, which end with the connection.")
  let notDrawn = DiagnosticCode.ofTool(
    810, "graph not drawn",
    "Graphviz's `dot`, which draws the graph as SVG, failed or took more than a minute.")
  let unwritableStandardOutput = DiagnosticCode.ofTool(
    807, "unwritable standard output",
    """
    For example, the device is full or standard output is closed. Changes on the host took effect, \
    but the printed output is incomplete. A reader that closes the pipe, such as `head`, is not an \
    error.
    """)
}

extension DiagnosticCode {
  /// The diagnostic codes of the command line.
  static let commandLine = CommandLineCodes()
}
