/// Search in texts, by their exact bytes: what a text is compared by in every other language, and
/// `"\r\n"` holds a `"\n"`.
enum TextSearch {
  /// Where `part`, which is not empty, stands in `text`: offsets into its UTF-8, from left to right,
  /// none overlapping. Takes time in proportion to both (Knuth, Morris and Pratt).
  static func occurrences(of part: [UInt8], in text: [UInt8], limit: Int = .max) -> [Int] {
    guard !part.isEmpty, part.count <= text.count else { return [] }
    let steps = borders(of: part)
    var found: [Int] = []
    var matched = 0
    for (offset, byte) in text.enumerated() {
      while matched > 0, part[matched] != byte { matched = steps[matched - 1] }
      if part[matched] == byte { matched += 1 }
      guard matched == part.count else { continue }
      found.append(offset + 1 - matched)
      if found.count == limit { break }
      matched = 0
    }
    return found
  }

  /// For each beginning of the text the length of the longest shorter one that also ends it.
  private static func borders(of text: [UInt8]) -> [Int] {
    var result = [0]
    result.reserveCapacity(text.count)
    var length = 0
    for byte in text.dropFirst() {
      while length > 0, text[length] != byte { length = result[length - 1] }
      if text[length] == byte { length += 1 }
      result.append(length)
    }
    return result
  }
}

extension String {
  /// Whether a text, maybe an empty one, stands in this one byte by byte.
  func holds(_ part: String) -> Bool {
    part.isEmpty
      || !TextSearch.occurrences(of: Array(part.utf8), in: Array(utf8), limit: 1).isEmpty
  }
}
