import VMScriptSyntax

/// The colours of an entry, by the language's own lexer and parser.
enum Highlighting {
  /// The SGR codes of each character.
  static func styles(of line: [Unicode.Scalar]) -> [String] {
    var styles = Array(repeating: "", count: line.count)
    let bytes = Array(Entry.string(line).utf8)
    // Where each byte's character stands.
    var positions: [Int] = []
    positions.reserveCapacity(bytes.count + 1)
    for (position, scalar) in line.enumerated() {
      positions += Array(repeating: position, count: UTF8.width(scalar))
    }
    positions.append(line.count)
    func set(_ range: Range<Int>, _ change: (String) -> String) {
      guard let end = positions.indices.contains(range.upperBound) ? range.upperBound : nil else {
        return
      }
      for position in positions[range.lowerBound]..<positions[end] {
        styles[position] = change(styles[position])
      }
    }
    if line.first == ":" {
      let word = line.prefix { $0 != " " }.count
      for position in 0..<word { styles[position] = "35" }
      return styles
    }
    for piece in Piece.all(in: bytes) { set(piece.range) { _ in code(of: piece.kind) } }
    for range in errors(in: bytes) { set(range) { $0.isEmpty ? "4;31" : $0 + ";4" } }
    return styles
  }

  /// Where the parser finds mistakes that more text would not mend.
  private static func errors(in bytes: [UInt8]) -> [Range<Int>] {
    var names = NameTable()
    let source = SourceText(name: "", bytes: bytes)
    let parsed = parse(source, id: SourceID(index: 0), names: &names)
    return parsed.diagnostics.compactMap { diagnostic in
      guard let span = diagnostic.primary?.span, span.length > 0, Int(span.end) <= bytes.count
      else { return nil }
      let range = Int(span.start)..<Int(span.end)
      return parsed.completeness == .incomplete && range.upperBound == bytes.count ? nil : range
    }
  }

  private static func code(of kind: Piece.Kind) -> String {
    switch kind {
    case .keyword: "35"
    case .number: "36"
    case .string: "32"
    case .comment: "2"
    case .invalid: "31"
    case .name, .bracket, .punctuation: ""
    }
  }
}
