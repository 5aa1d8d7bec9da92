import VMScriptSyntax

/// A step of a run, for whoever shows it.
public enum ProgressEvent: Sendable {
  case connected(uri: String)
  case planned(Plan)
  case started(Change)
  /// Part of a change is done: `done` of `total` bytes of a phase such as `upload`.
  case advanced(Change, phase: String, done: Int64, total: Int64)
  case finished(Change, milliseconds: Int64)
  case failed(Change, Diagnostic)
  /// Not tried, because the change of the resource of this name failed.
  case skipped(Change, because: String)
  case verbStarted(VerbRecord)
  case verbFinished(VerbRecord, milliseconds: Int64)
  case verbFailed(VerbRecord)
  /// A line of the script's `print`.
  case printed(String)
  /// What is being waited for, such as `an address of web-1`.
  case waiting(String)
}
