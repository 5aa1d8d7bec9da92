/// Returns the candidate that `word` probably means, for "did you mean".
///
/// A candidate is close if it differs in at most a third of the letters. Two swapped letters count
/// as one difference, a difference in case as none. The first of several equally close candidates
/// wins. If none is close, the result is the first candidate that begins with the word: `mem` means
/// `memory`. Only the first two thousand candidates are compared.
///
/// - Complexity: the product of both lengths for each candidate of about the same length.
public func closest(to word: String, among candidates: some Sequence<String>) -> String? {
  let letters = Array(word.unicodeScalars)
  // A long word is rarely a misspelling of a short one; comparing it would cost the square of its
  // length.
  guard letters.count <= 64 else { return nil }
  let candidates = candidates.prefix(2_000)
  var best: (candidate: String, distance: Int)?
  for candidate in candidates where candidate != word {
    let other = Array(candidate.unicodeScalars)
    let limit = max(1, max(letters.count, other.count) / 3)
    guard abs(letters.count - other.count) <= limit, other.count <= 80 else { continue }
    let distance =
      word.lowercased() == candidate.lowercased() ? 0 : editDistance(letters, other)
    // A candidate that shares no letter with the word does not help.
    guard distance <= limit, distance < max(letters.count, other.count) else { continue }
    if distance < best?.distance ?? .max { best = (candidate, distance) }
  }
  if let best { return best.candidate }
  guard letters.count >= 3 else { return nil }
  return candidates.first { $0.hasPrefix(word) && $0 != word }
}

/// Returns how many letters must be inserted, removed, replaced or swapped with their neighbour.
private func editDistance(_ first: [Unicode.Scalar], _ second: [Unicode.Scalar]) -> Int {
  var beforeLast: [Int] = []
  var last = Array(0...second.count)
  for (row, letter) in first.enumerated() {
    var current = [row + 1]
    current.reserveCapacity(second.count + 1)
    for (column, other) in second.enumerated() {
      var cost = min(
        last[column] + (letter == other ? 0 : 1), last[column + 1] + 1, current[column] + 1)
      if row > 0, column > 0, letter == second[column - 1], first[row - 1] == other {
        cost = min(cost, beforeLast[column - 1] + 1)
      }
      current.append(cost)
    }
    (beforeLast, last) = (last, current)
  }
  return last[second.count]
}
