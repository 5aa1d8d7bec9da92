/// A search in a text by its exact bytes, from left to right: what a text is compared by in every other
/// language, and `"\r\n"` holds a `"\n"`.
///
/// Takes time in proportion to both texts (Knuth, Morris and Pratt), in steps between which its caller
/// can stop.
struct TextSearch {
  private let part: [UInt8]
  /// For each beginning of the part the length of the longest shorter one that also ends it.
  private let borders: [Int]
  private var bytes: String.UTF8View.Iterator
  private var offset = 0
  private var matched = 0
  /// Places that were found so far; none overlaps another.
  private(set) var count = 0

  /// A search for a part, which is not empty.
  init(_ part: String, in text: String) {
    self.part = Array(part.utf8)
    bytes = text.utf8.makeIterator()
    var borders = self.part.isEmpty ? [] : [0]
    borders.reserveCapacity(self.part.count)
    var length = 0
    for byte in self.part.dropFirst() {
      while length > 0, self.part[length] != byte { length = borders[length - 1] }
      if self.part[length] == byte { length += 1 }
      borders.append(length)
    }
    self.borders = borders
  }

  /// Looks through so many more bytes.
  ///
  /// - Parameter found: takes the offset of each place, in UTF-8.
  /// - Returns: whether there are more.
  mutating func advance(_ limit: Int, _ found: (Int) throws -> Void) rethrows -> Bool {
    guard !part.isEmpty else { return false }
    for _ in 0..<limit {
      guard let byte = bytes.next() else { return false }
      while matched > 0, part[matched] != byte { matched = borders[matched - 1] }
      if part[matched] == byte { matched += 1 }
      offset += 1
      guard matched == part.count else { continue }
      matched = 0
      count += 1
      try found(offset - part.count)
    }
    return true
  }
}
