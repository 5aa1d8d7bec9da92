import VMScriptRuntime
import VMScriptSyntax

/// The wording of what can be wrong with a command line, VM08xx.
enum CommandLineMessages {
  static let isFolder = "it is a folder"
  static let doesNotExist = "there is no such file"
  static let mayNotBeRead = "this user may not read it"

  static let finishing =
    "stopping: what is in flight is brought to its end; once more stops at once"
  static let stoppedAtOnce = "stopped at once; the next run goes on from what is there"

  /// What is asked before a plan is applied that must not be applied unasked.
  static func question(_ plan: Plan) -> String {
    let risky = plan.changesThatNeedConsent
    let losing = risky.count { $0.impact == .dataLoss }
    let restarting = risky.count - losing
    let parts = [
      losing == 0 ? nil : losing == 1 ? "1 change loses data" : "\(losing) changes lose data",
      restarting == 0
        ? nil : restarting == 1 ? "1 change unplugs guests" : "\(restarting) changes unplug guests",
    ].compactMap(\.self)
    return "\(parts.joined(separator: ", ")). Go on?"
  }

  /// A script that cannot be read, and why.
  static func unreadable(_ path: String, reason: String) -> Diagnostic {
    Diagnostic(
      code: 801, "cannot read `\(path)`", notes: [reason],
      helps: [.init("name a script file, or - for standard input")])
  }

  /// A script that cannot be replaced by its formatted text, and why.
  static func unwritable(_ path: String, reason: String) -> Diagnostic {
    Diagnostic(code: 803, "cannot write `\(path)`", notes: [reason])
  }

  /// A code that no message bears.
  static func unknownCode(_ text: String) -> Diagnostic {
    Diagnostic(
      code: 802, "no message has the code `\(text)`",
      helps: [.init("`vmscript explain` without a code lists them all")])
  }

  /// What the codes mean, for `vmscript explain`.
  static let explanations = [
    DiagnosticExplanation(
      801, "unreadable script",
      """
      The file is missing, is a folder, or may not be read by this user. The note says \
      which. Nothing was done with the script.
      """),
    DiagnosticExplanation(
      802, "unknown code",
      """
      `vmscript explain` takes the code that stands in brackets after `error`, such as VM0101. \
      Without a code it lists all of them.
      """),
    DiagnosticExplanation(
      803, "unwritable script",
      """
      `vmscript fmt` writes a script back in place, which needs leave to write to the file and \
      its folder. The script is as it was before.
      """),
  ]
}
