import VMScript
import VMScriptSyntax

/// Why a name was not changed, in words for the user.
public struct RenameRefusal: Error, Sendable {
  /// The words, without a full stop.
  public let reason: String
}

extension Analysis {
  /// The name at an offset, if it can be changed; nil for keywords, properties and functions that
  /// every script knows.
  public func renamable(at offset: Int) -> Span? {
    guard let symbol = symbol(at: offset), definition(of: symbol) != nil else { return nil }
    return symbol.span
  }

  /// Why a text cannot be a name; nil if it can.
  public static func refusal(ofName name: String) -> RenameRefusal? {
    let bytes = Array(name.utf8)
    let pieces = Piece.all(in: bytes)
    guard pieces.count == 1, pieces[0].range == bytes.indices,
      pieces[0].kind == .name || pieces[0].kind == .keyword
    else { return EditingMessages.noName(name) }
    return StatementStarts.reserved.contains(name) ? EditingMessages.reservedName(name) : nil
  }

  /// Whether this analysis says the same as an earlier one whose names at `places` have got another
  /// length: every word means what it meant, and nothing else is wrong.
  ///
  /// - Parameters:
  ///   - earlier: the analysis before the names were changed.
  ///   - places: by file name, in the order of the text.
  ///   - growth: bytes that each of these places has gained.
  public func means(
    sameAs earlier: Analysis, after places: [String: [Span]], growth: Int
  ) -> Bool {
    func moved(_ offset: UInt32, in file: String) -> Int {
      Int(offset) + (places[file] ?? []).count { $0.start < offset } * growth
    }
    func links(_ analysis: Analysis, isMoved: Bool) -> [Link] {
      analysis.symbols.sorted { $0.key.index < $1.key.index }.flatMap { source, symbols in
        symbols.compactMap { symbol -> Link? in
          guard case .definition(let place) = symbol.meaning else { return nil }
          let file = analysis.sources[source].name
          let target = analysis.sources[place.source].name
          return Link(
            file: file,
            start: isMoved ? moved(symbol.span.start, in: file) : Int(symbol.span.start),
            target: target,
            targetStart: isMoved ? moved(place.start, in: target) : Int(place.start))
        }
      }
    }
    return diagnostics.map(\.code) == earlier.diagnostics.map(\.code)
      && links(self, isMoved: false) == links(earlier, isMoved: true)
  }

  private struct Link: Equatable {
    let file: String
    let start: Int
    let target: String
    let targetStart: Int
  }
}
