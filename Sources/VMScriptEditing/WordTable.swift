import VMScript
import VMScriptSyntax

/// The words of a source, to say where exactly a name stands.
///
/// A node may take in more than its name: parentheses, or the keyword before it.
struct WordTable {
  private let bytes: [UInt8]
  private let words: [Range<Int>]

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    words = Piece.all(in: bytes).filter { $0.kind == .name || $0.kind == .keyword }.map(\.range)
  }

  /// The first word at or behind the start of `span` that reads `text`.
  func first(_ text: String, from span: Span) -> Span? {
    var index = firstIndex { $0.lowerBound >= Int(span.start) }
    // What a node stands for is near its start.
    let end = min(words.count, index + 64)
    while index < end {
      if reads(index, text) { return self.span(index, span.source) }
      index += 1
    }
    return nil
  }

  /// The last word at or before the end of `span` that reads `text`.
  func last(_ text: String, to span: Span) -> Span? {
    var index = firstIndex { $0.upperBound > Int(span.end) } - 1
    let end = max(-1, index - 64)
    while index > end {
      if reads(index, text) { return self.span(index, span.source) }
      index -= 1
    }
    return nil
  }

  private func reads(_ index: Int, _ text: String) -> Bool {
    bytes[words[index]].elementsEqual(text.utf8)
  }

  private func span(_ index: Int, _ source: SourceID) -> Span {
    Span(source: source, start: UInt32(words[index].lowerBound), length: UInt32(words[index].count))
  }

  /// The first word for which a condition holds that holds for all words behind it too.
  private func firstIndex(where condition: (Range<Int>) -> Bool) -> Int {
    var (low, high) = (0, words.count)
    while low < high {
      let middle = (low + high) / 2
      if condition(words[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
