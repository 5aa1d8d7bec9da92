import VMScript

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

  /// The names that the host defined, for completion and help.
  public var knownNames: [KnownName] {
    vocabulary.names.map { name, entry in
      if case .function(let function) = entry.value, let signature = function.hostSignature {
        return KnownName(name, .function, doc: "\(signature) \(entry.doc)")
      }
      return KnownName(name, .variable, value: entry.value, doc: entry.doc)
    }
  }
}
