import ArgumentParser

/// What the exit code of `vmscript` tells a script that calls it.
enum ExitStatus: Int32 {
  /// What was asked for did not come out well.
  case failed = 1
  /// A script has errors or cannot be read.
  case scriptErrors = 2

  /// The value to throw out of a command's `run`.
  var code: ExitCode { ExitCode(rawValue) }
}
