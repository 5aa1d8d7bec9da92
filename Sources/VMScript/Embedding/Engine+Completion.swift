extension Engine {
  /// What may stand at a place of a script, the host's own names and kinds of resources included.
  ///
  ///     let text = "queue jobs { de"
  ///     let words = engine.completion(of: text).map(\.text)  // depth is among them
  ///
  /// - Parameter text: the script up to the cursor.
  public func completion(of text: String) -> [Candidate] {
    CursorContext(before: Array(text.utf8), engine: self).candidates(knownNames)
  }
}
