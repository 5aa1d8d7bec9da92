import VMScriptSyntax

/// What command line and shell say alike.
public enum TerminalMessages {
  /// Said before a console is joined.
  public static let atConsole = "at the console; Ctrl-] leaves it, Enter may bring its prompt"

  /// Said when it is over.
  public static func consoleEnded(_ end: ConsoleBridge.End) -> String {
    switch end {
    case .left: "left the console"
    case .closed: "the console was closed"
    }
  }

  /// VM0803: a file cannot be written.
  public static func unwritable(_ path: String, reason: String) -> Diagnostic {
    Diagnostic(code: .terminal.unwritableFile, "cannot write `\(path)`", notes: [reason])
  }

  /// VM0805: a program that is to be run is not there.
  public static func noProgram(_ name: String) -> Diagnostic {
    Diagnostic(code: .terminal.missingProgram, "there is no program `\(name)` on the path")
  }
}

/// The codes that command line and shell share.
package struct TerminalCodes: DiagnosticTable {
  package init() {}

  package let unwritableFile = DiagnosticCode.ofTool(
    803, "unwritable file",
    """
    Its folder or the file itself may not be written to, or a file that would have to be made is \
    there already. Nothing was written: what was there is as it was before.
    """)
  package let missingProgram = DiagnosticCode.ofTool(
    805, "missing program",
    "What is to be run, such as `ssh`, is not installed or not on the path.")
}

extension DiagnosticCode {
  /// The codes that command line and shell share.
  package static let terminal = TerminalCodes()
}
