/// What a reader takes for one character may be several of Unicode's: a letter and its accent, an
/// emoji made of several.
enum Clusters {
  /// Where the cluster begins that ends at a place, or that a place is within; 0 at the start.
  static func start(before place: Int, in line: [Unicode.Scalar]) -> Int {
    var start = 0
    for next in boundaries(of: line) where next < place { start = next }
    return start
  }

  /// Where the cluster ends that begins at a place, or that a place is within.
  static func end(after place: Int, in line: [Unicode.Scalar]) -> Int {
    boundaries(of: line).first { $0 > place } ?? line.count
  }

  /// Whether a place is within a cluster.
  static func isWithin(_ place: Int, of line: [Unicode.Scalar]) -> Bool {
    guard line.indices.contains(place), !isPlain(line) else { return false }
    return !boundaries(of: line).contains(place)
  }

  /// Where clusters begin, and the end of the line.
  private static func boundaries(of line: [Unicode.Scalar]) -> [Int] {
    if isPlain(line) { return Array(0...line.count) }
    var boundaries = [0]
    for character in Entry.string(line) {
      boundaries.append(boundaries[boundaries.count - 1] + character.unicodeScalars.count)
    }
    return boundaries
  }

  /// Below the first mark that combines, each character is one of its own.
  private static func isPlain(_ line: [Unicode.Scalar]) -> Bool {
    line.allSatisfy { $0.value < 0x300 && $0 != "\r" }
  }
}
