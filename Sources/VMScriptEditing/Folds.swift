import VMScript
import VMScriptSyntax

/// A part of a text that an editor can fold away.
public struct Fold: Hashable, Sendable {
  /// Its bytes: from the bracket or quotes that open it to those that close it, or comment lines.
  public let range: Range<Int>
  /// Whether it is a run of comment lines.
  public let isComment: Bool

  /// What can be folded of a text that extends over several lines. Linear in its length.
  public static func all(in bytes: [UInt8]) -> [Fold] {
    var folds: [Fold] = []
    var open: [Int] = []
    var comments: Range<Int>?
    func add(_ range: Range<Int>, isComment: Bool = false) {
      if bytes[range].contains(UInt8(ascii: "\n")) {
        folds.append(Fold(range: range, isComment: isComment))
      }
    }
    for piece in Piece.all(in: bytes) {
      if piece.kind == .comment, piece.beginsLine {
        comments = (comments?.lowerBound ?? piece.range.lowerBound)..<piece.range.upperBound
        continue
      }
      if let run = comments { add(run, isComment: true) }
      comments = nil
      switch piece.kind {
      case .bracket where "({[\\".utf8.contains(bytes[piece.range.lowerBound]):
        open.append(piece.range.lowerBound)
      case .bracket:
        if let start = open.popLast() { add(start..<piece.range.upperBound) }
      case .string: add(piece.range)
      default: break
      }
    }
    if let run = comments { add(run, isComment: true) }
    return folds.sorted { $0.range.lowerBound < $1.range.lowerBound }
  }
}
