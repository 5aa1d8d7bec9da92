/// Rows under a heading, their columns aligned.
public struct TextTable: Sendable {
  private let heading: [String]
  private var rows: [[String]] = []

  /// An empty table; one without a heading begins with its rows.
  public init(_ heading: [String]) { self.heading = heading }

  /// Whether there is no row.
  public var isEmpty: Bool { rows.isEmpty }

  /// Adds a row; control characters are escaped, an empty cell becomes a dash.
  public mutating func add(_ cells: [String?]) {
    rows.append(cells.map { $0.flatMap { $0.isEmpty ? nil : TerminalText.escaped($0) } ?? "-" })
  }

  /// The lines, the heading first; none end in spaces.
  public func lines(color: Bool) -> [String] {
    let all = heading.isEmpty ? rows : [heading] + rows
    let widths = (0..<(all.map(\.count).max() ?? 0)).map { column in
      all.map { column < $0.count ? TerminalText.columns(of: $0[column]) : 0 }.max() ?? 0
    }
    return all.enumerated().map { position, cells in
      let padded = cells.enumerated().map { column, cell in
        column == cells.count - 1 ? cell : TerminalText.padded(cell, to: widths[column])
      }
      let line = padded.joined(separator: "  ")
      return position == 0 && !heading.isEmpty ? Style.bold.applied(to: line, color: color) : line
    }
  }
}
