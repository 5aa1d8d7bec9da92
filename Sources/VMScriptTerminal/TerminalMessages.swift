import VMScriptSyntax

/// Messages shared by the command line and the shell.
public enum TerminalMessages {
  /// Printed before a console is attached.
  public static let atConsole =
    "attached to the console; Ctrl-] detaches, Enter may show its prompt"

  /// Printed when the console session has ended.
  public static func consoleEnded(_ end: ConsoleBridge.End) -> String {
    switch end {
    case .left: "detached from the console"
    case .closed: "the console was closed"
    case .unwritable(let reason): "detached: the transcript cannot be written: \(reason)"
    }
  }

  /// VM0803: a file cannot be written.
  public static func unwritable(_ path: String, reason: String) -> Diagnostic {
    Diagnostic(code: .terminal.unwritableFile, "cannot write `\(path)`", notes: [reason])
  }

  /// VM0805: a program to run is missing.
  ///
  /// - Parameter package: the package of Debian that contains it; nil gives no advice.
  public static func noProgram(_ name: String, package: String? = nil) -> Diagnostic {
    Diagnostic(
      code: .terminal.missingProgram, "there is no program `\(name)` in `PATH`",
      helps: package.map { [.init("install the package `\($0)`")] } ?? [])
  }
}

/// The diagnostic codes shared by the command line and the shell.
package struct TerminalCodes: DiagnosticTable {
  package init() {}

  package let unwritableFile = DiagnosticCode.ofTool(
    803, "unwritable file",
    """
    The file or its folder is not writable, or a file that would have to be created exists \
    already. Nothing was written.
    """)
  package let missingProgram = DiagnosticCode.ofTool(
    805, "missing program",
    "The program to run, such as `ssh`, is not installed or not in `PATH`.")
}

extension DiagnosticCode {
  /// The diagnostic codes shared by the command line and the shell.
  package static let terminal = TerminalCodes()
}
