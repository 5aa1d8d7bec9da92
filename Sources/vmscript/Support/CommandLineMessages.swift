import Foundation
import VMScript
import VMScriptPlan
import VMScriptRuntime
import VMScriptSyntax
import VMScriptTerminal

/// The wording of what can be wrong with a command line, VM08xx.
enum CommandLineMessages {
  static let noScript = "Name a script; - is standard input, -e TEXT a script as text."
  static let stackOrScript = "Name the stack's script, or the stack with --stack NAME."
  static let nothingToRemove = "nothing to remove"

  /// Why a script cannot be opened, by the system's number.
  static func reason(_ number: Int32) -> String {
    switch number {
    case ENOENT, ENOTDIR: "there is no such file"
    case EACCES, EPERM: "this user may not read it"
    case ELOOP: "it lies behind too many symbolic links"
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

  /// What is waited for before a command can begin.
  static func waiting(for what: String) -> String { "waiting for \(TerminalText.escaped(what))" }

  /// What `list` says where there is nothing.
  static func nothingListed(_ stack: String?) -> String {
    stack.map { "the stack \(TerminalText.escaped($0)) has made nothing on this host" }
      ?? "there is nothing on this host"
  }

  /// What `check` says where nothing is wrong.
  static func noErrors(in scripts: Int) -> String {
    scripts == 1 ? "no errors" : "no errors in \(scripts) scripts"
  }

  static let finishing =
    "stopping: what is in flight is brought to its end; once more stops at once"
  static let stoppedAtOnce = "stopped at once; the next run continues from what is there"

  /// What is asked before a plan is applied that must not be applied unasked.
  static func question(_ plan: Plan) -> String {
    let parts = plan.risks.map { $0.risk.words($0.count) }
    // What a stack's machines are about to be removed for may be another's who uses its name.
    let isRemoval = plan.changes.allSatisfy { $0.action == .delete }
    let origin = plan.otherOrigin ?? (isRemoval ? plan.recordedOrigin : nil)
    let sentences = [
      origin.map {
        "The stack \(plan.stack) was last run from \(TerminalText.escaped($0.description))."
      },
      parts.isEmpty ? nil : parts.joined(separator: ", ") + ".", "Go on?",
    ]
    return sentences.compactMap(\.self).joined(separator: " ")
  }

  /// A script that cannot be read, and why.
  static func unreadable(_ path: String, reason: String) -> Diagnostic {
    let help =
      VMScriptCommand.names.contains(path)
      ? "a command comes first: `vmscript \(path) …`"
      : "name a script file, or - for standard input"
    return Diagnostic(
      code: .commandLine.unreadableScript, "cannot read `\(path)`", notes: [reason],
      helps: [.init(help)])
  }

  /// A first word that is neither a command nor a file.
  static func unknownCommand(_ word: String, closest: String) -> Diagnostic {
    Diagnostic(
      code: .commandLine.unknownCommand, "there is no command `\(word)`",
      notes: ["nor a file of that name"],
      helps: [.init("did you mean `vmscript \(closest)`?")])
  }

  /// A statement of scripts that was taken for a command.
  static func verbAsCommand(_ word: String, statement: String) -> Diagnostic {
    Diagnostic(
      code: .commandLine.statementAsCommand, "`\(word)` is a statement of scripts, not a command",
      helps: [.init("run it: `vmscript -e \(QuotedText.shellWord(statement))`")])
  }

  /// Standard output that cannot be written, and why.
  static func unwritableOutput(_ reason: String) -> Diagnostic {
    Diagnostic(
      code: .commandLine.unwritableStandardOutput, "cannot write standard output",
      notes: [reason, "what was printed is incomplete"])
  }

  /// A code that no message bears.
  static func unknownCode(_ text: String) -> Diagnostic {
    Diagnostic(
      code: .commandLine.unknownCode, "no message has the code `\(text)`",
      helps: [.init("`vmscript explain` without a code lists them all")])
  }
}

/// The codes of the command line.
struct CommandLineCodes: DiagnosticTable {
  let unreadableScript = DiagnosticCode.ofTool(
    801, "unreadable script",
    """
    The file is missing, is a folder, or may not be read by this user. The note says \
    which. Nothing was done with the script.
    """)
  let unknownCode = DiagnosticCode.ofTool(
    802, "unknown code",
    """
    `vmscript explain` takes the code that stands in brackets after `error`, such as VM0101. \
    Without a code it lists all of them.
    """)
  let unknownCommand = DiagnosticCode.ofTool(
    804, "unknown command",
    """
    The first word is a command such as `plan`, or else a script to run. It is neither, but close \
    to a command. `vmscript --help` lists them.
    """)
  let statementAsCommand = DiagnosticCode.ofTool(
    806, "statement as a command",
    """
    `start`, `stop`, `snapshot` and the like are statements: they stand in a script, or in the text \
    after `-e`, or in the shell. A name there is a string: `vmscript -e 'start "web-1"'`.
    """)
  let unwritableStandardOutput = DiagnosticCode.ofTool(
    807, "unwritable standard output",
    """
    The device is full, say, or standard output is closed. What was done on the host was done; what \
    was printed about it is incomplete. A reader that goes away, such as `head`, is no error.
    """)
}

extension DiagnosticCode {
  /// The codes of the command line.
  static let commandLine = CommandLineCodes()
}
