import VMScript
import VMScriptEditing

/// What may stand where the cursor is.
struct Completion {
  /// The characters before the cursor that a candidate takes the place of.
  var length: Int
  /// Those that begin with what stands there, in the order in which they are listed.
  var candidates: [Candidate]

  /// Of all candidates those that go on from what was typed, be it without their quote.
  init(typed: String, among all: [Candidate]) {
    length = typed.unicodeScalars.count
    var seen: Set<String> = []
    candidates = all.filter {
      ($0.text.hasPrefix(typed) || $0.text.hasPrefix("\"" + typed))
        && seen.insert($0.text).inserted
    }
  }

  init(length: Int, candidates: [Candidate]) {
    self.length = length
    self.candidates = candidates
  }

  /// What all candidates begin with.
  var commonPrefix: String {
    guard let first = candidates.first?.text else { return "" }
    return candidates.dropFirst().reduce(first) { prefix, candidate in
      String(zip(prefix, candidate.text).prefix { $0 == $1 }.map(\.0))
    }
  }
}
