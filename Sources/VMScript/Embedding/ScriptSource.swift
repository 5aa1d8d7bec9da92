import VMScriptSyntax

/// Where a script comes from.
public enum ScriptSource: Sendable {
  /// A file, by its path.
  case file(String)
  /// A text; messages call it by the name.
  case text(String, name: String = "<script>")
  /// A source that was read already.
  case source(SourceText)

  /// - Throws: a diagnostic where a file cannot be read.
  func read() throws(Diagnostic) -> SourceText {
    switch self {
    case .text(let text, let name): return SourceText(name: name, text: text)
    case .source(let source): return source
    case .file(let path):
      do throws(ImportFailure) {
        return SourceText(
          name: path, bytes: try ImportFailure.wrapping { try GuardedFile.read(path) })
      } catch {
        throw .unreadable(path, error.reason)
      }
    }
  }
}
