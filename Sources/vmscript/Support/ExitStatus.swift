import ArgumentParser
import VMScriptRuntime
import VMScriptSyntax

/// What the exit code of `vmscript` tells a script that calls it.
enum ExitStatus: Int32 {
  /// What was asked for did not come out well.
  case failed = 1
  /// A script has errors or cannot be read.
  case scriptErrors = 2
  /// A yes was needed and not given.
  case refused = 3
  /// The host cannot be reached.
  case noConnection = 4
  /// A plan that changes something, where `--exit-code` asks.
  case differs = 5
  /// The command line makes no sense (`EX_USAGE` of sysexits.h).
  case usage = 64

  /// The value to throw out of a command's `run`.
  var code: ExitCode { ExitCode(rawValue) }

  /// The status of an error: whether it is the script's or the host's.
  init(_ error: Diagnostic) {
    switch error.code.origin {
    case .script: self = .scriptErrors
    case .host, .tool: self = error.code == .host.noConnection ? .noConnection : .failed
    }
  }

  /// The status of a run; nil if all is well.
  init?(_ outcome: RunReport.Outcome) {
    switch outcome {
    case .done: return nil
    case .failed, .cancelled: self = .failed
    case .scriptErrors: self = .scriptErrors
    case .refused: self = .refused
    case .noConnection: self = .noConnection
    }
  }
}
